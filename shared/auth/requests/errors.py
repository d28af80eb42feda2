"""Renders whatever goes wrong under /api/auth in Better Auth's shape: `{"message", "code"}` and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared.auth.refusals import Refused
from shared.auth.wire import NOTHING, TOKEN_HEADER, answer, refusal_json, session_token_set
from shared.errors import AppError
from shared.observability import log
from shared.record import record
from shared.settings.accounts import DefaultsSettings
from shared.web import APIRoute

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from shared.auth.limits.in_postgres import LimitedDatabase
    from shared.web import Request, Response

SERVER_ERROR = 500
RETRY_AFTER = ("x-retry-after", "retry-after")
"""Better Auth's, which its client reads, and that of RFC 9110, which everybody else does."""


@record
class Entry:
    """What a route under /api/auth came in with; its dependencies leave it in `request.state.entry`.

    Attributes:
        database: Has yet to count the request, if no batch did.
        shows_token: Whether a page may read the signed session token, to send it as a bearer's.
    """

    database: LimitedDatabase
    shows_token: bool


class BetterAuthRoute(APIRoute):
    """A route whose errors Better Auth's client understands: `APIRouter(route_class=BetterAuthRoute)`.

    An outage is a 503 that leaves the cookies alone; it never looks like a sign-out.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's own hook for this (https://fastapi.tiangolo.com/how-to/custom-request-and-route/)."""
        handle = super().get_route_handler()

        async def handle_or_refuse(request: Request) -> Response:
            try:
                # the middleware that adds headers to every answer (shared/app.py) looks for this
                request.state.unprotected = DefaultsSettings.read().defaults == "original"
                response = await handle(request)
            except Refused as refused:
                refused.refusal.tell()
                return _refused(_settled(request, refused))
            except AppError as error:
                return _rendered(error)
            return _with_token(request, response)

        return handle_or_refuse


def _settled(request: Request, refused: Refused) -> Refused:
    """The same, unless the request was also one too many: that comes first in Better Auth."""
    entry: Entry | None = getattr(request.state, "entry", None)
    try:
        if entry and refused.refusal.retry_after is None:
            entry.database.count_what_is_due()
    except Refused as too_many:
        return too_many
    except AppError as error:
        log.warning("a refused request was not counted", exc_info=error)
    return refused


def _refused(refused: Refused) -> Response:
    refusal = refused.refusal
    wait = {} if refusal.retry_after is None else {name: str(refusal.retry_after) for name in RETRY_AFTER}
    body = refusal_json(refusal) if refusal.message else NOTHING
    return answer(body, refusal.status, headers=wait, cookies=refused.cookies)


def _with_token(request: Request, response: Response) -> Response:
    """Better Auth's bearer plug-in: whoever is given the cookie may read its value, where the setting allows it."""
    entry: Entry | None = getattr(request.state, "entry", None)
    token = session_token_set(response.headers.getlist("set-cookie"))
    if token and entry and entry.shows_token:
        response.headers[TOKEN_HEADER] = token
        response.headers["access-control-expose-headers"] = TOKEN_HEADER
    return response


def _rendered(error: AppError) -> Response:
    if error.status >= SERVER_ERROR:
        log.error("answered %s", error.code, exc_info=error)
    return answer({"message": error.message, "code": error.code}, error.status, headers=error.headers)
