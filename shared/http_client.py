"""An HTTP/1.1 client for a function that talks to one host: one kept connection, one deadline, no surprises.

Built on the standard library's parser, because importing httpx alone costs a cold start more than a whole request
(specs/decisions/). Written for Lambda: the connection outlives the invocation, so before it is used again it is
checked for a goodbye that arrived while the sandbox was frozen, and dropped after a minute without use.

    client = HttpClient("https://api.example.com")
    answer = client.request("POST", "/search", b"{}", {"Content-Type": "application/json"}, timeout=5, idempotent=True)
    answer.status, answer.headers["content-type"], answer.body
"""

from __future__ import annotations

import ssl
import time
from collections import deque
from contextlib import suppress
from functools import cache, partial
from http.client import HTTPException, HTTPResponse, IncompleteRead
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from shared import deadline, sockets
from shared.errors import Misconfigured
from shared.http_wire import Wire, lowered, message_of
from shared.names import Unresolved
from shared.record import record

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping

MAX_ANSWER_BYTES = 64 * 1024 * 1024


class Unreachable(Exception):
    """There is no complete answer. The driver's own error is its cause; neither holds a header or a body.

    Attributes:
        sent: Something of the request left this machine, so it may have been executed.
        heard: Something of an answer arrived.
    """

    def __init__(self, reason: str, *, sent: bool, heard: bool = False) -> None:
        super().__init__(reason)
        self.sent = sent
        self.heard = heard


class TimedOut(Unreachable):
    """There was no complete answer in time."""


class NotFound(Unreachable):
    """Nobody says at which address the host is; the resolver has asked as often as it was told to."""


class AnswerTooLarge(Unreachable):
    """The answer is longer than the client was told to accept."""


@record
class Response:
    """A complete answer, whatever its status.

    Attributes:
        headers: By lower-case name; of repeated ones the last.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


class HttpClient:
    """Requests to one origin over one kept connection. Threads may share it: each gets a connection of its own.

    Args:
        origin: `https://host[:port]`; `http://` only for this machine.
        ca_file: Certificate authorities (PEM) to verify the server with; the system's unless given.
        max_answer_bytes: A longer answer is an `AnswerTooLarge`.

    Raises:
        Misconfigured: The origin is neither https nor on this machine.
    """

    def __init__(self, origin: str, *, ca_file: str | None = None, max_answer_bytes: int = MAX_ANSWER_BYTES) -> None:
        parts = urlsplit(origin)
        if not (parts.hostname and (parts.scheme == "https" or parts.hostname in sockets.LOOPBACK)):
            raise Misconfigured from ValueError(f"{parts.hostname} is not on this machine: its URL must be https")
        self._encrypted = parts.scheme == "https"
        self._host = parts.hostname
        self._port = parts.port or (443 if self._encrypted else 80)
        self._authority = parts.netloc.rpartition("@")[2]
        self._ca_file = ca_file
        self._max_answer_bytes = max_answer_bytes
        self._idle: deque[tuple[socket.socket, float]] = deque()

    def __repr__(self) -> str:
        return f"HttpClient({self._authority})"

    def request(
        self,
        method: str,
        path: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        timeout: float | None = None,
        idempotent: bool = False,
    ) -> Response:
        """Send one request and wait for its whole answer. Redirects are not followed.

        When the kept connection turns out dead before a byte of the answer, the request is sent once more over a
        new one: if nothing of it had been sent yet, or if it is idempotent.

        Args:
            method: `GET`, `POST` and so on.
            path: Path and query, starting with a slash, percent-encoded.
            body: Sent with its `Content-Length`; `b""` for none.
            headers: Sent beside `Host`, `Accept-Encoding: identity` and `Content-Length`.
            timeout: Seconds for everything together, also against a server that drips; what is left of the
                invocation where that is less.
            idempotent: Sending it twice is as good as once.

        Raises:
            Unreachable: There is no complete answer; `TimedOut` and `AnswerTooLarge` say so more closely.
        """
        ends_at = time.monotonic() + deadline.remaining(timeout)
        message = self._message(method, path, body, headers)
        sent = False
        kept = self._take()
        if kept is not None:
            try:
                return self._exchange(Wire(kept, ends_at), method, message)
            except TimedOut:
                raise
            except Unreachable as failure:
                if failure.heard or (failure.sent and not idempotent):
                    raise
                sent = failure.sent
        return self._exchange(Wire(self._connect(ends_at, sent=sent), ends_at, sent=sent), method, message)

    def close(self) -> None:
        """Close the kept connection, if any; the next request opens a new one."""
        with suppress(IndexError):
            while True:
                self._idle.pop()[0].close()

    def _message(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        return message_of(method, path, body, {"Host": self._authority, **headers})

    def _take(self) -> socket.socket | None:
        """A kept connection that can still be trusted, now the caller's alone."""
        with suppress(IndexError):  # popping is atomic, asking first would not be
            while True:
                sock, last_used = self._idle.pop()
                if sockets.reusable(sock.fileno(), last_used):
                    return sock
                sock.close()
        return None

    def _connect(self, ends_at: float, *, sent: bool) -> socket.socket:
        context = _tls(self._ca_file) if self._encrypted else None  # before the clock: it reads files for 20 ms
        secured = partial(context.wrap_socket, server_hostname=self._host) if context else None
        until = min(ends_at, time.monotonic() + sockets.CONNECT_SECONDS)
        try:
            return sockets.connect(self._host, self._port, until, secured)
        except Unresolved as error:
            raise NotFound(str(error), sent=sent) from error
        except OSError as error:
            raise failure_of(error, sent=sent) from error

    def _exchange(self, wire: Wire, method: str, message: bytes) -> Response:
        response = HTTPResponse(cast("socket.socket", wire), method=method)
        keep = False
        try:
            wire.write(message)
            body = self._read(response)
            keep = not response.will_close
        except (OSError, HTTPException) as error:
            raise failure_of(error, sent=wire.sent, heard=wire.heard) from error
        finally:
            response.close()
            self._keep(wire) if keep else wire.sock.close()
        return Response(response.status, lowered(response), body)

    def _keep(self, wire: Wire) -> None:
        self._idle.append((wire.sock, time.time()))

    def _read(self, response: HTTPResponse) -> bytes:
        response.begin()
        body = response.read(self._max_answer_bytes + 1)
        if len(body) > self._max_answer_bytes:
            raise AnswerTooLarge("the answer is too long", sent=True, heard=True)
        if response.length:  # what is still missing of Content-Length; read() with a number does not complain
            raise IncompleteRead(b"", response.length)
        return body


def failure_of(error: Exception, *, sent: bool, heard: bool = False) -> Unreachable:
    """What became of a request, from the driver's own error."""
    kind = TimedOut if isinstance(error, TimeoutError) else Unreachable
    return kind(f"{type(error).__name__}: {error}", sent=sent, heard=heard)


@cache
def _tls(ca_file: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca_file)
    context.set_alpn_protocols(["http/1.1"])
    return context
