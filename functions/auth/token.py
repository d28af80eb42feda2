"""Tokens for other services: GET /api/auth/token, and the keys to verify them, GET /api/auth/jwks.

One round trip each; one more, once, where there is no key yet. Better Auth's jwt plug-in, which a site has to choose.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated

from functions.dependencies.callers import Rules
from functions.dependencies.limits import LimitedDb
from shared.app import build_handler
from shared.auth.identity.visitors import Visitor
from shared.auth.requests.errors import BetterAuthRoute
from shared.auth.requests.openapi import TEXT, a_list, an_object, documented
from shared.auth.rows import queries
from shared.auth.tokens.issuing import STILL_PUBLISHED, Issuer, SigningKey, UnreadableKey, published
from shared.auth.wire import answer
from shared.clock import now
from shared.db import Database, Rows, Statement
from shared.observability import log
from shared.settings import AuthSettings, TokenSettings
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


@router.get("/api/auth/token", openapi_extra=documented(an_object(token=TEXT)))
async def give_token(request: Request, database: LimitedDb, rules: Rules, issuer: Chosen) -> Response:
    """The jwt plug-in's `token`: says for fifteen minutes who is signed in, without a session."""
    if issuer is None:
        return Response(status_code=404)
    visitor = Visitor(request, database, rules)
    [found] = visitor.run(Statement(queries.SIGNING_KEY, (visitor.moment,)))
    key = _readable(found, issuer) or _new_key(database, issuer)
    return visitor.answer({"token": key.signed(issuer.claims(visitor.user, visitor.moment))})


@router.get("/api/auth/jwks", openapi_extra=documented(an_object(keys=a_list({"type": "object"}))))
async def publish_keys(database: LimitedDb, issuer: Chosen) -> Response:
    """The jwt plug-in's `jwks`: the public keys, those of other servers on this database included (RFC 7517)."""
    if issuer is None:
        return Response(status_code=404)
    question = Statement(queries.PUBLISHED_KEYS, (now() - STILL_PUBLISHED,))
    [found] = database.run(question, idempotent=True)
    if not found.values:
        _new_key(database, issuer)
        [found] = database.run(question, idempotent=True)
    return answer({"keys": [published(*row) for row in found.values]})


def _readable(found: Rows, issuer: Issuer) -> SigningKey | None:
    """The key, unless it was encrypted with another secret: then a new one takes its place, and it stays published."""
    for name, stored in found.values:
        try:
            return SigningKey.read(name, stored, issuer.secret)
        except UnreadableKey as error:
            log.warning("the newest signing key cannot be read", exc_info=error)
    return None


def _new_key(database: Database, issuer: Issuer) -> SigningKey:
    key = SigningKey.new()
    database.run(Statement(queries.ADD_KEY, key.row(now(), issuer.secret)), idempotent=True)
    return key


handler = build_handler(router)
