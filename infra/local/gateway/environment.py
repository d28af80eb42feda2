"""One execution environment: a real `python -m awslambdaric` process that serves one request at a time."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from infra.local.gateway.invocation import REGION
from infra.local.gateway.runtime_api import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from typing import BinaryIO

    from infra.local.gateway.fork_server import Forked
    from infra.local.gateway.invocation import Invocation
    from infra.local.gateway.processes import Code
    from infra.local.gateway.routes import Function

OF_ANY_PROCESS = {"LANG": "en_US.UTF-8", "PATH": "/usr/local/bin:/usr/bin:/bin", "TZ": ":UTC"}
"""Variables, whatever the function."""

_numbers = count(1)


class FunctionFailed(Exception):
    """The function raised, or its process ended, before there was a result."""


class FunctionTimedOut(Exception):
    """There was no result within the function's timeout; its process has been killed."""


class Environment:
    """A process, from its cold start to its end.

    Args:
        function: Which function it runs.
        log: Takes the process's output.

    Attributes:
        ready: Becomes True when the process asks for its first invocation, or False when it ends without.
        alive: False as soon as the process has ended, or is about to.
        init_milliseconds: From the start of the process until it was ready.
        invocations: How many it has been given.
        idle_since: When it became idle last, on the loop's clock.
        retired: It gets no further invocation.
    """

    def __init__(self, function: Function, log: BinaryIO) -> None:
        self.function = function
        self.number = next(_numbers)
        self.ready: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.alive = True
        self.init_milliseconds = 0.0
        self.invocations = 0
        self.idle_since = 0.0
        self.retired = False
        self._log = log
        self._began = time.perf_counter()
        self._queue: asyncio.Queue[Invocation] = asyncio.Queue()
        self._current: str | None = None
        self._parts: asyncio.Queue[bytes | FunctionFailed | None] = asyncio.Queue()
        self._process: asyncio.subprocess.Process | Forked | None = None
        self._watch: asyncio.Task[None] | None = None

    async def start(self, code: Code, runtime_api_port: int) -> None:
        """Start the process; it is usable once `ready` says True."""
        self._began = time.perf_counter()
        variables = self._variables(code.root_of(self.function), runtime_api_port)
        self._process = await code.begin(self.function, variables, self._log)
        self._watch = asyncio.create_task(self._watched(self._process))
        if not self.alive:  # it was given up before there was a process
            self.kill()

    @property
    def pid(self) -> int:
        """Of the process; 0 before there is one."""
        return self._process.pid if self._process else 0

    @property
    def peak_megabytes(self) -> int:
        """The most memory that the process has used so far (0 where there is no /proc)."""
        with suppress(OSError, StopIteration):
            status = Path(f"/proc/{self.pid}/status").read_text("ascii")
            line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
            return int(line.split()[1]) // 1024
        return 0

    async def initialised(self, seconds: float) -> bool:
        """Wait until the process is ready for work; False if it ended instead, or needed more than `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.shield(self.ready)
        except TimeoutError:
            self.kill()
            return False

    async def ended(self) -> None:
        """Wait until the process is gone."""
        if self._watch:
            await self._watch

    async def stream(self, invocation: Invocation) -> AsyncGenerator[bytes]:
        """Hand the process an event, and give its result as it comes, for as long as the function's timeout allows.

        A result that is not streamed comes in one piece.

        Raises:
            FunctionFailed: The function raised, or its process ended.
            FunctionTimedOut: It took too long.
        """
        if not self.alive:
            raise FunctionFailed("the process has ended")
        self.invocations += 1
        self._current, self._parts = invocation.request_id, asyncio.Queue()
        self._queue.put_nowait(invocation)
        ends_at = time.monotonic() + self.function.timeout
        try:
            while (part := await asyncio.wait_for(self._parts.get(), ends_at - time.monotonic())) is not None:
                if isinstance(part, FunctionFailed):
                    raise part
                yield part
        except TimeoutError:
            self.kill()
            raise FunctionTimedOut from None
        finally:
            self._current = None

    def kill(self) -> None:
        """End the process, and whatever it started, at once."""
        self.alive = False
        if not self.ready.done():
            self.ready.set_result(False)
        if self._process and self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    # What the process says through the Runtime API

    async def next_invocation(self) -> Invocation:
        """The process asks for work; the first time, its initialisation is over."""
        if not self.ready.done():
            self.init_milliseconds = (time.perf_counter() - self._began) * 1000
            self.ready.set_result(True)
        return await self._queue.get()

    def give(self, request_id: str, part: bytes) -> bool:
        """A part of what the function returns; False when it was not asked (any more)."""
        return self._put(request_id, part)

    def succeed(self, request_id: str) -> bool:
        """The function returned all that it will; False when it was not asked (any more)."""
        return self._put(request_id, None)

    def fail(self, request_id: str, report: bytes) -> bool:
        """The function raised; False when it was not asked (any more)."""
        return self._put(request_id, FunctionFailed(report.decode("utf-8", "replace")))

    def _put(self, request_id: str, part: bytes | FunctionFailed | None) -> bool:
        if request_id != self._current:
            return False
        self._parts.put_nowait(part)
        if not isinstance(part, bytes):
            self._current = None
        return True

    async def _watched(self, process: asyncio.subprocess.Process | Forked) -> None:
        """Tell whoever waits for this process when it ends."""
        code = await process.wait()
        self.kill()
        if self._current:
            self._put(self._current, FunctionFailed(f"the process ended with code {code}"))

    def _variables(self, root: Path, runtime_api_port: int) -> dict[str, str]:
        """As Lambda sets them (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html)."""
        return {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.function.memory),
            "AWS_LAMBDA_FUNCTION_NAME": self.function.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{self.function.name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": f"{time.strftime('%Y/%m/%d', time.gmtime())}/[$LATEST]{self.number:032x}",
            "AWS_LAMBDA_RUNTIME_API": f"{LOOPBACK}:{runtime_api_port}",
            "AWS_REGION": REGION,
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_SESSION_TOKEN": "test",
            "LAMBDA_TASK_ROOT": str(root),
            "PYTHONUNBUFFERED": "1",
            "_HANDLER": self.function.handler,
            **OF_ANY_PROCESS,
        }
