"""GET /api/auth/get-session: who is signed in, or null. One round trip, none without a validly signed token."""

from __future__ import annotations

from typing import Final

from functions.dependencies.defaults import Defaults
from functions.dependencies.limits import LimitedDb
from functions.dependencies.rules import Rules
from shared.app import build_handler
from shared.auth.browser.cookies import sent_cookies
from shared.auth.identity.rules import presented_tokens
from shared.auth.refusals import POST_NEEDS_DEFERRED_REFRESH
from shared.auth.requests.errors import BetterAuthRoute
from shared.auth.requests.openapi import MAYBE_SIGNED_IN, SESSION_READ, documented
from shared.auth.requests.parsing import asked_for
from shared.auth.requests.validation import GET_SESSION
from shared.auth.rows import sessions
from shared.auth.wire import answer, refusal_json, session_json, user_json
from shared.clock import now
from shared.web import APIRouter, Request, Response

NOT_KEPT: Final = {"cache-control": "no-store", "pragma": "no-cache"}

router = APIRouter(route_class=BetterAuthRoute)


@router.get("/api/auth/get-session", openapi_extra=documented(MAYBE_SIGNED_IN, query=GET_SESSION, session=SESSION_READ))
async def get_session(request: Request, database: LimitedDb, rules: Rules, defaults: Defaults) -> Response:
    """Better Auth's `getSession`: prolongs a session that is due, and forgets the cookies of one that has ended."""
    sent = sent_cookies(request)
    tokens = presented_tokens(request.headers, sent, rules)
    if not tokens:
        return answer(None, headers=NOT_KEPT, cookies=rules.cookies.ended_cache(sent))
    token = tokens[0] if len(tokens) == 1 else sessions.chosen_token(database, tokens, now())
    if token is None:
        return answer(None, headers=NOT_KEPT, cookies=rules.cookies.ended(sent))
    as_it_is = rules.cookies.is_forgetful(sent) or asked_for(request, "disableRefresh")
    found = sessions.look_up_session(database, token, now(), prolong=not as_it_is, longest=defaults.longest_session)
    if found is None:
        return answer(None, headers=NOT_KEPT, cookies=rules.cookies.ended(sent))
    somebody = found.signed_in
    remember = not rules.cookies.is_forgetful(sent)
    sets = found.prolonged or len(tokens) > 1
    again = rules.cookies.for_session(somebody.session, sent, remember=remember) if sets else []
    cached = rules.cookies.for_cache(somebody, sent, remember=remember)
    return answer(
        {"session": session_json(somebody.session), "user": user_json(somebody.user)},
        headers=NOT_KEPT,
        cookies=[*again, *cached],
    )


@router.post("/api/auth/get-session", include_in_schema=False)
async def refuse_post(request: Request, _database: LimitedDb, rules: Rules) -> Response:
    """Better Auth's `deferSessionRefresh`, which is off."""
    rules.origins.refuse_foreign_cookies(request.headers)
    return answer(refusal_json(POST_NEEDS_DEFERRED_REFRESH), POST_NEEDS_DEFERRED_REFRESH.status, headers=NOT_KEPT)


handler = build_handler(router)
