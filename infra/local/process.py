"""A program that the platform runs: in a session of its own, logged to a file, and never outliving us."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from infra.local.program import Program, spawn

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

POLL_SECONDS = 0.01
GRACE_SECONDS = 3.0
"""How long a program may take to stop before it is killed."""

READY_SECONDS = 120.0
"""Ends the wait for one that hangs: whatever has ended by itself is not waited for, and a busy machine is slow."""

WORK_SECONDS = 600.0
"""The same for one that does a thing and ends, which takes more than a start: to embed pages, on a slow machine."""

# PR_SET_PDEATHSIG fires when the THREAD that forked ends, not the process. So one thread, which lives exactly as long
# as the interpreter, forks all children, however short-lived the threads are that ask for them.
_launcher = ThreadPoolExecutor(max_workers=1, thread_name_prefix="launcher")


class ProcessFailed(RuntimeError):
    """A program did not come up, or ended by itself; the message ends with the tail of its log."""


class Process:
    """A running `Program`; it can be stopped, killed, frozen and started again."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._child: subprocess.Popen[bytes] | None = None
        self._changing = threading.Lock()
        self._restarts = 0
        """That are left; none while we end it ourselves."""

    @property
    def pid(self) -> int:
        """The process id.

        Raises:
            ProcessFailed: It was not started, or was stopped.
        """
        if self._child is None:
            raise ProcessFailed(f"{self.program.name} does not run")
        return self._child.pid

    @property
    def running(self) -> bool:
        """Whether it has been started and has not ended."""
        return self._child is not None and self._child.poll() is None

    def start(self, ready: Callable[[], bool] | None = None, seconds: float = READY_SECONDS) -> None:
        """Start it, and wait until it is `ready` if that is given.

        Raises:
            ProcessFailed: It ended, or was not ready in `seconds`.
        """
        self._child = _launcher.submit(spawn, self.program).result()
        if ready is not None:
            self.wait_until(ready, seconds)
        if self.program.restarts:
            self._restarts = self.program.restarts
            threading.Thread(target=self._keep, args=(self._child,), name=self.program.name, daemon=True).start()

    def wait_until(self, ready: Callable[[], bool], seconds: float = READY_SECONDS) -> None:
        """Ask `ready` again and again until it says yes.

        Raises:
            ProcessFailed: The program ended, or was not ready in `seconds`.
        """
        until = time.monotonic() + seconds
        while not ready():
            if self._is_over():
                raise ProcessFailed(self._obituary(f"{self.program.name} ended"))
            if time.monotonic() > until:
                raise ProcessFailed(self._obituary(f"{self.program.name} was not ready after {seconds:g} s"))
            time.sleep(POLL_SECONDS)

    def wait_for_success(self, seconds: float = WORK_SECONDS) -> None:
        """Wait until it ends by itself, as a program that does one thing should.

        Raises:
            ProcessFailed: It failed, or still ran after `seconds`.
        """
        assert self._child is not None  # noqa: S101 (a caller starts it first)
        try:
            code = self._child.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise ProcessFailed(self._obituary(f"{self.program.name} still ran after {seconds:g} s")) from None
        if code != 0:
            raise ProcessFailed(self._obituary(f"{self.program.name} ended with code {code}"))

    def check(self) -> None:
        """Make sure that it did not end by itself.

        Raises:
            ProcessFailed: It did.
        """
        if self._child is not None and self._is_over():
            raise ProcessFailed(self._obituary(f"{self.program.name} ended with code {self._child.returncode}"))

    def stop(self, grace: float = GRACE_SECONDS) -> None:
        """Ask it to stop; whatever is left of it and its children after `grace` seconds is killed."""
        if self._child is None:
            return
        self._let_go()
        family = list(descendants(self.pid))
        self.thaw()
        with suppress(ProcessLookupError):
            self._child.send_signal(self.program.stop_signal)
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(grace)
        self._bury(family)

    def kill(self) -> None:
        """End it and all its children at once, as a crash would."""
        if self._child is None:
            return
        self._let_go()
        # stopped first: a parent that is killed last could go on replacing its children
        _signal([self.pid], signal.SIGSTOP)
        self._bury(list(descendants(self.pid)))

    def freeze(self) -> None:
        """Stop it from running, with its ports open: the network sees a machine that hangs."""
        _signal([self.pid], signal.SIGSTOP)
        _signal(descendants(self.pid), signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen program go on."""
        _signal([self.pid, *descendants(self.pid)], signal.SIGCONT)

    def signal(self, which: signal.Signals) -> None:
        """Send it a signal, and its children none."""
        _signal([self.pid], which)

    def tail(self, lines: int = 20) -> str:
        """The end of its log."""
        return "\n".join(self.program.log.read_text("utf-8", "replace").splitlines()[-lines:])

    def _keep(self, child: subprocess.Popen[bytes]) -> None:
        """Start it again whenever it has ended, until there are no restarts left."""
        while True:
            child.wait()
            with self._changing:
                if self._child is not child or not self._restarts:
                    return
                self._restarts -= 1
                child = self._child = _launcher.submit(spawn, self.program).result()

    def _is_over(self) -> bool:
        """Whether it has ended and is not about to be started again."""
        with self._changing:
            return not self.running and not self._restarts

    def _let_go(self) -> None:
        with self._changing:
            self._restarts = 0

    def _bury(self, family: list[int]) -> None:
        assert self._child is not None  # noqa: S101 (both callers have looked)
        with suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)
        _signal(family, signal.SIGKILL)
        self._child.wait()
        self._child = None

    def _obituary(self, what: str) -> str:
        return f"{what}; the end of {self.program.log}:\n{self.tail()}"


def descendants(pid: int) -> Generator[int]:
    """All children of a process and theirs, from /proc (none where there is no /proc)."""
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in map(int, task.read_text("ascii").split()):
                yield child
                yield from descendants(child)


def _signal(pids: Sequence[int] | Generator[int], which: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, which)
