"""Containers as copies of one process that has imported what all of them do: a tenth of the work of a start."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import subprocess
import sys
from collections import deque
from typing import TYPE_CHECKING, Any, Final

from infra.local.gateway.forking import LONGEST_MESSAGE
from infra.local.program import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from typing import BinaryIO


OF_FUNCTIONS: Final = (
    "shared.web",
    "mangum",
    "jmespath",
    "psycopg.conninfo",
    "bcrypt",
    "botocore.session",
    "aws_lambda_powertools.logging",
    "aws_lambda_powertools.metrics",
    "aws_lambda_powertools.utilities.batch",
)
"""What most functions import and takes most of a cold start; none of it reads a setting."""

FORKING: Final = "from infra.local.gateway.forking import main; main()"

COMMON: Final = OF_FUNCTIONS if sys.platform == "linux" else ()
"""Elsewhere each container is a process of its own."""


class Forked:
    """A process that the fork server began; it is used as one of asyncio's is.

    Attributes:
        returncode: None while it runs.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._over = asyncio.Event()

    async def wait(self) -> int:
        """Wait until it is gone; its exit code, or minus the number of the signal that ended it."""
        await self._over.wait()
        assert self.returncode is not None  # noqa: S101 (`end` has set it)
        return self.returncode

    def end(self, code: int) -> None:
        """It is gone."""
        self.returncode = code
        self._over.set()


class ForkServer:
    """The process that containers are copies of, and the way to it.

    Args:
        python: Its interpreter.
        modules: What it imports.
        variables: Its environment, which no container sees.
        prepare: Is called in it before it becomes Python.
    """

    def __init__(
        self, python: str, modules: Sequence[str], variables: Mapping[str, str], prepare: Callable[[], None]
    ) -> None:
        self._orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [python, "-c", FORKING, str(theirs.fileno()), *modules],
                cwd=PROJECT,
                env={**variables, "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                preexec_fn=prepare,  # noqa: PLW1509 (as every container's; see processes.py)
            )
        self._asked: deque[asyncio.Future[Forked]] = deque()
        self._running: dict[int, Forked] = {}
        asyncio.get_running_loop().add_reader(self._orders, self._hear)

    async def fork(self, module: Sequence[str], folder: Path, variables: Mapping[str, str], log: BinaryIO) -> Forked:
        """Start a container, as `python -m MODULE` with these arguments in that folder would.

        Raises:
            ConnectionError: The fork server is gone.
        """
        order = {"module": module, "folder": str(folder), "variables": dict(variables)}
        started: asyncio.Future[Forked] = asyncio.get_running_loop().create_future()
        socket.send_fds(self._orders, [json.dumps(order).encode()], [log.fileno()])
        self._asked.append(started)
        return await started

    def close(self) -> None:
        """End it."""
        asyncio.get_running_loop().remove_reader(self._orders)
        self._orders.close()
        self._process.kill()
        self._process.wait()

    def _hear(self) -> None:
        try:
            message = self._orders.recv(LONGEST_MESSAGE)
        except ConnectionError:
            message = b""
        if message:
            self._told(json.loads(message))
        else:
            self._lost()

    def _told(self, what: dict[str, Any]) -> None:
        if "started" in what:
            container = self._running[what["started"]] = Forked(what["started"])
            self._asked.popleft().set_result(container)
        else:
            self._running.pop(what["ended"]).end(what["code"])

    def _lost(self) -> None:
        """Whatever it began has been killed with it."""
        asyncio.get_running_loop().remove_reader(self._orders)
        for container in self._running.values():
            container.end(-signal.SIGKILL)
        for started in self._asked:
            started.set_exception(ConnectionError("the fork server has ended"))
        self._running.clear()
        self._asked.clear()
