"""A user's sessions: GET /api/auth/list-sessions, POST /api/auth/revoke-session, -sessions and -other-sessions."""

from __future__ import annotations

from functions.dependencies.defaults import Safer
from functions.dependencies.limits import LimitedDb
from functions.dependencies.rules import Rules
from shared.app import build_handler
from shared.auth.accounts import sessions
from shared.auth.identity.visitors import Visitor
from shared.auth.requests.errors import BetterAuthRoute
from shared.auth.requests.openapi import SESSION, SESSION_NEEDED, STATUS, a_list, documented
from shared.auth.requests.parsing import JSON, received
from shared.auth.requests.validation import REVOKE_SESSION, checked, text
from shared.auth.wire import session_json
from shared.web import APIRouter, Request, Response

router = APIRouter(route_class=BetterAuthRoute)


@router.get("/api/auth/list-sessions", openapi_extra=documented(a_list(SESSION), session=SESSION_NEEDED))
async def list_sessions(request: Request, database: LimitedDb, rules: Rules) -> Response:
    """Better Auth's `listSessions`: tokens are in the answer, so who asks must have signed in within a day."""
    visitor = Visitor(request, database, rules)
    return visitor.answer([session_json(each) for each in sessions.list_sessions(visitor)])


@router.post("/api/auth/revoke-session", openapi_extra=documented(STATUS, REVOKE_SESSION, session=SESSION_NEEDED))
async def revoke_session(request: Request, database: LimitedDb, rules: Rules, safer: Safer) -> Response:
    """Better Auth's `revokeSession`: says yes to any token, and ends only sessions of the user who asks."""
    sent = await received(request, rules.origins, JSON)
    token = text(checked(sent.body, REVOKE_SESSION), "token")
    visitor = Visitor(request, database, rules)
    sessions.end_session(visitor, token, ends_links=safer)
    return visitor.answer({"status": True})


@router.post("/api/auth/revoke-sessions", openapi_extra=documented(STATUS, session=SESSION_NEEDED))
async def revoke_sessions(request: Request, database: LimitedDb, rules: Rules, safer: Safer) -> Response:
    """Better Auth's `revokeSessions`: the user is signed out everywhere, here too."""
    await received(request, rules.origins, JSON)
    visitor = Visitor(request, database, rules)
    sessions.end_sessions(visitor, ends_links=safer)
    return visitor.answer({"status": True})


@router.post("/api/auth/revoke-other-sessions", openapi_extra=documented(STATUS, session=SESSION_NEEDED))
async def revoke_other_sessions(request: Request, database: LimitedDb, rules: Rules, safer: Safer) -> Response:
    """Better Auth's `revokeOtherSessions`: the user stays signed in only here."""
    await received(request, rules.origins, JSON)
    visitor = Visitor(request, database, rules)
    sessions.end_other_sessions(visitor, ends_links=safer)
    return visitor.answer({"status": True})


handler = build_handler(router)
