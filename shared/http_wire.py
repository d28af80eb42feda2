"""HTTP/1.1 as it goes over a socket: a request's bytes, and what the standard library's parser reads an answer from."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import TYPE_CHECKING

from shared import deadline, sockets

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping
    from http.client import HTTPResponse


class Wire(io.RawIOBase):
    """What the parser needs of a socket; all waits together end at one time, and what happened is remembered.

    Attributes:
        ends_at: When they end, as `time.monotonic()` tells it; whoever reads a stream moves it on.
    """

    def __init__(self, sock: socket.socket, ends_at: float, *, sent: bool = False) -> None:
        self.sock = sock
        self.sent = sent
        self.heard = False
        self.ends_at = ends_at

    def write(self, message: bytes) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] (writes all of it)
        """Send the message, all of it."""
        rest = memoryview(message)
        while rest:
            self.sock.settimeout(sockets.left(self.ends_at))
            rest = rest[self.sock.send(rest) :]
            self.sent = True

    def makefile(self, _mode: str) -> io.BufferedReader:
        """What `HTTPResponse` asks a socket for."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        """What `BufferedReader` asks for."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # pyright: ignore[reportIncompatibleMethodOverride] (all that BufferedReader hands in)
        """Receive what is there, or wait for it; who is to be warned before it is too late is."""
        for seconds in deadline.waits(self.ends_at):
            self.sock.settimeout(seconds)
            with suppress(TimeoutError):  # unlike a poll, this also knows of what TLS has decrypted already
                count = self.sock.recv_into(buffer)
                self.heard = self.heard or count > 0
                return count
        raise TimeoutError("no answer in the time for this request")


def message_of(method: str, path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    """One request, whole.

    Raises:
        ValueError: It would not be one request.
    """
    lines = [f"{method} {path} HTTP/1.1", "Accept-Encoding: identity", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {text}" for name, text in headers.items()]
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError("a line of the request's head contains a line break")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def lowered(response: HTTPResponse) -> dict[str, str]:
    """Its headers by lower-case name; of repeated ones the last."""
    return {name.lower(): text for name, text in response.headers.items()}
