from __future__ import annotations

import subprocess
import sys

import pytest

from infra.local.deployed_stage import OSLS
from infra.local.emulator import PYTHON
from infra.local.program import PROJECT
from tests.fixtures.missing import missing

SECONDS = 900


@pytest.mark.timeout(SECONDS)
@pytest.mark.long  # four deployments: `make deploy-local` is the same, each night
def test_what_osls_deploys_serves_a_reader_and_can_be_removed() -> None:
    if not PYTHON.exists():
        missing("ministack is not installed: `make deploy-local` does that")
    if not OSLS.exists():
        missing("no node_modules: run `make setup`")
    words = [sys.executable, "-m", "infra.local.deployment"]
    done = subprocess.run(words, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=SECONDS)  # noqa: S603 (our own words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "saved: stored" in done.stdout
    assert "SQS and outboxReplay: the turn of the outage is in the history" in done.stdout
    assert "osls remove, while a turn waits: refused" in done.stdout
    assert "one line changed, one migration more: 1 zip uploaded, 1 function changed" in done.stdout
    assert "rolled back with the database ahead: 0 zips uploaded" in done.stdout
    assert "osls remove --force: the functions are gone, the queues stay" in done.stdout
    assert "deployed anew: the stack has its queues again" in done.stdout
    assert "osls remove: no function is left, and no queue" in done.stdout
    assert "No process is left behind." in done.stdout
