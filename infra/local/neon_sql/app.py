"""The HTTP side of the stand-in: `/sql` as Neon's proxy answers it, and two routes of our own."""

from __future__ import annotations

import asyncio
import json
import uuid
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from infra.local.neon_sql.connections import Connections
from infra.local.neon_sql.faults import CuttableProtocol, Fault, Faults
from infra.local.neon_sql.protocol import Refused, read_call

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Coroutine

    from starlette.requests import Request

    from infra.local.neon_sql.protocol import JSON

Result = TypeVar("Result")

MAX_BYTES: Final = 64 * 1024 * 1024
"""Neon's limit for requests and for answers."""

PREFLIGHT: Final = {
    "allow": "OPTIONS, POST",
    "access-control-allow-origin": "*",
    "access-control-allow-headers": (
        "Authorization, Neon-Connection-String, Neon-Raw-Text-Output, Neon-Array-Mode, Neon-Pool-Opt-In, "
        "Neon-Batch-Read-Only, Neon-Batch-Isolation-Level"
    ),
    "access-control-max-age": "86400",
}
DROPS: Final = 20


def build_app(postgres_host: str, postgres_port: int, max_bytes: int = MAX_BYTES) -> Starlette:
    """The stand-in as an ASGI application; uvicorn must serve it with `CuttableProtocol`.

    Args:
        postgres_host: Of the Postgres or PgBouncer that runs the queries.
        postgres_port: The same.
        max_bytes: The largest request and the largest answer.
    """
    stand_in = StandIn(Connections(postgres_host, postgres_port, max_bytes), max_bytes)
    routes = [
        Route("/ready", stand_in.ready),
        Route("/faults", stand_in.switch_faults, methods=["PUT", "DELETE"]),
        Route("/sql", stand_in.preflight, methods=["OPTIONS"]),
        Route("/sql", stand_in.sql, methods=["POST"]),
        Route("/{path:path}", stand_in.unsupported, methods=["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]),
    ]
    return Starlette(routes=routes, lifespan=stand_in.lifespan)


class ClientGone(Exception):
    """The client closed its connection; what it asked for was cancelled."""


class StandIn:
    """The routes and what they share."""

    def __init__(self, connections: Connections, max_bytes: int) -> None:
        self._connections = connections
        self._max_bytes = max_bytes
        self._faults = Faults()

    @asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncGenerator[None]:
        """Close the idle connections when the server stops."""
        yield
        await self._connections.close()

    async def ready(self, _request: Request) -> Response:
        """204: it listens."""
        return Response(status_code=204)

    async def preflight(self, _request: Request) -> Response:
        """What browsers ask before they send a query (CORS)."""
        return Response(headers=PREFLIGHT)

    async def unsupported(self, _request: Request) -> Response:
        """Everything that is not `POST /sql`; the message is a bare JSON string."""
        return _answer("query is not supported", 400)

    async def switch_faults(self, request: Request) -> Response:
        """`PUT` switches a fault on, `DELETE` off (faults.py)."""
        try:
            self._faults.switch(Fault.read(await request.json()) if request.method == "PUT" else None)
        except ValueError as error:
            return JSONResponse({"message": str(error)}, 400)
        return Response(status_code=204)

    async def sql(self, request: Request) -> Response:
        """One query or one batch."""
        fault = self._faults.take()
        try:
            body, headers = await self._run(request, fault)
        except Refused as refused:
            return _answer(refused.body(), refused.status)
        except ClientGone:
            return Response()
        if fault is not None and fault.kind == "slow body":
            return _dripping(body, fault.seconds)
        return _answer(body, headers=headers)

    async def _run(self, request: Request, fault: Fault | None) -> tuple[JSON, dict[str, str]]:
        content = await request.body()
        if fault is not None:
            await _fail_before(request, fault)
        call = read_call(request.headers, content, self._max_bytes)
        run = self._connections.run(fault.sabotage(call) if fault else call)
        body = await _unless_gone(request, run)
        if fault is not None:
            _fail_after(request, fault)
        return body, call.transaction.echo if call.transaction else {}


async def _fail_before(request: Request, fault: Fault) -> None:
    if fault.kind == "delay":
        await _unless_gone(request, asyncio.sleep(fault.seconds))
    if fault.kind == "cut before":
        _cut(request)
    fault.refuse()


def _fail_after(request: Request, fault: Fault) -> None:
    if fault.kind == "cut after":
        _cut(request)
    if fault.kind == "too large":
        raise Refused(507, f"response is too large (max is {MAX_BYTES} bytes)")


def _cut(request: Request) -> None:
    CuttableProtocol.cut(request.scope["client"])
    raise ClientGone


async def _unless_gone(request: Request, work: Coroutine[Any, Any, Result]) -> Result:
    """The result of the work, which is cancelled when the client closes its connection meanwhile."""
    working, watching = asyncio.ensure_future(work), asyncio.ensure_future(request.receive())
    await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
    if working.done():
        watching.cancel()
        return working.result()
    working.cancel()
    await asyncio.wait({working})
    raise ClientGone


def _answer(content: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    traced = {"neon-request-id": str(uuid.uuid4()), "access-control-allow-origin": "*", **(headers or {})}
    return JSONResponse(content, status, traced)


def _dripping(content: JSON, seconds: float) -> Response:
    body = json.dumps(content).encode()
    size = max(1, len(body) // DROPS)

    async def drops() -> AsyncGenerator[bytes]:
        for start in range(0, len(body), size):
            await asyncio.sleep(seconds / DROPS)
            yield body[start : start + size]

    return StreamingResponse(drops(), media_type="application/json")
