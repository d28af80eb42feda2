"""A program to run, and how it starts: in a session of its own, with little of our environment, logged to a file."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

PROJECT = Path(__file__).resolve().parents[2]

PR_SET_PDEATHSIG = 1
"""From <linux/prctl.h>."""

INHERITED = ("HOME", "LANG", "LC_ALL", "LC_CTYPE", "LOCPATH", "PATH", "TERM", "TMPDIR", "TZ", "USER")
"""All that a child sees of our own environment: never somebody's DATABASE_URL, PG*, AWS_* or PYTHONPATH."""

_prctl = getattr(ctypes.CDLL(None), "prctl", None)
"""Linux has it; elsewhere a child outlives a SIGKILL of ours."""


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
        restarts: How often it is started again when it ends by itself, once it was ready.
    """

    name: str
    command: Sequence[str | Path]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    folder: Path = PROJECT
    user: User | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    restarts: int = 0


def python_program(
    name: str, *arguments: str | Path, log: Path, environment: Mapping[str, str] | None = None
) -> Program:
    """A module under our own interpreter: `python_program("web", "-m", "infra.web", log=...)`."""
    return Program(name, [sys.executable, *arguments], log, {"PYTHONUNBUFFERED": "1"} | dict(environment or {}))


def spawn(program: Program) -> subprocess.Popen[bytes]:
    """Start it, on the thread that asks: it gets `death_signal` when that ends."""
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
