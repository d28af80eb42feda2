"""A signed-in user's password: POST /api/auth/change-password and POST /api/auth/verify-password.

Changing takes two round trips, because hashing lies between what is read and what is written; verifying takes one.
"""

from __future__ import annotations

from functions.dependencies.callers import Rules
from functions.dependencies.limits import LimitedDb
from shared.app import build_handler
from shared.auth.accounts import passwords
from shared.auth.accounts.passwords import check_own, own_password
from shared.auth.identity.visitors import Visitor
from shared.auth.models import Session
from shared.auth.refusals import CREDENTIAL_ACCOUNT_NOT_FOUND, INVALID_PASSWORD, Refused
from shared.auth.requests.errors import BetterAuthRoute
from shared.auth.requests.openapi import SIGNED_IN, STATUS, documented
from shared.auth.requests.parsing import JSON, received
from shared.auth.requests.validation import CHANGE_PASSWORD, VERIFY_PASSWORD, checked, text
from shared.auth.rows import queries
from shared.auth.wire import user_json
from shared.db import Statement
from shared.web import APIRouter, Request, Response

router = APIRouter(route_class=BetterAuthRoute)


@router.post("/api/auth/change-password", openapi_extra=documented(SIGNED_IN, CHANGE_PASSWORD))
async def change_password(request: Request, database: LimitedDb, rules: Rules) -> Response:
    """Better Auth's `changePassword`; with `revokeOtherSessions`, one new session takes the place of all."""
    sent = await received(request, rules.origins, JSON)
    fields = checked(sent.body, CHANGE_PASSWORD)
    new, current = text(fields, "newPassword"), text(fields, "currentPassword")
    visitor = Visitor(request, database, rules)
    stored = own_password(visitor)
    with visitor.keeping_cookies():
        passwords.refuse_bad_length(new)
        passwords.refuse_too_long(current)
        if stored is None:
            raise Refused(CREDENTIAL_ACCOUNT_NOT_FOUND)
        check_own(current, stored, rules.password_scheme)
    values = (stored, passwords.hashed(new, rules.password_scheme), visitor.moment)
    if fields.get("revokeOtherSessions") is not True:
        _change(visitor, Statement(queries.REPLACE_OWN_HASH, values))
        return visitor.answer({"token": None, "user": user_json(visitor.user)})
    session = Session.new(visitor.user.id, sent.client, visitor.moment, remember=True)
    started = (session.id, session.token, session.expires_at, session.ip_address, session.user_agent)
    _change(visitor, Statement(queries.REPLACE_OWN_HASH_AND_SESSIONS, (*values, *started)))
    visitor.keep(session)
    return visitor.answer({"token": session.token, "user": user_json(visitor.user)})


def _change(visitor: Visitor, statement: Statement) -> None:
    # not sent twice: the second try would find the old password, or the old session, gone
    [changed] = visitor.run(statement, idempotent=False)
    if not changed.values:
        raise visitor.refused(INVALID_PASSWORD)


@router.post("/api/auth/verify-password", openapi_extra=documented(STATUS, VERIFY_PASSWORD))
async def verify_password(request: Request, database: LimitedDb, rules: Rules) -> Response:
    """Better Auth's `verifyPassword`."""
    sent = await received(request, rules.origins, JSON)
    password = text(checked(sent.body, VERIFY_PASSWORD), "password")
    visitor = Visitor(request, database, rules)
    stored = own_password(visitor)
    with visitor.keeping_cookies():
        passwords.refuse_too_long(password)
        check_own(password, stored, rules.password_scheme)
    return visitor.answer({"status": True})


handler = build_handler(router)
