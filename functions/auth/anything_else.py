"""The rest of /api/auth, without a database: GET /api/auth/ok, GET /api/auth/error, and nothing at any other path."""

from __future__ import annotations

import re
from typing import Final

from functions.dependencies.counts import counted_here
from shared.app import build_handler
from shared.auth.addresses import form_encoded
from shared.auth.requests.errors import BetterAuthRoute
from shared.auth.requests.openapi import YES, an_object, documented
from shared.auth.wire import answer
from shared.web import APIRouter, Depends, Request, Response

ERROR_CODE: Final = re.compile(r"['A-Za-z0-9_-]+")

METHODS: Final = ["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"]
"""OPTIONS is missing: preflights are the business of API Gateway."""

router = APIRouter(route_class=BetterAuthRoute, dependencies=[Depends(counted_here)])


@router.get("/api/auth/ok", openapi_extra=documented(an_object(ok=YES)))
async def ok() -> Response:
    """Better Auth's `ok`."""
    return answer({"ok": True})


@router.get("/api/auth/error", status_code=302, response_class=Response, openapi_extra=documented(None))
async def error(request: Request) -> Response:
    """Better Auth's error page: sends the browser to the start page of this host, with the code."""
    code = request.query_params.get("error") or ""
    description = request.query_params.get("error_description")
    query = f"error={code if ERROR_CODE.fullmatch(code) else 'UNKNOWN'}"
    if description:
        query += f"&error_description={form_encoded(description)}"
    return Response(status_code=302, headers={"location": f"/?{query}"})


@router.api_route("/api/auth", methods=METHODS, include_in_schema=False)
@router.api_route("/api/auth/{proxy:path}", methods=METHODS, include_in_schema=False)
async def nothing() -> Response:
    """Better Auth's answer to a path that it does not know, or knows by another method only."""
    return Response(status_code=404)


handler = build_handler(router)
