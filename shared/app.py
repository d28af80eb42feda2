"""The one FastAPI factory and the one Lambda entry: errors rendered in one place, every answer traceable and timed."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING, Any, Final

from mangum import Mangum
from mangum.handlers import HTTPGateway
from mangum.protocols import HTTPCycle
from starlette.exceptions import HTTPException

from shared import deadline
from shared.complaints import UNREADABLE as NO_JSON
from shared.complaints import complaint
from shared.errors import AppError, InvalidRequest
from shared.events import MALFORMED, UNREADABLE, answer_in, as_http_api, found_warm, nothing_to_read, shape_of
from shared.failures import SERVER_ERROR, body_of, foreseen, unforeseen
from shared.observability import log, name_request, report_request, request_timings, server_timing
from shared.rewriting_host import rewriting_host
from shared.web import APIRouter, FastAPI, JSONResponse, Request, RequestValidationError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from mangum.types import LambdaConfig, LambdaContext
    from mangum.types import Response as AsgiResponse
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MARGIN_SECONDS = 1.0
"""Kept back from the invocation's remaining time, so that the answer still leaves in time."""

ACCOUNTS: Final = "/api/auth"

PROTECTION: Final = {
    b"cache-control": b"no-store",
    b"x-content-type-options": b"nosniff",
    b"strict-transport-security": b"max-age=31536000",  # browsers ignore it unless it comes over https
}

UNPROTECTED: Final = "unprotected"
"""In a request's state: true where its answer shall say nothing of its own about caches and types."""


