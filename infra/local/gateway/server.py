"""The front: HTTP in, the function's answer out, with the limits and the error messages of an HTTP API."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

import uvicorn

from infra.local.gateway.cors import Cors, without_cors
from infra.local.gateway.environment import FunctionFailed, FunctionTimedOut
from infra.local.gateway.environments import Overloaded
from infra.local.gateway.event_sources import EventSourceMapping
from infra.local.gateway.events import (
    HttpResponse,
    MalformedResult,
    event_from,
    new_request_id,
    response_from,
    streamed_response,
)
from infra.local.gateway.rest_events import AFTER_HEAD, rest_event_from
from infra.local.gateway.runtime_api import PAYLOAD_LIMIT

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncGenerator, Iterable

    from starlette.types import Receive, Scope, Send

    from infra.local.gateway.environments import Environments
    from infra.local.gateway.event_sources import Source
    from infra.local.gateway.pages import Pages
    from infra.local.gateway.routes import Match, Routes

BODY_LIMIT = 10 * 1024 * 1024
"""Bytes of a request's body (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html)."""

HEADER_LIMIT = 10_240
"""Bytes of the request line and all headers (same page)."""

STOP_SECONDS = 1
"""How long answers that are being sent may take when the gateway stops."""

KEEP_ALIVE_SECONDS = 60

log = logging.getLogger("gateway")


def message_response(status: int, message: str, *, last: bool = False) -> HttpResponse:
    """An answer of the gateway itself: `{"message": ...}`; the `last` one of its connection, if the rest is unread."""
    body = json.dumps({"message": message}, separators=(",", ":")).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    return HttpResponse(status, [*headers, (b"connection", b"close")] if last else headers, body)


BAD_REQUEST = message_response(400, "Bad Request")
NOT_FOUND = message_response(404, "Not Found")
TOO_LONG = message_response(413, "Request Too Long", last=True)
HEADERS_TOO_LONG = message_response(431, "Request Header Fields Too Large", last=True)
FAULT = message_response(500, "Internal Server Error")
UNAVAILABLE = message_response(503, "Service Unavailable")


class TooLong(Exception):
    """The request's body is larger than `BODY_LIMIT`."""


class Incomplete(Exception):
    """The client went away before it had sent the whole body."""


@dataclass(frozen=True, slots=True)
class Front:
    """The ASGI application that stands for the HTTP API.

    Attributes:
        routes: From serverless.yml.
        environments: Where functions run.
        pages: What this gateway answers itself.
        cors: From serverless.yml.
        address_header: Names the client's address, as if a trusted proxy stood in front. AWS has no such thing: there
            the address is that of the connection, whatever a header says.
    """

    routes: Routes
    environments: Environments
    pages: Pages
    cors: Cors | None
    address_header: bytes | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if self.address_header:
            scope = {**scope, "client": (_header(scope, self.address_header) or "", 0)}
        request_id = new_request_id()
        response = await self._answer(scope, receive, request_id)
        headers = [*response.headers, (b"apigw-requestid", request_id.encode())]
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        await send({"type": "http.response.body", "body": response.body, "more_body": response.rest is not None})
        if response.rest:
            await _send_all(response.rest, send)

    async def _answer(self, scope: Scope, receive: Receive, request_id: str) -> HttpResponse:
        origin = _header(scope, b"origin")
        if self.cors and self._is_preflight(scope, origin):
            return HttpResponse(204, self.cors.preflight_headers(origin), b"")
        response = await self._routed(scope, receive, request_id)
        if self.cors is None or response.rest:  # a REST API leaves the headers to the function
            return response
        headers = without_cors(response.headers) + self.cors.response_headers(origin)
        return HttpResponse(response.status, headers, response.body)

    def _is_preflight(self, scope: Scope, origin: str) -> bool:
        """Whether it asks for CORS alone, and no route takes it (see cors.py)."""
        asks = scope["method"] == "OPTIONS" and _header(scope, b"access-control-request-method")
        return bool(origin and asks) and self.routes.find("OPTIONS", scope["raw_path"].decode("ascii")) is None

    async def _routed(self, scope: Scope, receive: Receive, request_id: str) -> HttpResponse:
        raw_path = scope["raw_path"].decode("ascii")
        if len(raw_path) + sum(len(name) + len(value) for name, value in scope["headers"]) > HEADER_LIMIT:
            return HEADERS_TOO_LONG
        match = self.routes.find(scope["method"], raw_path)
        if match is None:
            return await self.pages.find(scope["method"], raw_path) or NOT_FOUND
        try:
            body = await _read_body(scope, receive)
        except TooLong:
            return TOO_LONG
        except Incomplete:
            return BAD_REQUEST  # nobody is there to read it
        shaped = rest_event_from if match.route.resource else event_from
        event = json.dumps(shaped(scope, body, match, request_id)).encode()
        return TOO_LONG if len(event) > PAYLOAD_LIMIT else await self._invoked(match, event)

    async def _invoked(self, match: Match, event: bytes) -> HttpResponse:
        function = match.route.function
        try:
            if match.route.resource:
                return await _begun(self.environments.stream(function, event))
            return response_from(await self.environments.invoke(function, event))
        except (FunctionFailed, MalformedResult) as error:
            log.warning("%s: %s", function.key, error)
            return FAULT
        except (FunctionTimedOut, Overloaded) as error:
            log.warning("%s: %s", function.key, type(error).__name__)
            return UNAVAILABLE


