"""Leaving for good: POST /api/auth/delete-user, and the link GET /api/auth/delete-user/callback.

One round trip each; two with a password, because checking it lies between what is read and what is deleted.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from functions.dependencies.callers import Rules
from functions.dependencies.limits import LimitedDb
from functions.dependencies.options import Chosen
from shared.app import build_handler
from shared.auth.accounts import passwords
from shared.auth.accounts.options import Options
from shared.auth.accounts.passwords import check_own, own_password
from shared.auth.identifiers import new_deletion_token, new_identifier
from shared.auth.identity.rules import AuthRules
from shared.auth.identity.visitors import Visitor
from shared.auth.models import FRESH
from shared.auth.refusals import (
    CREDENTIAL_ACCOUNT_NOT_FOUND,
    DELETION_DISABLED,
    DELETION_LINK_DISABLED,
    INVALID_DELETION,
    INVALID_PASSWORD,
    NOBODY_TO_DELETE,
    SESSION_EXPIRED,
    Refusal,
    Refused,
)
from shared.auth.requests.errors import BetterAuthRoute
from shared.auth.requests.openapi import TEXT, YES, an_object, documented
from shared.auth.requests.parsing import JSON, asked, received, refuse_foreign_callback
from shared.auth.requests.validation import DELETE_USER, DELETE_USER_CALLBACK, checked, text
from shared.auth.rows import queries
from shared.auth.wire import redirected
from shared.db import Statement
from shared.web import APIRouter, Request, Response

LIFETIME: Final = timedelta(days=1)
DELETED: Final = {"success": True, "message": "User deleted"}
SENT: Final = {"success": True, "message": "Verification email sent"}
ANSWER: Final = an_object(success=YES, message=TEXT)

router = APIRouter(route_class=BetterAuthRoute)


@router.post("/api/auth/delete-user", openapi_extra=documented(ANSWER, DELETE_USER))
async def delete_user(request: Request, database: LimitedDb, rules: Rules, options: Chosen) -> Response:
    """Better Auth's `deleteUser`: with the password, with a token from a mail, or soon after signing in."""
    sent = await received(request, rules.origins, JSON)
    fields = checked(sent.body, DELETE_USER)
    visitor = Visitor(request, database, rules)
    if options.account.delete_user == "off":
        visitor.run()
        raise visitor.refused(DELETION_DISABLED)
    password, token = text(fields, "password"), text(fields, "token")
    stored = _checked(visitor, password, rules) if password else None
    if token:
        return _deleted(visitor, _by_token(token, visitor), INVALID_DELETION)
    if options.account.delete_user == "confirm" and options.mailer:
        return _ask(visitor, options, text(fields, "callbackURL"))
    if stored is not None:
        return _deleted(visitor, Statement(queries.DELETE_USER_BY_HASH, (stored,)), INVALID_PASSWORD)
    fresh = Statement(queries.DELETE_FRESH_USER, (visitor.token, visitor.moment - FRESH))
    return _deleted(visitor, fresh, SESSION_EXPIRED)


def _checked(visitor: Visitor, password: str, rules: AuthRules) -> str:
    stored = own_password(visitor)
    with visitor.keeping_cookies():
        passwords.refuse_too_long(password)
        if stored is None:
            raise Refused(CREDENTIAL_ACCOUNT_NOT_FOUND)
        check_own(password, stored, rules.password_scheme)
    return stored


def _by_token(token: str, visitor: Visitor) -> Statement:
    return Statement(queries.SPEND_DELETION, (_identifier(token), visitor.moment))


def _deleted(visitor: Visitor, statement: Statement, otherwise: Refusal) -> Response:
    # not sent twice: the second try would find nobody, and sign a user out who has in fact been deleted
    [deleted] = visitor.run(statement, idempotent=False)
    if not deleted.values:
        raise visitor.refused(otherwise)
    visitor.leave()
    return visitor.answer(DELETED)


def _ask(visitor: Visitor, options: Options, callback: str) -> Response:
    token = new_deletion_token()
    values = (new_identifier(), _identifier(token), visitor.moment + LIFETIME, visitor.moment)
    visitor.run(Statement(queries.ADD_OWN_VERIFICATION, values))
    path = f"/delete-user/callback?token={token}&"
    options.send("delete_account", visitor.user.email, path, callback or "/")
    return visitor.answer(SENT)


@router.get("/api/auth/delete-user/callback", openapi_extra=documented(ANSWER, query=DELETE_USER_CALLBACK))
async def follow_deletion_link(request: Request, database: LimitedDb, rules: Rules, options: Chosen) -> Response:
    """Better Auth's deletion link; it works only in a browser that is signed in as the user."""
    query = checked(asked(request), DELETE_USER_CALLBACK, part="query")
    callback = text(query, "callbackURL")
    refuse_foreign_callback(rules.origins, callback)
    if options.account.delete_user == "off":
        raise Refused(DELETION_LINK_DISABLED)
    visitor = Visitor(request, database, rules)
    deleted = visitor.run_as_anybody(_by_token(text(query, "token"), visitor), idempotent=False)
    if visitor.somebody is None:
        raise visitor.refused(NOBODY_TO_DELETE)
    if not deleted[0].values:
        raise visitor.refused(INVALID_DELETION)
    visitor.leave()
    return redirected(callback, cookies=visitor.cookies) if callback else visitor.answer(DELETED)


def _identifier(token: str) -> str:
    return f"delete-account-{token}".replace("\0", "")


handler = build_handler(router)
