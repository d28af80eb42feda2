"""Renders whatever goes wrong under /api/auth in Better Auth's shape: `{"message", "code"}` and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi.routing import APIRoute

from shared.auth.refusals import Refused
from shared.auth.wire import answer, refusal_json
from shared.errors import AppError
from shared.observability import log

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from fastapi import Request, Response

SERVER_ERROR = 500


class BetterAuthRoute(APIRoute):
    """A route whose errors Better Auth's client understands: `APIRouter(route_class=BetterAuthRoute)`.

    An outage is a 503 that leaves the cookies alone; it never looks like a sign-out.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's own hook for this (https://fastapi.tiangolo.com/how-to/custom-request-and-route/)."""
        handle = super().get_route_handler()

        async def handle_or_refuse(request: Request) -> Response:
            try:
                return await handle(request)
            except Refused as refused:
                return answer(refusal_json(refused.refusal), refused.refusal.status)
            except AppError as error:
                return _rendered(error)

        return handle_or_refuse


def _rendered(error: AppError) -> Response:
    if error.status >= SERVER_ERROR:
        log.error("answered %s", error.code, exc_info=error)
    return answer({"message": error.message, "code": error.code}, error.status, headers=error.headers)
