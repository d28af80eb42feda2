"""What passes a relay: its connections, what was counted of them, and what holds them back at the moment."""

from __future__ import annotations

import asyncio
import socket
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter

CHUNK = 1 << 16

RESET_ON_CLOSE = struct.pack("ii", 1, 0)
"""SO_LINGER on, zero seconds: closing sends RST instead of FIN."""


@dataclass(slots=True)
class Count:
    """What passed a relay during a block.

    Attributes:
        flights: Round trips that a client waited for: its bytes, then the server's.
        connections: Connections that clients opened.
        sent: Bytes from clients.
        received: Bytes from the server.
    """

    flights: int = 0
    connections: int = 0
    sent: int = 0
    received: int = 0


@dataclass(slots=True, eq=False)
class Link:
    """A client's connection and, once it is open, ours to the server."""

    ends: list[StreamWriter] = field(default_factory=list["StreamWriter"])
    asked: bool = False
    ended: bool = False
    """By the server, and the client has been told."""

    def reset(self) -> None:
        """Tell both sides that the connection is gone."""
        for end in self.ends:
            connection = end.get_extra_info("socket")
            if connection is not None and connection.fileno() >= 0:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            end.transport.abort()

    def close(self) -> None:
        """Say goodbye to both sides."""
        for end in self.ends:
            end.close()


@dataclass(slots=True)
class Traffic:
    """Carries what links say from one side to the other.

    Attributes:
        total: What passed since the beginning.
        flowing: Whether anything passes.
        seconds: How much later it arrives, each way.
        bytes_left: Bytes of answers that may still pass; then the link that carries the next one is reset, once.
        admitted: Links that may still begin; with the next one nothing flows any more.
    """

    total: Count = field(default_factory=Count)
    flowing: asyncio.Event = field(default_factory=asyncio.Event)
    seconds: float = 0.0
    bytes_left: int | None = None
    admitted: int | None = None

    def be_usual(self) -> None:
        """Forget what it was told to do to what passes."""
        self.seconds, self.bytes_left, self.admitted = 0.0, None, None

    async def begin(self) -> None:
        """A link begins; wait until anything passes."""
        if self.admitted == 0:
            self.flowing.clear()
        elif self.admitted is not None:
            self.admitted -= 1
        await self.flowing.wait()

    async def carry(self, link: Link, clients: StreamReader, servers: StreamReader) -> None:
        """Carry both directions of a link that has both its ends, until both have said goodbye."""
        client, server = link.ends
        async with asyncio.TaskGroup() as directions:
            directions.create_task(self._pass(link, clients, server))
            directions.create_task(self._pass(link, servers, client))

    async def _pass(self, link: Link, source: StreamReader, sink: StreamWriter) -> None:
        """Pass one direction on, until its end."""
        late: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._deliver(link, late, sink))
            data = b"-"
            while data:
                data = await source.read(CHUNK)
                self._note(link, data, from_client=sink is not link.ends[0])
                late.put_nowait((loop.time() + self.seconds, data))

    async def _deliver(self, link: Link, late: asyncio.Queue[tuple[float, bytes]], sink: StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due, data = await late.get()
            await asyncio.sleep(due - loop.time())
            await self.flowing.wait()
            if not data:
                sink.write_eof()
                link.ended = sink is link.ends[0]
                return
            if sink is link.ends[0] and self.bytes_left is not None:
                self._cut(data, sink)
            sink.write(data)
            await sink.drain()

    def _cut(self, data: bytes, sink: StreamWriter) -> None:
        """Raises ConnectionResetError when the bytes that may pass are used up."""
        assert self.bytes_left is not None  # noqa: S101 (the caller has looked)
        allowed, self.bytes_left = self.bytes_left, self.bytes_left - len(data)
        if self.bytes_left < 0:
            self.bytes_left = None
            sink.write(data[:allowed])
            raise ConnectionResetError

    def _note(self, link: Link, data: bytes, *, from_client: bool) -> None:
        """A flight is counted when its answer comes, so that a last word to the server (Terminate) is none."""
        if from_client:
            self.total.sent += len(data)
            link.asked = link.asked or bool(data)
            return
        self.total.received += len(data)
        if data and link.asked:
            link.asked = False
            self.total.flights += 1
