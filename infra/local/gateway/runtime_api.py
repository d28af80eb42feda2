"""Lambda's Runtime API: the four calls with which an execution environment gets its work and gives back results.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html. Each environment has a port of its own: that is how
the call is known to be its call (`awslambdaric` accepts a path after host and port, but not when it reports that the
function could not be loaded).
"""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from infra.local.gateway.environment import Environment

LOOPBACK = "127.0.0.1"
PREFIX = "/2018-06-01/runtime/"
PAYLOAD_LIMIT = 6 * 1024 * 1024
"""Bytes of an event or a result (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html)."""

KEEP_ALIVE_SECONDS = 3600
"""An environment keeps its connection; in AWS nothing closes it either."""

BACKLOG = 8

ACCEPTED = (202, b'{"status":"OK"}')
BAD_REQUEST = (400, b'{"errorType":"InvalidRequestID"}')
UNKNOWN = (404, b'{"errorType":"NotFound"}')
STREAMED = b"lambda-runtime-function-response-mode"
FAILED = b"lambda-runtime-function-error-type"
BROKE_OFF = b'{"errorType":"Runtime.TruncatedResponse"}'
TOO_LARGE = b'{"errorType":"Function.ResponseSizeTooLarge"}'


def listen(host: str, port: int, backlog: int) -> socket.socket:
    """A listening socket whose connections send at once.

    asyncio sees to that only for sockets that it makes itself; without it every answer in two parts takes 40 ms, the
    time that the other side waits before it acknowledges the first.
    """
    listener = socket.create_server((host, port), backlog=backlog)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # Linux hands it on to accepted connections
    return listener


class RuntimeApi:
    """Serves all environments; every one through a listener of its own."""

    def __init__(self) -> None:
        self._environments: dict[int, Environment] = {}
        self._listeners: dict[int, asyncio.Server] = {}
        self._state = ServerState()
        self._config = uvicorn.Config(
            self, http="httptools", ws="none", log_config=None, timeout_keep_alive=KEEP_ALIVE_SECONDS
        )
        self._config.load()

    async def open(self, environment: Environment) -> int:
        """Open a port for one environment."""
        listener = listen(LOOPBACK, 0, BACKLOG)
        port: int = listener.getsockname()[1]
        self._environments[port] = environment
        self._listeners[port] = await asyncio.get_running_loop().create_server(self._protocol, sock=listener)
        return port

    def close(self, port: int) -> None:
        """Close an environment's port."""
        self._environments.pop(port)
        self._listeners.pop(port).close()

    def _protocol(self) -> asyncio.Protocol:
        return HttpToolsProtocol(self._config, self._state, {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call (ASGI)."""
        environment = self._environments.get(scope["server"][1])
        call = scope["path"].removeprefix(PREFIX)
        if environment is None:
            await _answer(send, *UNKNOWN)
        elif call == "invocation/next":
            await _hand_over(environment, send)
        elif (STREAMED, b"streaming") in scope["headers"]:
            await _answer(send, *await _pass_on(environment, call, scope, receive))
        else:
            await _answer(send, *_take_back(environment, call, await _read_all(receive)))


async def _hand_over(environment: Environment, send: Send) -> None:
    invocation = await environment.next_invocation()
    await send({"type": "http.response.start", "status": 200, "headers": invocation.headers})
    await send({"type": "http.response.body", "body": invocation.event})


async def _pass_on(environment: Environment, call: str, scope: Scope, receive: Receive) -> tuple[int, bytes]:
    """Each part of a streamed result as it comes; what ends without its end is a failure."""
    request_id = call.split("/")[1]
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            environment.fail(request_id, BROKE_OFF)
            environment.kill()  # it is dying, or its runtime has lost the thread
            return ACCEPTED  # nobody is there to read it
        if message["body"] and not environment.give(request_id, message["body"]):
            return BAD_REQUEST
        if not message["more_body"]:
            break
    failure = next((value for name, value in scope["headers"] if name == FAILED), None)  # a trailer, as uvicorn has it
    known = environment.fail(request_id, failure) if failure else environment.succeed(request_id)
    return ACCEPTED if known else BAD_REQUEST


def _take_back(environment: Environment, call: str, body: bytes | None) -> tuple[int, bytes]:
    if call == "init/error" or body is None:
        return ACCEPTED  # the process ends, and that is what counts
    _, request_id, outcome = (*call.split("/"), "", "")[:3]
    if outcome == "response" and len(body) > PAYLOAD_LIMIT:
        known = environment.fail(request_id, TOO_LARGE)
    elif outcome == "response":
        known = environment.give(request_id, body) and environment.succeed(request_id)
    elif outcome == "error":
        known = environment.fail(request_id, body)
    else:
        return UNKNOWN
    return ACCEPTED if known else BAD_REQUEST


async def _read_all(receive: Receive) -> bytes | None:
    """The whole body, or None where its sender died over it."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message["body"]
        if not message["more_body"]:
            return bytes(body)


async def _answer(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
