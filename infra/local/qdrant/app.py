"""HTTP alone: hands each request to its answer and wraps what comes back as Qdrant does."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from infra.local.qdrant.refusals import Refused, WrongInput
from infra.local.qdrant.routes import ROUTES, Call

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from infra.local.qdrant.inference import Inference
    from infra.local.qdrant.store import Store

FOLLOWED_VERSION: Final = "1.20.0"
"""The Qdrant whose REST API this follows; clients compare it with their own version."""
HEALTH: Final = {
    "/healthz": "healthz check passed",
    "/livez": "livez check passed",
    "/readyz": "all shards are ready",
}
MISTAKES: Final = (
    "Vector dimension error",
    "Not existing vector name error",
    "Validation failed",
    "Wrong input",
    "Wrong usage of sparse vectors",
)
"""How the engine's messages begin when the request was at fault; it raises bare exceptions for everything."""


def build_app(store: Store, inference: Inference) -> Starlette:
    """Make the application; it closes the store when it stops."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        yield
        store.close()

    def endpoint(answer: Callable[[Call], object]) -> Callable[[Request], Awaitable[Response]]:
        async def respond(request: Request) -> Response:
            started = time.perf_counter()
            wait = request.query_params.get("wait") == "true"
            call = Call(store, inference, request.path_params, await request.body(), wait)
            result = await run_in_threadpool(_answer, answer, call)
            return JSONResponse({"result": result, "status": "ok", "time": time.perf_counter() - started})

        return respond

    routes = [Route(path, endpoint(answer), methods=[method]) for method, path, answer in ROUTES]
    routes += [Route(path, _health, methods=["GET"]) for path in HEALTH]
    return Starlette(
        routes=[Route("/", _root, methods=["GET"]), *routes],
        lifespan=lifespan,
        exception_handlers={Refused: _refused, HTTPException: _no_such_route, Exception: _broken},
    )


def _answer(answer: Callable[[Call], object], call: Call) -> object:
    try:
        return answer(call)
    except Exception as error:
        if type(error) is Exception and str(error).startswith(MISTAKES):
            raise WrongInput(str(error)) from error
        raise


async def _root(_: Request) -> Response:
    title = f"stand-in for Qdrant on qdrant-edge {version('qdrant-edge-py')}"
    return JSONResponse({"title": title, "version": FOLLOWED_VERSION})


async def _health(request: Request) -> Response:
    return PlainTextResponse(HEALTH[request.url.path])


async def _refused(_: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, Refused) else 500
    return _error(status, str(error))


async def _no_such_route(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return _error(status, f"this stand-in has no {request.method} {request.url.path}")


async def _broken(_: Request, error: Exception) -> Response:
    # the server logs the exception itself after this answer
    return _error(500, f"Service internal error: {error}")


def _error(status: int, message: str) -> Response:
    return JSONResponse({"status": {"error": message}, "time": 0.0}, status)
