"""A program that the platform runs: in a session of its own, logged to a file, and never outliving us."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence

PROJECT = Path(__file__).resolve().parents[2]

POLL_SECONDS = 0.01
GRACE_SECONDS = 3.0
"""How long a program may take to stop before it is killed."""

PR_SET_PDEATHSIG = 1
"""From <linux/prctl.h>."""

INHERITED = ("HOME", "LANG", "LC_ALL", "LC_CTYPE", "LOCPATH", "PATH", "TERM", "TMPDIR", "TZ", "USER")
"""All that a child sees of our own environment: never somebody's DATABASE_URL, PG*, AWS_* or PYTHONPATH."""

_prctl = getattr(ctypes.CDLL(None), "prctl", None)
"""Linux has it; elsewhere a child outlives a SIGKILL of ours."""

# PR_SET_PDEATHSIG fires when the THREAD that forked ends, not the process. So one thread, which lives exactly as long
# as the interpreter, forks all children, however short-lived the threads are that ask for them.
_launcher = ThreadPoolExecutor(max_workers=1, thread_name_prefix="launcher")


class ProcessFailed(RuntimeError):
    """A program did not come up, or ended by itself; the message ends with the tail of its log."""


@dataclass(frozen=True, slots=True)
class User:
    """Somebody else to run a program as; only root can."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Program:
    """What to run, and how.

    Attributes:
        name: What people call it.
        command: The program and its arguments.
        log: File that its output is appended to.
        environment: Its variables, besides `INHERITED`.
        folder: Its working directory.
        user: Runs it as somebody else.
        stop_signal: Asks it to stop.
        death_signal: What it gets when we die without having stopped it.
    """

    name: str
    command: Sequence[str | Path]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    folder: Path = PROJECT
    user: User | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL


def python_program(
    name: str, *arguments: str | Path, log: Path, environment: Mapping[str, str] | None = None
) -> Program:
    """A module under our own interpreter: `python_program("web", "-m", "infra.web", log=...)`."""
    return Program(name, [sys.executable, *arguments], log, {"PYTHONUNBUFFERED": "1"} | dict(environment or {}))


class Process:
    """A running `Program`; it can be stopped, killed, frozen and started again."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._child: subprocess.Popen[bytes] | None = None

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

    def start(self, ready: Callable[[], bool] | None = None, seconds: float = 20.0) -> None:
        """Start it, and wait until it is `ready` if that is given.

        Raises:
            ProcessFailed: It ended, or was not ready in `seconds`.
        """
        self._child = _launcher.submit(_spawn, self.program).result()
        if ready is not None:
            self.wait_until(ready, seconds)

    def wait_until(self, ready: Callable[[], bool], seconds: float = 20.0) -> None:
        """Ask `ready` again and again until it says yes.

        Raises:
            ProcessFailed: The program ended, or was not ready in `seconds`.
        """
        until = time.monotonic() + seconds
        while not ready():
            if not self.running:
                raise ProcessFailed(self._obituary(f"{self.program.name} ended"))
            if time.monotonic() > until:
                raise ProcessFailed(self._obituary(f"{self.program.name} was not ready after {seconds:g} s"))
            time.sleep(POLL_SECONDS)

    def wait_for_success(self, seconds: float = 120.0) -> None:
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
        if self._child is not None and not self.running:
            raise ProcessFailed(self._obituary(f"{self.program.name} ended with code {self._child.returncode}"))

    def stop(self, grace: float = GRACE_SECONDS) -> None:
        """Ask it to stop; whatever is left of it and its children after `grace` seconds is killed."""
        if self._child is None:
            return
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

    def _bury(self, family: list[int]) -> None:
        assert self._child is not None  # noqa: S101 (both callers have looked)
        with suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)
        _signal(family, signal.SIGKILL)
        self._child.wait()
        self._child = None

    def _obituary(self, what: str) -> str:
        return f"{what}; the end of {self.program.log}:\n{self.tail()}"


def _spawn(program: Program) -> subprocess.Popen[bytes]:
    program.log.parent.mkdir(parents=True, exist_ok=True)
    with program.log.open("ab") as log:
        return subprocess.Popen(
            [str(argument) for argument in program.command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=program.folder,
            env=_environment(program),
            start_new_session=True,
            preexec_fn=_dying_with(os.getpid(), program.death_signal),  # noqa: PLW1509 (see _dying_with)
            user=program.user.uid if program.user else None,
            group=program.user.gid if program.user else None,
            extra_groups=[] if program.user else None,
        )


def inherited_environment() -> dict[str, str]:
    """What every child sees of our own environment."""
    return {name: os.environ[name] for name in INHERITED if name in os.environ}


def _environment(program: Program) -> dict[str, str]:
    own = inherited_environment()
    if program.user:
        own |= {"HOME": str(program.folder), "USER": program.user.name}
        own.pop("TMPDIR", None)
    return own | dict(program.environment)


def _dying_with(parent: int, death_signal: signal.Signals) -> Callable[[], None]:
    """What the child does before it becomes the program: ask the kernel for `death_signal` when `parent` ends.

    Nothing else survives a SIGKILL of ours. A fork with threads about can deadlock on locks that are held during it;
    this takes none: two system calls, loaded beforehand. The kernel forgets the wish when the user changes, so it must
    be made after that: CPython sets the user first, then calls this.
    """

    def prepare() -> None:
        if _prctl:
            _prctl(PR_SET_PDEATHSIG, int(death_signal))
        if os.getppid() != parent:  # it ended before we could ask
            os._exit(1)

    return prepare


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
