from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from infra.local.process import Process, ProcessFailed
from infra.local.program import PROJECT, Program, python_program
from infra.local.state import unprivileged_user
from tests.fixtures.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable, Generator


SLEEP = ["-c", "import time; print('up'); time.sleep(60)"]
STUBBORN = ["-c", "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up'); time.sleep(60)"]
OBEDIENT = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(print('goodbye')))
print('up')
time.sleep(60)
"""
ENDING = """
import signal
signal.signal(signal.SIGUSR1, lambda *_: exit(3))
print('up')
signal.pause()
"""
TICKING = ["-c", "import time\nwhile True: print('tick'); time.sleep(0.01)"]
PARENT = ["-c", "import subprocess; child = subprocess.Popen(['sleep', '60']); print(child.pid); child.wait()"]
OTHER_PARENT = """
import pathlib, threading
from infra.local.process import Process
from infra.local.program import Program
child = Process(Program("sleeper", ["sleep", "60"], pathlib.Path("{log}")))
thread = threading.Thread(target=child.start)
thread.start()
thread.join()
print(child.pid, flush=True)
input()
"""


@pytest.fixture
def run(tmp_path: Path) -> Generator[Callable[..., Process]]:
    """Start Python with the given arguments; whatever still runs at the end is killed."""
    started: list[Process] = []

    def start(arguments: list[str], restarts: int = 0, **environment: str) -> Process:
        worker = python_program("worker", *arguments, log=tmp_path / "worker.log", environment=environment)
        process = Process(replace(worker, restarts=restarts))
        started.append(process)
        process.start()
        return process

    yield start
    for process in started:
        process.kill()


def has_said(process: Process, word: str = "") -> Callable[[], bool]:
    return lambda: bool(process.tail()) and word in process.tail()


def lives(pid: int) -> bool:
    """Whether the process runs; one that waits for its parent to notice its end does not."""
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text("utf-8")
    except OSError:
        return False


def gone_within(seconds: float, pid: int) -> bool:
    until = time.monotonic() + seconds
    while lives(pid) and time.monotonic() < until:
        time.sleep(0.01)
    return not lives(pid)


def test_a_program_is_started_in_a_session_of_its_own(run: Callable[..., Process]) -> None:
    process = run(SLEEP)
    assert os.getsid(process.pid) == process.pid


def test_a_program_sees_its_own_variables_and_none_of_ours(
    run: Callable[..., Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    for ours in ("DATABASE_URL", "PGHOST", "AWS_PROFILE", "PYTHONPATH", "QDRANT_URL", "BETTER_AUTH_SECRET"):
        monkeypatch.setenv(ours, "of the user")
    process = run(["-c", "import os; print(sorted(os.environ))"], QDRANT_URL="of the platform")
    process.wait_for_success()
    assert "QDRANT_URL" in process.tail()
    assert not [name for name in ("DATABASE_URL", "PG", "AWS", "PYTHONPATH", "BETTER") if name in process.tail()]


def test_stopping_asks_first_and_lets_a_program_end_by_itself(run: Callable[..., Process]) -> None:
    process = run(["-c", OBEDIENT])
    process.wait_until(has_said(process, "up"))
    process.stop(grace=60)
    assert not process.running
    assert process.tail() == "up\ngoodbye"


def test_a_program_that_ignores_the_request_to_stop_is_killed_after_the_grace(run: Callable[..., Process]) -> None:
    process = run(STUBBORN)
    process.wait_until(has_said(process, "up"))
    process.stop(grace=0.2)
    assert not process.running


@pytest.mark.parametrize("end", [Process.stop, Process.kill])
def test_the_children_of_a_program_end_with_it(run: Callable[..., Process], end: Callable[[Process], None]) -> None:
    process = run(PARENT)
    process.wait_until(has_said(process))
    child = int(process.tail())
    end(process)
    assert gone_within(30, child)


def test_a_program_that_ends_before_it_is_ready_is_reported_with_the_end_of_its_log(
    run: Callable[..., Process],
) -> None:
    process = run(["-c", "raise SystemExit('no such table')"])
    with pytest.raises(ProcessFailed, match=r"worker ended(.|\n)*no such table"):
        process.wait_until(lambda: False)


def test_a_program_that_is_never_ready_is_reported_after_the_time_given(run: Callable[..., Process]) -> None:
    process = run(SLEEP)
    with pytest.raises(ProcessFailed, match=r"not ready after 0\.2 s"):
        process.wait_until(lambda: False, seconds=0.2)


def test_a_program_that_ended_by_itself_is_noticed(run: Callable[..., Process]) -> None:
    process = run(["-c", ENDING])
    process.wait_until(has_said(process, "up"))
    process.check()
    process.signal(signal.SIGUSR1)
    assert gone_within(30, process.pid)
    with pytest.raises(ProcessFailed, match="ended with code 3"):
        process.check()


def test_a_program_that_may_be_restarted_comes_back_as_often_as_it_may(run: Callable[..., Process]) -> None:
    process = run(SLEEP, restarts=2)
    for _ in range(2):
        ended = process.pid
        os.kill(ended, signal.SIGKILL)
        process.wait_until(lambda ended=ended: process.pid != ended)
        process.check()
    os.kill(process.pid, signal.SIGKILL)
    until(lambda: not process.running, "whoever starts it again has seen that it ended")
    with pytest.raises(ProcessFailed, match="ended with code -9"):
        process.check()


@pytest.mark.parametrize("end", [Process.stop, Process.kill])
def test_a_program_that_we_end_does_not_come_back(run: Callable[..., Process], end: Callable[[Process], None]) -> None:
    process = run(SLEEP, restarts=2)
    pid = process.pid
    end(process)
    assert gone_within(30, pid)
    assert not process.running
    process.start()
    assert process.pid != pid


def test_a_frozen_program_does_nothing_until_it_is_thawed(run: Callable[..., Process]) -> None:
    process = run(TICKING)
    process.wait_until(has_said(process, "tick"))
    process.freeze()
    until(lambda: "State:\tT" in Path(f"/proc/{process.pid}/status").read_text("utf-8"), "it is stopped")
    said = process.tail(10_000)
    time.sleep(0.1)
    assert process.tail(10_000) == said
    process.thaw()
    process.wait_until(lambda: process.tail(10_000) != said)


def test_a_frozen_program_can_be_stopped(run: Callable[..., Process]) -> None:
    process = run(SLEEP)
    process.freeze()
    process.stop()
    assert not process.running


def test_a_stopped_program_can_be_started_again(run: Callable[..., Process]) -> None:
    process = run(SLEEP)
    first = process.pid
    process.stop()
    process.start()
    assert process.running
    assert process.pid != first


@pytest.fixture
def parent(tmp_path: Path) -> Generator[subprocess.Popen[str]]:
    """Another Python that starts a program from a thread which ends at once, and then says the program's id."""
    code = OTHER_PARENT.format(log=tmp_path / "worker.log")
    command = [sys.executable, "-c", code]
    with subprocess.Popen(  # noqa: S603 (our own Python)
        command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        yield other
        other.kill()


def test_a_program_outlives_the_thread_that_started_it_but_not_a_parent_that_is_killed(
    parent: subprocess.Popen[str],
) -> None:
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert not gone_within(0.2, child)
    parent.kill()
    assert gone_within(30, child)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start programs as somebody else")
def test_root_starts_a_program_as_somebody_else_who_has_no_groups_of_root(tmp_path: Path) -> None:
    user = unprivileged_user()
    program = Program("id", ["sh", "-c", "id -u; id -G; echo $HOME"], tmp_path / "id.log", folder=Path("/"), user=user)
    process = Process(program)
    process.start()
    process.wait_for_success()
    assert process.tail().splitlines() == [str(user.uid), str(user.gid), "/"]
