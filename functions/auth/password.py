"""A signed-in user's password: POST /api/auth/change-password and POST /api/auth/verify-password."""

from __future__ import annotations

from functions.dependencies.defaults import Defaults
from functions.dependencies.limits import LimitedDb
from functions.dependencies.options import Chosen
from functions.dependencies.rules import Rules
from shared.app import build_handler
from shared.auth.accounts.own_password import change_own_password, checked_own_password
from shared.auth.identity.visitors import Visitor
from shared.auth.requests.errors import BetterAuthRoute
from shared.auth.requests.openapi import SESSION_NEEDED, SIGNED_IN, STATUS, documented
from shared.auth.requests.parsing import JSON, received
from shared.auth.requests.validation import CHANGE_PASSWORD, VERIFY_PASSWORD, checked, text
from shared.auth.wire import user_json
from shared.observability import tell
from shared.web import APIRouter, Request, Response

router = APIRouter(route_class=BetterAuthRoute)


@router.post("/api/auth/change-password", openapi_extra=documented(SIGNED_IN, CHANGE_PASSWORD, session=SESSION_NEEDED))
async def change_password(
    request: Request, database: LimitedDb, rules: Rules, options: Chosen, defaults: Defaults
) -> Response:
    """Better Auth's `changePassword`; with `revokeOtherSessions`, one new session takes the place of all.

    Without it the others end as well, unless it is false, and this one goes on.
    """
    sent = await received(request, rules.origins, JSON)
    fields = checked(sent.body, CHANGE_PASSWORD)
    visitor = Visitor(request, database, rules)
    session = change_own_password(
        visitor,
        rules.password_scheme,
        current=text(fields, "currentPassword"),
        new=text(fields, "newPassword"),
        starts_over=sent.client if fields.get("revokeOtherSessions") is True else None,
        ends_others=defaults.safer and fields.get("revokeOtherSessions") is not False,
        ends_links=defaults.safer,
        tried_first=options.host if defaults.refuses_common_passwords else None,
    )
    tell("password_changed", "password")
    if defaults.safer:
        options.tell("password_changed", visitor.user.email)
    return visitor.answer({"token": session.token if session else None, "user": user_json(visitor.user)})


@router.post("/api/auth/verify-password", openapi_extra=documented(STATUS, VERIFY_PASSWORD, session=SESSION_NEEDED))
async def verify_password(request: Request, database: LimitedDb, rules: Rules) -> Response:
    """Better Auth's `verifyPassword`."""
    sent = await received(request, rules.origins, JSON)
    password = text(checked(sent.body, VERIFY_PASSWORD), "password")
    visitor = Visitor(request, database, rules)
    checked_own_password(visitor, password)
    return visitor.answer({"status": True})


handler = build_handler(router)
