"""How the process of an environment is begun: by itself, or as a copy of one that has imported what they all do."""

from __future__ import annotations

import asyncio
import ctypes
import os
import re
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from infra.local.program import PR_SET_PDEATHSIG

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import BinaryIO

    from infra.local.gateway.fork_server import Forked, ForkServer
    from infra.local.gateway.routes import Function

RUNTIME: Final = "awslambdaric"

RUNS_A_MODULE: Final = re.compile(r'exec "\$1" -m ([\w.]+)')
"""The only command of a wrapper that runs another module in the place of the runtime's."""

_libc = ctypes.CDLL(None)


@dataclass(frozen=True, slots=True)
class Code:
    """What the processes run.

    Attributes:
        root: Folder that holds the code, `/var/task` in AWS; `{function}` stands for the function's key.
        variables: The functions' environment variables, besides those that Lambda sets.
        python: The interpreter; it must have `awslambdaric`.
        fork_server: Begins all processes but those of a wrapper that does more than run a module of Python.
    """

    root: str
    variables: Mapping[str, str]
    python: str = sys.executable
    fork_server: ForkServer | None = None

    def root_of(self, function: Function) -> Path:
        """The folder of one function's code."""
        return Path(self.root.replace("{function}", function.key)).resolve()

    async def begin(
        self, function: Function, variables: Mapping[str, str], log: BinaryIO
    ) -> asyncio.subprocess.Process | Forked:
        """Start a process for a function, with these variables besides the functions' own."""
        root, variables = self.root_of(function), {**variables, **self.variables}
        if self.fork_server and (module := module_run(root, function)):
            return await self.fork_server.fork(module, root, variables, log)
        runtime = (self.python, "-m", RUNTIME, function.handler)
        return await asyncio.create_subprocess_exec(
            # a wrapper is called with the runtime's command, and may run another one
            *((str(root / function.wrapper), *runtime) if function.wrapper else runtime),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=root,
            env=variables,
            start_new_session=True,
            preexec_fn=dying_with(os.getpid()),
        )


def module_run(root: Path, function: Function) -> list[str]:
    """The module that a process of the function runs, with its arguments; empty where only its wrapper knows that."""
    if not function.wrapper:
        return [RUNTIME, function.handler]
    wrapper = root / function.wrapper
    lines = wrapper.read_text("utf-8").splitlines() if wrapper.is_file() else []
    commands = [line for line in lines if line and not line.startswith("#")]
    found = RUNS_A_MODULE.fullmatch(commands[0]) if len(commands) == 1 else None
    return [found[1]] if found else []


def dying_with(gateway: int) -> Callable[[], None]:
    """What the child does before it becomes Python: ask the kernel to be killed when the gateway ends, however it ends.

    The kernel watches the thread that forked; asyncio forks in the gateway's main thread. Forking while other threads
    run may deadlock on a lock that one of them holds; this takes none.
    """

    def prepare() -> None:
        if sys.platform == "linux":
            _libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))
        if os.getppid() != gateway:  # it ended before we could ask
            os._exit(1)

    return prepare
