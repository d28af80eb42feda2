"""The process that containers are copies of: it imports modules, then forks a container whenever it is told to.

A message on the socket says what a container is started with, and brings along the file that its output goes to. The
answers say which process that is, and later by what code it ended. Linux alone: it has these sockets, and kills
containers whose parent is gone. Only modules that read no setting may be imported before: `awslambdaric` asks for the
address of its Runtime API.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys
import time
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from infra.local.program import PR_SET_PDEATHSIG

if TYPE_CHECKING:
    from types import FrameType

LONGEST_MESSAGE: Final = 1 << 18
HIGHEST_DESCRIPTOR: Final = 64
"""Of the few that this process has open: a socket, a pipe, a log."""

_libc = ctypes.CDLL(None)


def main() -> None:
    """Import, then serve the socket until nobody holds its other end; both are named on the command line."""
    descriptor, *modules = sys.argv[1:]
    for name in modules:
        importlib.import_module(name)
    gc.freeze()  # no search for garbage in a container copies what all of them share
    with socket.socket(fileno=int(descriptor)) as orders:
        _serve(orders)


def _serve(orders: socket.socket) -> None:
    noticed, notices = os.pipe()
    os.set_blocking(notices, False)
    signal.set_wakeup_fd(notices)
    signal.signal(signal.SIGCHLD, _noticed)
    while True:
        ready, _, _ = select.select([orders, noticed], [], [])
        if noticed in ready:
            os.read(noticed, LONGEST_MESSAGE)
            _tell_of_ended(orders)
        if orders in ready:
            message, logs, _, _ = socket.recv_fds(orders, LONGEST_MESSAGE, 1)
            if not message:
                return
            _tell(orders, started=_forked(json.loads(message), logs[0]))
            os.close(logs[0])


def _noticed(_signal: int, _frame: FrameType | None) -> None:
    """The pipe has been written to; without a handler it would not."""


def _tell(orders: socket.socket, **what: int) -> None:
    orders.send(json.dumps(what).encode())


def _tell_of_ended(orders: socket.socket) -> None:
    with suppress(ChildProcessError):  # there is none any more
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            _tell(orders, ended=ended[0], code=os.waitstatus_to_exitcode(ended[1]))


def _forked(order: dict[str, Any], log: int) -> int:
    parent, pid = os.getpid(), os.fork()
    if pid:
        with suppress(PermissionError, ProcessLookupError):  # so that it can be killed before it has done so itself
            os.setpgid(pid, pid)
        return pid
    code = 1
    try:
        _die_with(parent)
        _become(order, log)
        code = _run(order["module"])
    except BaseException:  # noqa: BLE001 (whatever it is, nothing of the parent's may go on in the child)
        traceback.print_exc()
    finally:
        os._exit(code)


def _die_with(parent: int) -> None:
    os.setpgid(0, 0)
    _libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))
    if os.getppid() != parent:  # it ended before we could ask
        os._exit(1)


def _become(order: dict[str, Any], log: int) -> None:
    """Take over what a program is given at its start."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(log, sys.stdout.fileno())
    os.dup2(log, sys.stderr.fileno())
    os.closerange(sys.stderr.fileno() + 1, HIGHEST_DESCRIPTOR)
    os.chdir(order["folder"])  # where modules are looked for from now on, because of `python -c`
    os.environ.clear()
    os.environ.update(order["variables"])
    time.tzset()
    importlib.invalidate_caches()


def _run(module: list[str]) -> int:
    """Be `python -m MODULE` with these arguments; the exit code."""
    sys.argv = module
    try:
        runpy.run_module(module[0], run_name="__main__", alter_sys=True)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0
