"""A TCP relay on loopback that counts what passes and breaks it on demand: the network between us and a server."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from infra.local.ports import LOOPBACK, free_port
from infra.local.traffic import Count, Link, Traffic

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter
    from collections.abc import Callable, Coroutine, Generator
    from typing import Self

Result = TypeVar("Result")

ROUNDS_OF_ACCEPTING = 5
"""Rounds of asyncio's loop, one more than a connection takes from `accept` until it is one of our links."""

LONGEST_SECONDS = 120.0
"""Ends what hangs; all that a relay is told takes milliseconds, wherever it gets a processor."""


class Relay:
    """Listens on `port` and passes everything on to a server, until it is told to misbehave.

    Args:
        target_port: The server's port.
        target_host: The server's address.

    Attributes:
        port: Where clients connect.
        troubled_at: When it was last told to misbehave, in seconds of the monotonic clock; 0: never.
        when_restored: Is called just before it behaves again, where it did not.
    """

    def __init__(self, target_port: int, target_host: str = LOOPBACK) -> None:
        self.target = (target_host, target_port)
        self.port = free_port()
        self.troubled_at = 0.0
        self.when_restored: Callable[[], None] | None = None
        self._is_broken = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"relay to {target_port}", daemon=True)
        self._server: asyncio.Server | None = None
        self._links: dict[Link, asyncio.Task[None] | None] = {}
        self._traffic = Traffic()

    def __enter__(self) -> Self:
        self._thread.start()
        self.restore()
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def total(self) -> Count:
        """What passed since the beginning."""
        return self._traffic.total

    @property
    def flights(self) -> int:
        """Round trips that clients waited for, since the beginning."""
        return self.total.flights

    @property
    def open_connections(self) -> int:
        """Those at the moment that the server has not ended."""
        return sum(not link.ended for link in self._links)

    @contextmanager
    def count(self) -> Generator[Count]:
        """Count what passes during the block; the numbers are there after it."""
        counted = Count()
        before = replace(self.total)
        yield counted
        counted.flights = self.total.flights - before.flights
        counted.connections = self.total.connections - before.connections
        counted.sent = self.total.sent - before.sent
        counted.received = self.total.received - before.received

    def refuse(self) -> None:
        """The server is gone: its port is closed, open connections are reset."""
        self._misbehave()
        self._run(self._refuse())

    def accept_silently(self) -> None:
        """The server hangs, or packets vanish: connections open, and nothing passes, on open ones either."""
        self._misbehave()
        self._run(self._accept_silently())

    def reset(self) -> None:
        """Reset the connections that are open now; new ones work."""
        self._misbehave()
        self._run(self._reset())

    def hang_up(self) -> None:
        """The server says goodbye on the connections that are open now; new ones work."""
        self._misbehave()
        self._run(self._hang_up())

    def delay(self, seconds: float) -> None:
        """Let everything take that much longer, each way."""
        self._misbehave()
        self._traffic.seconds = seconds

    def cut_after(self, size: int) -> None:
        """Let so many more bytes of answers pass, then reset the connection that carries the next one; once."""
        self._misbehave()
        self._traffic.bytes_left = size

    def accept(self, connections: int) -> None:
        """Let so many more connections work; the next one opens, and from then on nothing passes."""
        self._misbehave()
        self._traffic.admitted = connections

    def restore(self) -> None:
        """Behave again; what was held back by `accept_silently` or `accept` passes now."""
        if self.when_restored and self._is_broken:
            self.when_restored()
        self._is_broken = False
        self._traffic.be_usual()
        self._run(self._listen())

    def _misbehave(self) -> None:
        self.troubled_at = time.monotonic()
        self._is_broken = True

    def _run(self, work: Coroutine[None, None, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=LONGEST_SECONDS)

    async def _listen(self) -> None:
        self._traffic.flowing.set()
        if self._server is None:
            self._server = await asyncio.start_server(self._accept, LOOPBACK, self.port)

    async def _accept_silently(self) -> None:
        await self._listen()
        self._traffic.flowing.clear()

    async def _refuse(self) -> None:
        if self._server is not None:
            await self._stop_accepting(self._server)
            self._server = None
        await self._reset()

    async def _stop_accepting(self, server: asyncio.Server) -> None:
        """A server that is closed while a connection is being made loses it (seen in CPython 3.11): finish those."""
        for listening in server.sockets:
            self._loop.remove_reader(listening.fileno())
        for _ in range(ROUNDS_OF_ACCEPTING):
            await asyncio.sleep(0)
        server.close()

    async def _reset(self) -> None:
        tasks = [task for task in self._links.values() if task is not None]
        for link in self._links:
            link.reset()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _hang_up(self) -> None:
        for link in self._links:
            link.close()

    async def _end(self) -> None:
        await self._refuse()
        await asyncio.sleep(0)  # lets the transports that were aborted close their sockets

    async def _accept(self, reader: StreamReader, writer: StreamWriter) -> None:
        self.total.connections += 1
        link = Link([writer])
        self._links[link] = asyncio.current_task()
        try:
            await self._traffic.begin()
            server_reader, server_writer = await asyncio.open_connection(*self.target)
            link.ends.append(server_writer)
            await self._traffic.carry(link, reader, server_reader)
            link.close()
        except (OSError, ExceptionGroup, asyncio.CancelledError):
            link.reset()
        finally:
            del self._links[link]