class GatewayServer(uvicorn.Server):
    """uvicorn, with the functions' processes started and ended when it is. SIGHUP replaces them.

    Args:
        front: What it serves.
        sources: Queues whose messages go to functions.
        prewarm: Start one environment of each function in the background, once requests are answered.
    """

    def __init__(self, front: Front, *, sources: Iterable[Source] = (), prewarm: bool = False) -> None:
        config = uvicorn.Config(
            front,
            http="httptools",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,  # API Gateway's sourceIp is the peer's, whatever X-Forwarded-For claims
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=STOP_SECONDS,
        )
        super().__init__(config)
        self._environments = front.environments
        self._sources = list(sources)
        self._prewarm = prewarm
        self._prewarming: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so: from the line printed on, requests are answered."""
        await super().startup(sockets)
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        print(f"gateway ready on http://{host}:{port}", flush=True)
        for source in self._sources:
            EventSourceMapping(source, self._environments, asyncio.get_running_loop()).start()
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._environments.renew)
        if self._prewarm:
            self._prewarming = asyncio.create_task(self._environments.prewarm())

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop: requests that are being worked on end with an error."""
        if self._prewarming:
            self._prewarming.cancel()
        await self._environments.stop()
        await super().shutdown(sockets)


async def _begun(parts: AsyncGenerator[bytes]) -> HttpResponse:
    """The response as far as its body has come when status and headers are there."""
    told = b""
    async for part in parts:
        told += part
        head, separator, body = told.partition(AFTER_HEAD)
        if separator:
            return streamed_response(head, body, parts)
    raise MalformedResult("nothing was streamed")


async def _send_all(parts: AsyncGenerator[bytes], send: Send) -> None:
    """Each part as it comes, to the end whether or not the client still reads: a function is not told that it left.

    A function that ends before its answer does leaves the client without the last chunk, so that nobody takes what came
    for all. uvicorn closes a connection whose answer was not completed.
    """
    try:
        async for part in parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
    except (FunctionFailed, FunctionTimedOut) as error:
        log.warning("a streamed answer broke off: %s", error or type(error).__name__)
        return
    await send({"type": "http.response.body", "body": b""})


async def _read_body(scope: Scope, receive: Receive) -> bytes:
    if int(_header(scope, b"content-length") or 0) > BODY_LIMIT:
        raise TooLong
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Incomplete
        body += message["body"]
        if len(body) > BODY_LIMIT:
            raise TooLong
        if not message["more_body"]:
            return bytes(body)


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for each, value in scope["headers"] if each == name), "")
