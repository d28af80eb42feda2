"""A user's e-mail address: POST /api/auth/change-email and /send-verification-email, GET /api/auth/verify-email."""

from __future__ import annotations

from functions.dependencies.defaults import Safer
from functions.dependencies.limits import LimitedDb
from functions.dependencies.options import Chosen
from functions.dependencies.rules import Rules
from shared.app import build_handler
from shared.auth.accounts.email_change import ask_for_new_email, ask_for_verification, refuse_without_mailer
from shared.auth.accounts.email_links import Following
from shared.auth.addresses import with_more
from shared.auth.identity.visitors import Visitor
from shared.auth.refusals import Refused
from shared.auth.requests.errors import BetterAuthRoute
from shared.auth.requests.openapi import MAYBE_USER, SESSION_NEEDED, STATUS, an_object, documented
from shared.auth.requests.parsing import JSON, asked, received, refuse_foreign_callback
from shared.auth.requests.validation import CHANGE_EMAIL, SEND_VERIFICATION_EMAIL, VERIFY_EMAIL, checked, text
from shared.auth.tokens.email_tokens import EmailToken
from shared.auth.wire import redirected
from shared.observability import tell
from shared.web import APIRouter, Request, Response

router = APIRouter(route_class=BetterAuthRoute)


@router.post("/api/auth/change-email", openapi_extra=documented(STATUS, CHANGE_EMAIL, session=SESSION_NEEDED))
async def change_email(request: Request, database: LimitedDb, rules: Rules, options: Chosen, safer: Safer) -> Response:
    """Better Auth's `changeEmail`: sends a link, unless somebody has the new address, which nobody is told."""
    sent = await received(request, rules.origins, JSON)
    fields = checked(sent.body, CHANGE_EMAIL)
    visitor = Visitor(request, database, rules)
    new, callback = text(fields, "newEmail").lower(), text(fields, "callbackURL")
    await ask_for_new_email(visitor, options, new, callback, limited=safer)
    tell("address_change_asked", "session")
    return visitor.answer({"status": True})


@router.post("/api/auth/send-verification-email", openapi_extra=documented(STATUS, SEND_VERIFICATION_EMAIL))
async def send_verification_email(
    request: Request, database: LimitedDb, rules: Rules, options: Chosen, safer: Safer
) -> Response:
    """Better Auth's `sendVerificationEmail`; a guest is not told whether there is such a user."""
    sent = await received(request, rules.origins, JSON)
    fields = checked(sent.body, SEND_VERIFICATION_EMAIL)
    refuse_without_mailer(options)
    visitor = Visitor(request, database, rules)
    email, callback = text(fields, "email").lower(), text(fields, "callbackURL")
    await ask_for_verification(visitor, options, email, callback, limited=safer)
    return visitor.answer({"status": True})


@router.get(
    "/api/auth/verify-email",
    openapi_extra=documented(an_object(**STATUS["properties"], user=MAYBE_USER), query=VERIFY_EMAIL),
)
async def verify_email(request: Request, database: LimitedDb, rules: Rules, options: Chosen, safer: Safer) -> Response:
    """Better Auth's `verifyEmail`: what a link in a mail leads to; sends the browser on where the link says so."""
    query = checked(asked(request), VERIFY_EMAIL, part="query")
    callback = text(query, "callbackURL")
    refuse_foreign_callback(rules.origins, callback)
    visitor = Visitor(request, database, rules)
    try:
        token = EmailToken.read(text(query, "token"), options.secret)
        body = Following(visitor, database, options, callback, safer).follow(token)
    except Refused as refused:
        if not callback or refused.refusal.retry_after is not None:
            raise
        refused.refusal.tell()
        return redirected(with_more(callback, "error", refused.refusal.code or ""), cookies=refused.cookies)
    return redirected(callback, cookies=visitor.cookies) if callback else visitor.answer(body)


handler = build_handler(router)
