"""All execution environments: started when a request finds none idle, up to a cap, reused last in first out."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from infra.local.gateway.environment import FunctionFailed
from infra.local.gateway.group import Group
from infra.local.gateway.invocation import Invocation
from infra.local.gateway.logs import open_log, report_line
from infra.local.gateway.runtime_api import RuntimeApi

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable, Mapping
    from pathlib import Path

    from infra.local.gateway.environment import Environment
    from infra.local.gateway.processes import Code
    from infra.local.gateway.routes import Function


class Overloaded(Exception):
    """No environment became free in time."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may run at once.

    Attributes:
        each: Environments of one function.
        more: Key of a function that may have another number of them -> how many.
        overall: Environments of all functions together.
        patience: Seconds that a request waits for an environment; a cold start on a busy machine takes many.
        init: Seconds that a cold start may take.
    """

    each: int = 4
    more: Mapping[str, int] = field(default_factory=dict[str, int])
    overall: int = 40
    patience: float = 60.0
    init: float = 120.0

    def of(self, function: Function) -> int:
        """How many environments that function may have."""
        return self.more.get(function.key, self.each)


class Environments:
    """Runs functions.

    Args:
        functions: All there are.
        code: What their processes run.
        limits: How many.
        log_folder: Gets one log file a function, `<key>.log`; without it logs go to standard error.
    """

    def __init__(
        self, functions: Iterable[Function], code: Code, limits: Limits, log_folder: Path | None = None
    ) -> None:
        self._code = code
        self._limits = limits
        self._runtime_api = RuntimeApi()
        self._groups = {each.key: Group(each, open_log(log_folder, each)) for each in functions}
        self._lives: set[asyncio.Task[None]] = set()
        self._stopped = False

    async def invoke(self, function: Function, event: bytes) -> bytes:
        """Run a function on an event, and return its result, which is JSON; raises what `stream` raises."""
        return b"".join([part async for part in self.stream(function, event)])

    async def stream(self, function: Function, event: bytes) -> AsyncGenerator[bytes]:
        """Run a function on an event, and give its result as it comes.

        Raises:
            FunctionFailed: It raised, its process ended, or it was never started.
            FunctionTimedOut: It took longer than its timeout.
            Overloaded: All environments stayed busy for too long.
        """
        group = self._groups[function.key]
        environment = group.pop_idle() or await self._wait_for_turn(group)
        invocation = Invocation.of(function, event)
        began = time.perf_counter()
        try:
            async for part in environment.stream(invocation):
                yield part
        finally:
            group.invocations += 1
            group.log.write(report_line(environment, invocation, time.perf_counter() - began))
            self._release(group, environment)

    async def prewarm(self) -> None:
        """Start one environment of each function, one after the other: the processors belong to requests."""
        for group in self._groups.values():
            if not group.size and self._has_room():
                await asyncio.shield(self._start(group).ready)

    def renew(self) -> None:
        """End every environment, those that work once they are done, as Lambda does now and then."""
        for group in self._groups.values():
            for environment in group.members:
                environment.retired = True
            for environment in group.idle:
                environment.kill()
            group.idle.clear()

    def report(self) -> dict[str, dict[str, int]]:
        """For each function: its environments now, and its cold starts and invocations since the beginning."""
        return {
            key: {"environments": group.size, "coldStarts": group.cold_starts, "invocations": group.invocations}
            for key, group in self._groups.items()
        }

    def processes(self) -> dict[str, dict[int, int]]:
        """For each function: the ids of its processes, and how many invocations each has been given."""
        return {
            key: {member.pid: member.invocations for member in group.members if member.alive and member.pid}
            for key, group in self._groups.items()
        }

    async def stop(self) -> None:
        """Kill all processes, and wait until they are gone; no further one is started."""
        self._stopped = True
        for group in self._groups.values():
            for environment in group.members:
                environment.kill()
        await asyncio.gather(*self._lives, return_exceptions=True)

    async def _wait_for_turn(self, group: Group) -> Environment:
        turn: asyncio.Future[Environment] = asyncio.get_running_loop().create_future()
        group.waiting.append(turn)
        self._grow(group)
        try:
            async with asyncio.timeout(self._limits.patience):
                return await turn
        except TimeoutError:
            if turn.done() and not turn.cancelled():  # it came at the very last moment
                return turn.result()
            raise Overloaded from None

    def _release(self, group: Group, environment: Environment) -> None:
        if environment.alive and (environment.retired or self._somebody_starves()):
            environment.kill()
            self._grow_all()
        elif environment.alive:
            self._offer(group, environment)

    def _offer(self, group: Group, environment: Environment) -> None:
        turn = group.next_turn()
        if turn:
            turn.set_result(environment)
        else:
            environment.idle_since = time.monotonic()
            group.idle.append(environment)

    def _grow_all(self) -> None:
        """Use the room there is now; whoever has least comes first."""
        for group in sorted(self._groups.values(), key=lambda group: group.size):
            self._grow(group)

    def _grow(self, group: Group) -> None:
        """Start as many environments as requests wait for, if there may be so many."""
        while group.waiters > group.starting and group.size < self._limits.of(group.function):
            if self._stopped or (not self._has_room() and not self._evict()):
                return
            self._start(group)

    def _has_room(self) -> bool:
        return sum(group.size for group in self._groups.values()) < self._limits.overall

    def _evict(self) -> bool:
        """Make room by ending the environment that has been idle longest; False when all are busy."""
        idle = [(environment, group) for group in self._groups.values() for environment in group.idle]
        if not idle:
            return False
        environment, group = min(idle, key=lambda each: each[0].idle_since)
        group.idle.remove(environment)
        environment.kill()
        return True

    def _somebody_starves(self) -> bool:
        """Whether requests wait for a function that has no environment, and there is no room to start one."""
        return any(group.waiters and not group.size for group in self._groups.values()) and not self._has_room()

    def _start(self, group: Group) -> Environment:
        environment = group.add()
        life = asyncio.create_task(self._live(group, environment))
        self._lives.add(life)
        life.add_done_callback(self._lives.discard)
        return environment

    async def _live(self, group: Group, environment: Environment) -> None:
        """From the start of a process to its end."""
        port = await self._runtime_api.open(environment)
        try:
            await environment.start(self._code, port)
            if await environment.initialised(self._limits.init):
                self._offer(group, environment)
            elif turn := group.next_turn():
                turn.set_exception(FunctionFailed("the function could not be started"))
            await environment.ended()
        finally:
            environment.kill()
            self._runtime_api.close(port)
            group.forget(environment)
            self._grow_all()
