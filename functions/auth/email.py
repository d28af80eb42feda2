"""A user's e-mail address: POST /api/auth/change-email and /send-verification-email, GET /api/auth/verify-email.

One round trip each.
"""

from __future__ import annotations

from functions.dependencies.callers import Rules
from functions.dependencies.limits import LimitedDb
from functions.dependencies.options import Chosen
from shared.app import build_handler
from shared.auth.accounts.email_links import Following
from shared.auth.accounts.options import Options, same_time
from shared.auth.addresses import with_more
from shared.auth.identity.visitors import Visitor
from shared.auth.models import User
from shared.auth.refusals import (
    CHANGE_EMAIL_DISABLED,
    EMAIL_ALREADY_VERIFIED,
    EMAIL_MISMATCH,
    NO_MAILER,
    SAME_EMAIL,
    VERIFICATION_EMAIL_NOT_ENABLED,
    Refused,
)
from shared.auth.requests.errors import BetterAuthRoute
from shared.auth.requests.openapi import MAYBE_USER, STATUS, an_object, documented
from shared.auth.requests.parsing import JSON, asked, received, refuse_foreign_callback
from shared.auth.requests.validation import CHANGE_EMAIL, SEND_VERIFICATION_EMAIL, VERIFY_EMAIL, checked, text
from shared.auth.rows import queries
from shared.auth.tokens.email_tokens import EmailToken
from shared.auth.wire import redirected
from shared.db import Rows, Statement
from shared.web import APIRouter, Request, Response

router = APIRouter(route_class=BetterAuthRoute)


@router.post("/api/auth/change-email", openapi_extra=documented(STATUS, CHANGE_EMAIL))
async def change_email(request: Request, database: LimitedDb, rules: Rules, options: Chosen) -> Response:
    """Better Auth's `changeEmail`: sends a link, unless somebody has the new address, which nobody is told."""
    sent = await received(request, rules.origins, JSON)
    fields = checked(sent.body, CHANGE_EMAIL)
    new_email = text(fields, "newEmail").lower()
    visitor = Visitor(request, database, rules)
    [taken] = visitor.run(Statement(queries.USER_BY_EMAIL, (new_email,)))
    if options.account.change_email == "off":
        raise visitor.refused(CHANGE_EMAIL_DISABLED)
    if new_email == visitor.user.email:
        raise visitor.refused(SAME_EMAIL)
    if options.mailer is None:
        raise visitor.refused(NO_MAILER)
    async with same_time():
        options.prepare()
        if not taken.values:
            _send_change(options, visitor.user, new_email, text(fields, "callbackURL"))
    return visitor.answer({"status": True})


def _send_change(options: Options, user: User, new_email: str, callback: str) -> None:
    if options.account.change_email == "confirm" and user.email_verified:
        options.send_confirmation(user, new_email, callback)
    else:
        options.send_new_verification(user, new_email, callback)


@router.post("/api/auth/send-verification-email", openapi_extra=documented(STATUS, SEND_VERIFICATION_EMAIL))
async def send_verification_email(request: Request, database: LimitedDb, rules: Rules, options: Chosen) -> Response:
    """Better Auth's `sendVerificationEmail`; a guest is not told whether there is such a user."""
    sent = await received(request, rules.origins, JSON)
    fields = checked(sent.body, SEND_VERIFICATION_EMAIL)
    if options.mailer is None:
        raise Refused(VERIFICATION_EMAIL_NOT_ENABLED)
    visitor = Visitor(request, database, rules)
    email, callback = text(fields, "email").lower(), text(fields, "callbackURL")
    async with same_time():
        options.prepare()
        [found] = visitor.run_as_anybody(Statement(queries.USER_BY_EMAIL, (email,)))
        user = visitor.user if visitor.somebody else _first(found)
        if visitor.somebody:
            _refuse_needless(visitor, email)
        if user and not user.email_verified:
            options.send_verification(user, callback)
    return visitor.answer({"status": True})


def _refuse_needless(visitor: Visitor, email: str) -> None:
    if visitor.user.email.lower() != email:
        raise visitor.refused(EMAIL_MISMATCH)
    if visitor.user.email_verified:
        raise visitor.refused(EMAIL_ALREADY_VERIFIED)


def _first(found: Rows) -> User | None:
    return next((User(*row) for row in found.values), None)


@router.get(
    "/api/auth/verify-email",
    openapi_extra=documented(an_object(**STATUS["properties"], user=MAYBE_USER), query=VERIFY_EMAIL),
)
async def verify_email(request: Request, database: LimitedDb, rules: Rules, options: Chosen) -> Response:
    """Better Auth's `verifyEmail`: what a link in a mail leads to; sends the browser on where the link says so."""
    query = checked(asked(request), VERIFY_EMAIL, part="query")
    callback = text(query, "callbackURL")
    refuse_foreign_callback(rules.origins, callback)
    visitor = Visitor(request, database, rules)
    try:
        token = EmailToken.read(text(query, "token"), options.secret)
        body = Following(visitor, database, options, callback).follow(token)
    except Refused as refused:
        if not callback:
            raise
        return redirected(with_more(callback, "error", refused.refusal.code or ""), cookies=refused.cookies)
    return redirected(callback, cookies=visitor.cookies) if callback else visitor.answer(body)


handler = build_handler(router)
