"""Tokens for other services: GET /api/auth/token, and the keys to verify them, GET /api/auth/jwks.

Better Auth's jwt plug-in, which a site has to choose.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated

from functions.dependencies.limits import LimitedDb
from functions.dependencies.rules import Rules
from shared.app import build_handler
from shared.auth.accounts.signing_keys import published_keys, signed_token
from shared.auth.identity.visitors import Visitor
from shared.auth.requests.errors import BetterAuthRoute
from shared.auth.requests.openapi import SESSION_NEEDED, TEXT, a_list, an_object, documented
from shared.auth.tokens.issuing import Issuer
from shared.auth.wire import answer
from shared.settings.accounts import AuthSettings, TokenSettings
from shared.web import APIRouter, Depends, Request, Response

router = APIRouter(route_class=BetterAuthRoute)


async def token_issuer() -> Issuer | None:
    """None where the site gives out no tokens."""
    return _token_issuer()


@cache
def _token_issuer() -> Issuer | None:
    settings = AuthSettings.read()
    return Issuer(settings.base_url, settings.secret) if TokenSettings.read().give_out == "on" else None


Chosen = Annotated[Issuer | None, Depends(token_issuer)]


@router.get("/api/auth/token", openapi_extra=documented(an_object(token=TEXT), session=SESSION_NEEDED))
async def give_token(request: Request, database: LimitedDb, rules: Rules, issuer: Chosen) -> Response:
    """The jwt plug-in's `token`: says for fifteen minutes who is signed in, without a session."""
    if issuer is None:
        return Response(status_code=404)
    visitor = Visitor(request, database, rules)
    return visitor.answer({"token": signed_token(visitor, database, issuer)})


@router.get("/api/auth/jwks", openapi_extra=documented(an_object(keys=a_list({"type": "object"}))))
async def publish_keys(database: LimitedDb, issuer: Chosen) -> Response:
    """The jwt plug-in's `jwks`: the public keys, those of other servers on this database included (RFC 7517)."""
    if issuer is None:
        return Response(status_code=404)
    return answer({"keys": published_keys(database, issuer)})


handler = build_handler(router)
