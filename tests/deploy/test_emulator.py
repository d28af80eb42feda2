"""`make emulator`: the guide's commands, typed by hand against an account that is none."""

from __future__ import annotations

import json
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import boto3  # pyright: ignore[reportMissingTypeStubs] (it has none)
import pytest

from infra.local.deployment import processes_with
from infra.local.emulator import PYTHON
from infra.local.program import PROJECT, inherited_environment
from tests.fixtures.missing import missing

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = 300
EXPORTED = re.compile(r"^export (\w+)=(.*)$", re.MULTILINE)

pytestmark = [
    pytest.mark.timeout(SECONDS),
    pytest.mark.long,
]


@pytest.fixture
def running() -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """The program, and the folder that it names."""
    if not PYTHON.exists():
        missing("ministack is not installed: `make emulator` does that")
    words = [sys.executable, "-m", "infra.local.emulated_account"]
    program = subprocess.Popen(words, cwd=PROJECT, stdout=subprocess.PIPE, text=True)  # noqa: S603 (our own words)
    assert program.stdout
    try:
        lines = iter(program.stdout.readline, "")
        yield program, next(Path(found[1]) for line in lines if (found := re.search(r"\. '(.+)/aws\.sh'", line)))
    finally:
        program.terminate()
        program.communicate(timeout=SECONDS)


def test_its_account_takes_the_guides_secrets_and_its_database_the_migrations(
    running: tuple[subprocess.Popen[str], Path],
) -> None:
    _, folder = running
    variables = dict(EXPORTED.findall((folder / "aws.sh").read_text("utf-8")))
    account = cast("Any", boto3).client(
        "secretsmanager",
        endpoint_url=variables["AWS_ENDPOINT_URL"],
        region_name=variables["AWS_DEFAULT_REGION"],
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
    )
    for name, file in (("docs-chatbot-backend/dev", "secret.json"), ("docs-chatbot-backend/dev/owner", "owner.json")):
        account.create_secret(Name=name, SecretString=(folder / file).read_text("utf-8"))
    done = subprocess.run(
        [sys.executable, "-m", "infra.migrate"],
        cwd=PROJECT,
        env=inherited_environment() | variables | {"STAGE": "dev"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_nobody_else_reads_the_secrets_and_nothing_is_left_of_it(
    running: tuple[subprocess.Popen[str], Path],
) -> None:
    program, folder = running
    assert stat.S_IMODE(folder.stat().st_mode) == stat.S_IRWXU
    assert set(json.loads((folder / "secret.json").read_text("utf-8"))) >= {"DATABASE_URL", "BETTER_AUTH_SECRET"}
    program.terminate()
    assert program.wait(SECONDS) == 0
    assert not folder.exists()
    assert not processes_with(str(folder.parent))
