"""An answer that is read while it is being written: `HttpClient` for servers that stream.

    client = StreamingClient("https://api.example.com")
    with client.stream("POST", "/v1/chat/completions", body, headers, ends_at=time.monotonic() + 8) as answer:
        for piece in answer.pieces():
            answer.ends_at = time.monotonic() + 5

What waits, waits until `ends_at`; whoever reads moves it on as the stream goes on.
"""

from __future__ import annotations

import socket
import time
from contextlib import contextmanager, suppress
from functools import partial
from http.client import HTTPException, HTTPResponse
from typing import TYPE_CHECKING, cast

from shared.http_client import HttpClient, TimedOut, Unreachable, failure_of
from shared.http_wire import Wire, lowered

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping

PIECE_BYTES = 16 * 1024


class Streamed:
    """An answer whose head has arrived.

    Attributes:
        status: The head's.
        headers: By lower-case name; of repeated ones the last.
    """

    def __init__(self, wire: Wire, response: HTTPResponse) -> None:
        self.status = response.status
        self.headers = lowered(response)
        self._wire = wire
        self._response = response

    @property
    def ends_at(self) -> float:
        """When waiting for more of it ends, as `time.monotonic()` tells it. Whoever reads may move it."""
        return self._wire.ends_at

    @ends_at.setter
    def ends_at(self, moment: float) -> None:
        self._wire.ends_at = moment

    def pieces(self) -> Iterator[bytes]:
        """What arrives, as it arrives.

        Raises:
            Unreachable: It broke off, or `stop` was called; `TimedOut` where nothing more arrived by `ends_at`.
        """
        try:
            while piece := self._response.read1(PIECE_BYTES):
                yield piece
            if self._response.length:  # of Content-Length: read1() does not complain
                raise ConnectionError("the answer broke off")
        except (OSError, HTTPException, ValueError) as error:  # ValueError: read after `stop`
            raise failure_of(error, sent=True, heard=True) from error

    def stop(self) -> None:
        """End the connection at once; whoever waits for a piece, on whatever thread, is told."""
        end(self._wire.sock)

    @property
    def is_whole(self) -> bool:
        """All of it was read, and the connection may be used again."""
        return self._response.isclosed() and not self._response.will_close


def end(sock: socket.socket) -> None:
    """End a connection that another thread may be waiting for."""
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


class StreamingClient(HttpClient):
    """An `HttpClient` that can also read an answer piece by piece."""

    @contextmanager
    def stream(
        self,
        method: str,
        path: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        ends_at: float,
        begun: Callable[[Callable[[], None]], None] = lambda _: None,
    ) -> Generator[Streamed]:
        """Send one request; in the block its answer is read. Redirects are not followed.

        A kept connection that turns out dead before a byte of the answer is replaced by a new one.

        Args:
            method: As for `request`.
            path: Likewise.
            body: Likewise.
            headers: Likewise.
            ends_at: When waiting for the head ends, as `time.monotonic()` tells it.
            begun: Is told how to end the connection, before anything is sent over it.

        Raises:
            Unreachable: No answer began; `TimedOut` where it did not begin in time.
        """
        message = self._message(method, path, body, headers)
        wire, response = self._opened(message, method, ends_at, begun)
        streamed = Streamed(wire, response)
        kept = False
        try:
            yield streamed
            kept = streamed.is_whole
        finally:
            response.close()
            self._keep(wire) if kept else wire.sock.close()

    def _opened(
        self, message: bytes, method: str, ends_at: float, begun: Callable[[Callable[[], None]], None]
    ) -> tuple[Wire, HTTPResponse]:
        kept = self._take()
        if kept is not None:
            begun(partial(end, kept))
            with suppress(Unreachable):
                return self._begun(Wire(kept, ends_at), message, method)
            if ends_at <= time.monotonic():
                raise TimedOut("no answer in the time for this request", sent=True)
        sock = self._connect(ends_at, sent=False)
        begun(partial(end, sock))
        return self._begun(Wire(sock, ends_at), message, method)

    def _begun(self, wire: Wire, message: bytes, method: str) -> tuple[Wire, HTTPResponse]:
        response = HTTPResponse(cast("socket.socket", wire), method=method)
        try:
            wire.write(message)
            response.begin()
        except (OSError, HTTPException) as error:
            response.close()
            wire.sock.close()
            raise failure_of(error, sent=wire.sent, heard=wire.heard) from error
        return wire, response
