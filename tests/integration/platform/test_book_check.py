"""`make check-book` against the whole system: what holds, what fell, and what gives no verdict."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

from infra.local.ports import free_port
from infra.local.program import PROJECT
from tests.fixtures.platform import CALIBRATE

if TYPE_CHECKING:
    from pathlib import Path

    from infra.local.platform import Platform

HOLDS = (
    {"question": CALIBRATE, "page": "docs/calibrate", "words": ["wombat calibrate --arm left"]},
    {"question": "Which wine goes with salmon?", "refused": True},
)
FALLS = (
    {"question": CALIBRATE, "page": "docs/motors", "words": ["calibrate", "hammer"]},
    {"question": CALIBRATE, "refused": True},
    {"question": "Which wine goes with salmon?", "words": ["white"]},
)


def checked(file: Path, api: str, *questions: dict[str, Any]) -> tuple[int, str]:
    """What `make` says of such a file, and everything that is printed."""
    file.write_text("".join(f"{json.dumps(each)}\n" for each in questions), encoding="utf-8")
    command = ["make", "--silent", "check-book"]
    given = {**os.environ, "FILE": str(file), "API": api}
    done = subprocess.run(command, cwd=PROJECT, env=given, capture_output=True, text=True, timeout=300, check=False)  # noqa: S603 (ours)
    return done.returncode, done.stdout + done.stderr


def test_what_holds_is_counted(platform: Platform, tmp_path: Path) -> None:
    code, printed = checked(tmp_path / "a book's questions.jsonl", platform.url("http"), *HOLDS)
    assert (code, printed.strip().splitlines()[-1]) == (0, "2 of 2 questions hold"), printed


def test_what_fell_is_printed_with_what_came_instead(platform: Platform, tmp_path: Path) -> None:
    code, printed = checked(tmp_path / "questions.jsonl", platform.url("http"), HOLDS[0], *FALLS)
    assert code != 0
    wrong_page, not_refused, refused = printed.split("FELL  ")[1:]
    assert wrong_page.startswith(f"{CALIBRATE}\n      no source on docs/motors, but ")
    assert "docs/calibrate; without 'hammer'" in wrong_page
    assert "answered (extractive), from " in not_refused
    assert refused.splitlines()[:2] == ["Which wine goes with salmon?", "      refused"]
    assert "1 of 4 questions hold" in refused


def test_where_nobody_answers_there_is_no_verdict(tmp_path: Path) -> None:
    code, printed = checked(tmp_path / "questions.jsonl", f"http://127.0.0.1:{free_port()}", HOLDS[0])
    assert code != 0
    assert "the assistant does not answer; is it running?" in printed
    assert "hold" not in printed
