"""What the runbook says about dead letters is typed as it stands there: look, send back, drop."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from infra.local.program import PROJECT
from shared.outbox.keeping import group_of, user_owner
from shared.outbox.queue import Queue
from shared.outbox.seal import Seal
from tests.fixtures.platform import PATIENCE_SECONDS, until_queue_answers
from tests.unit.outbox.turns import turn

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import httpx

    from infra.local.platform import Platform
    from shared.outbox.models import WaitingTurn
    from shared.settings.database import Transport
    from tests.fixtures.platform import Person

DEPLOYED = "docs-chatbot-backend-prod-outbox"
RUNBOOK = (PROJECT / "specs/runbook.md").read_text("utf-8")
[BLOCK] = re.findall(r"^## Dead letters\n+```\n(.*?)^```", RUNBOOK, re.DOTALL | re.MULTILINE)
LINES: list[str] = [line for line in BLOCK.splitlines() if not line.startswith("#")]
FIRST = [line for line in LINES if not line.startswith("aws ")]
"""Where the queue is, which the others go by."""


@pytest.fixture
def typed(platform: Platform, transport: Transport, person: Person, tmp_path: Path) -> Callable[[str], str]:
    """Types the one command of the block that has a word in it; what it prints."""
    until_queue_answers(person.api)
    aws = tmp_path / "aws"
    aws.write_text(
        f'#!/bin/sh\ncd "{PROJECT}" && exec "{sys.executable}" -m tests.fixtures.aws_command "$@"\n', "utf-8"
    )
    aws.chmod(0o700)
    environment = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "AWS_ENDPOINT_URL": platform.environment(transport)["AWS_ENDPOINT_URL"],
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }

    def run(word: str) -> str:
        [line] = [each for each in LINES if each.startswith("aws ") and word in each]
        script = "\n".join(["set -euo pipefail", *FIRST, line]).replace(DEPLOYED, f"outbox-{transport}")
        done = subprocess.run(["bash", "-c", script], env=environment, check=False, capture_output=True, text=True)  # noqa: S603, S607 (ours)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture
def set_aside(platform: Platform, transport: Transport, person: Person) -> Callable[[], WaitingTurn]:
    """Puts a turn of the person's among the dead letters."""
    variables = platform.environment(transport)

    def send() -> WaitingTurn:
        owner = user_owner(person.user["id"])
        waiting = replace(turn(owner), conversation_id=uuid4(), message_id=uuid4(), question="Where is the button?")
        sealed = Seal.of(variables["BETTER_AUTH_SECRET"], "outbox").closed(waiting.written())
        with pytest.MonkeyPatch.context() as patch:
            for name, value in {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}.items():
                patch.setenv(name, value)
            patch.setenv("AWS_ENDPOINT_URL", variables["AWS_ENDPOINT_URL"])
            patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
            dead = Queue(variables["OUTBOX_DEAD_LETTER_URL"])
            dead.send(sealed, group=group_of(waiting), once=str(waiting.message_id))
        return waiting

    return send


def test_a_dead_letter_that_is_sent_back_is_stored(
    typed: Callable[[str], str], set_aside: Callable[[], WaitingTurn], person: Person
) -> None:
    waiting = set_aside()

    typed("start-message-move-task")

    both = [waiting.question, waiting.answer]  # which come one after the other
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while said(opened := person.api.get(f"/api/conversations/{waiting.conversation_id}")) != both:
        assert time.monotonic() < ends_at, opened.text
        time.sleep(0.1)


def said(opened: httpx.Response) -> list[str]:
    """What the messages of a conversation say; nothing where there is none yet."""
    return [each["content"] for each in opened.json()["messages"]] if opened.is_success else []


def test_dead_letters_are_looked_at_and_dropped(
    typed: Callable[[str], str], set_aside: Callable[[], WaitingTurn]
) -> None:
    waiting = set_aside()

    shown = typed("receive-message")
    typed("purge-queue")

    assert str(waiting.message_id) in shown, "by which its line in the log is found"
    assert waiting.question not in shown
    assert "Messages" not in typed("receive-message")
