"""The execution environments of one function, and who waits for one."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from infra.local.gateway.environment import Environment

if TYPE_CHECKING:
    from typing import BinaryIO

    from infra.local.gateway.routes import Function


@dataclass(slots=True)
class Group:
    """The environments of one function, and the requests that wait for one."""

    function: Function
    log: BinaryIO
    members: set[Environment] = field(default_factory=set[Environment])
    idle: list[Environment] = field(default_factory=list[Environment])
    waiting: deque[asyncio.Future[Environment]] = field(default_factory=deque[asyncio.Future[Environment]])
    cold_starts: int = 0
    invocations: int = 0

    @property
    def size(self) -> int:
        """How many live."""
        return sum(member.alive for member in self.members)

    @property
    def starting(self) -> int:
        """How many of those cannot take a request yet."""
        return sum(member.alive and not member.ready.done() for member in self.members)

    @property
    def waiters(self) -> int:
        """How many requests wait for one."""
        return sum(not turn.done() for turn in self.waiting)

    def add(self) -> Environment:
        """One more, which nobody has started yet."""
        environment = Environment(self.function, self.log)
        self.members.add(environment)
        self.cold_starts += 1
        return environment

    def next_turn(self) -> asyncio.Future[Environment] | None:
        """Of the request that has waited longest and has not given up."""
        while self.waiting:
            turn = self.waiting.popleft()
            if not turn.done():
                return turn
        return None

    def pop_idle(self) -> Environment | None:
        """The one that was used last, so that the others can be taken away when they are not needed."""
        while self.idle:
            environment = self.idle.pop()
            if environment.alive:
                return environment
        return None

    def forget(self, environment: Environment) -> None:
        """It has ended."""
        self.members.discard(environment)
        if environment in self.idle:
            self.idle.remove(environment)
