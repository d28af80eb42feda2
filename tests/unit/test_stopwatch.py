"""The time that a test allows is the time that the machine gave it."""

from __future__ import annotations

import subprocess
import sys

from infra.local.program import PROJECT

STANDS_STILL = """
import os, signal, subprocess
from tests.fixtures.stopwatch import Stopwatch
WAKER = 'until grep -q "^State:.T" /proc/$0/status; do sleep 0.1; done; sleep 1; kill -CONT $0'
with Stopwatch() as took:
    waker = subprocess.Popen(['sh', '-c', WAKER, str(os.getpid())])
    os.kill(os.getpid(), signal.SIGSTOP)
waker.wait()
print(took.seconds, took.least)
"""


def test_a_process_that_was_stopped_did_not_take_that_time() -> None:
    words = [sys.executable, "-c", STANDS_STILL]
    told = subprocess.run(words, cwd=PROJECT, capture_output=True, text=True, check=True).stdout  # noqa: S603 (ours)
    seconds, least = map(float, told.split())

    assert seconds >= 1
    assert least <= seconds - 0.9
