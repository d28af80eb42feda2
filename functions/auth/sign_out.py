"""POST /api/auth/sign-out: end the session and forget its cookies. One round trip, none without a session."""

from __future__ import annotations

from functions.dependencies.limits import LimitedDb
from functions.dependencies.rules import Rules
from shared.app import build_handler
from shared.auth.identity.rules import presented_tokens
from shared.auth.requests.errors import BetterAuthRoute
from shared.auth.requests.openapi import SESSION_READ, YES, an_object, documented
from shared.auth.requests.parsing import JSON, received
from shared.auth.requests.validation import SIGN_OUT, check_sign_out
from shared.auth.rows import sessions
from shared.auth.wire import answer
from shared.observability import tell
from shared.web import APIRouter, Request, Response

router = APIRouter(route_class=BetterAuthRoute)


@router.post("/api/auth/sign-out", openapi_extra=documented(an_object(success=YES), SIGN_OUT, session=SESSION_READ))
async def sign_out(request: Request, database: LimitedDb, rules: Rules) -> Response:
    """Better Auth's `signOut`. Signing out twice, or as a guest, is fine."""
    sent = await received(request, rules.origins, JSON)
    check_sign_out(sent.body)
    tokens = presented_tokens(sent.headers, sent.cookies, rules)
    if tokens:
        sessions.end_sessions(database, tokens)
        tell("signed_out", "asked")
    return answer({"success": True}, cookies=rules.cookies.ended(sent.cookies))


handler = build_handler(router)