def build_app(*routers: APIRouter) -> FastAPI:
    """One small app: the routes given, our error shape, no documentation routes."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    for router in routers:
        app.include_router(router)
    app.add_exception_handler(AppError, _render_app_error)
    app.add_exception_handler(RequestValidationError, _render_validation_error)
    app.add_exception_handler(HTTPException, _render_http_exception)
    app.add_middleware(Invocation)
    return app


def build_handler(*routers: APIRouter, around: Callable[[ASGIApp], ASGIApp] | None = None) -> Handler:
    """What a function module exports as `handler`; `around` is middleware of its own."""
    app: ASGIApp = build_app(*routers)
    return Handler(around(app) if around else app)


class Handler(Mangum):
    """Answers whatever hands in HTTP requests, each in its own shape (events.py); anything else finds it warm.

    `lifespan="off"`: Mangum would otherwise run start-up and shut-down on every invocation.
    """

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app, lifespan="off", custom_handlers=[Gateway])  # pyright: ignore[reportArgumentType] (Mangum's own handlers do not fit its type either)

    def __call__(self, event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        """The answer to an event."""
        shape, request = shape_of(event), self.request_of(event, context)
        if shape is None or request is None:
            return found_warm(event)
        return answer_in(shape, event, request(HTTPCycle(request.scope, request.body)(self.app)))

    def request_of(self, event: dict[str, Any], context: object) -> Gateway | None:
        """The request of an event, as `scope` and `body`; None where it is none."""
        shape = shape_of(event)
        if shape is None:
            return None
        try:
            return Gateway(as_http_api(event, shape), context, self.config)
        except MALFORMED as error:
            return Gateway(nothing_to_read(error), context, self.config)


class Gateway(HTTPGateway):
    """Mangum's translation of API Gateway's events, read once; it would call an answer without a body JSON."""

    def __init__(self, event: dict[str, Any], context: object, config: LambdaConfig) -> None:
        super().__init__(event, context, config)  # pyright: ignore[reportArgumentType] (it hands the context on)
        self._scope, self._body = super().scope, super().body

    @property
    def scope(self) -> Scope:
        """The request without its body."""
        return self._scope

    @property
    def body(self) -> bytes:
        """What came with it."""
        return self._body

    def __call__(self, response: AsgiResponse) -> dict[str, Any]:
        """The answer as Lambda hands it back."""
        translated = super().__call__(response)
        if not response["body"] and not any(name == b"content-type" for name, _ in response["headers"]):
            translated["headers"].pop("content-type", None)
        return translated


class Invocation:
    """ASGI middleware around one invocation: its deadline, request id, timings, and the error nobody foresaw."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the app, with `X-Request-Id` and `Server-Timing` on whatever it answers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        request_id = scope.setdefault("state", {})["request_id"] = _request_id(scope)
        name_request(request_id, scope.get("aws.event", {}).get("routeKey", scope["path"]))
        status = SERVER_ERROR

        async def send_traced(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                spent["total"] = (time.perf_counter() - began) * 1000
                message["headers"] = [
                    *_protected(message["headers"], scope["state"]),
                    (b"x-request-id", request_id.encode()),
                    *_timing(_shown(spent, scope["path"])),
                ]
            elif not message.get("more_body"):  # an answer that was told while it was made ends later than it began
                spent["total"] = (time.perf_counter() - began) * 1000
            await send(message)

        with request_timings() as spent, deadline.within(_seconds_left(scope)):
            try:
                _refuse_unreadable(scope)
                _name_reader(scope)
                await self.app(scope, receive, send_traced)
            except AppError as error:
                foreseen(error)
                await render(error, request_id)(scope, receive, send_traced)
            except Exception:  # noqa: BLE001 (the last line of defence: one traceback logged, nothing shown)
                await render(unforeseen(), request_id)(scope, receive, send_traced)
            report_request(status, spent)


def _refuse_unreadable(scope: Scope) -> None:
    reason = scope.get("aws.event", {}).get(UNREADABLE)
    if reason is not None:
        log.warning("an event like a request cannot be read: %s", reason)
        raise InvalidRequest


def _name_reader(scope: Scope) -> None:
    """Put the reader's address into the scope where the site's host vouches for it."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    address = rewriting_host().reader_address(headers, scope["path"])
    if address is not None:
        scope["client"] = (address, 0)


def _protected(headers: Collection[tuple[bytes, bytes]], state: Mapping[str, Any]) -> list[tuple[bytes, bytes]]:
    """With what keeps an answer out of strangers' caches and read as what it is, unless its route says otherwise."""
    if state.get(UNPROTECTED):
        return [*headers]
    said = {name for name, _ in headers}
    return [*headers, *(each for each in PROTECTION.items() if each[0] not in said)]


def _timing(shown: dict[str, float]) -> list[tuple[bytes, bytes]]:
    return [(b"server-timing", server_timing(shown).encode())] if shown else []


def _shown(spent: dict[str, float], path: str) -> dict[str, float]:
    """What a client is told: where passwords are compared, not how long it took (OWASP ASVS 5, 6.3.8)."""
    return {part: spent[part] for part in spent if part != "total"} if path.startswith(ACCOUNTS) else spent


def render(error: AppError, request_id: str) -> JSONResponse:
    """`{"message", "code", "requestId"}` and what else the error says (specs/errors.md)."""
    response = JSONResponse(body_of(error, request_id), status_code=error.status, headers=error.headers)
    for cookie in error.cookies:
        response.headers.append("set-cookie", cookie)
    return response


async def _render_app_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, AppError)  # noqa: S101 (registered for this class alone; Starlette types it wider)
    foreseen(error)
    return render(error, request.state.request_id)


async def _render_validation_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 (as above)
    return render(complaint(error.errors(), request.scope["route"]), request.state.request_id)


async def _render_http_exception(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 (as above)
    if error.status_code == InvalidRequest.status:  # FastAPI could not read the body: no UTF-8, or nested too deeply
        return render(InvalidRequest(NO_JSON), request.state.request_id)
    body = {
        "message": str(error.detail),
        "code": str(error.detail).lower().replace(" ", "_"),
        "requestId": request.state.request_id,
    }
    return JSONResponse(body, status_code=error.status_code, headers=error.headers)


def _request_id(scope: Scope) -> str:
    context = scope.get("aws.context")
    return str(context.aws_request_id) if context is not None else str(uuid.uuid4())


def _seconds_left(scope: Scope) -> float:
    context = scope.get("aws.context")
    if context is None:
        return deadline.DEFAULT_SECONDS
    return max(0.0, context.get_remaining_time_in_millis() / 1000 - MARGIN_SECONDS)
