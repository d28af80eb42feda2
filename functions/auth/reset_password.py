"""A forgotten password: POST /api/auth/request-password-reset, the link in the mail, POST /api/auth/reset-password.

One round trip each; a reset takes a second one, to forgive what was counted of attempts at the account.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Final

from functions.dependencies.defaults import Defaults, Safer
from functions.dependencies.limits import LimitedDb
from functions.dependencies.options import Chosen
from functions.dependencies.rules import Rules
from shared.app import build_handler
from shared.auth.accounts import passwords
from shared.auth.accounts.common_passwords import refuse_common
from shared.auth.accounts.options import same_time
from shared.auth.addresses import BASE_PATH, absolute
from shared.auth.browser.known_device import remembering
from shared.auth.identifiers import new_reset_token
from shared.auth.limits.in_container import Limit
from shared.auth.limits.in_postgres import LimitedDatabase
from shared.auth.refusals import INVALID_RESET, RESET_PASSWORD_DISABLED, Refused
from shared.auth.requests.errors import BetterAuthRoute
from shared.auth.requests.openapi import STATUS, TEXT, an_object, documented
from shared.auth.requests.parsing import JSON, asked, received, refuse_foreign_callback
from shared.auth.requests.validation import (
    REQUEST_PASSWORD_RESET,
    RESET_PASSWORD,
    RESET_PASSWORD_CALLBACK,
    VERIFY_EMAIL,
    checked,
    text,
)
from shared.auth.rows import resets
from shared.auth.wire import answer, redirected
from shared.clock import now
from shared.errors import DatabaseUnavailable
from shared.observability import note, tell
from shared.web import APIRouter, Request, Response

LIFETIME: Final = timedelta(hours=1)
ALIKE: Final = "If this email exists in our system, check your email for the reset link"

router = APIRouter(route_class=BetterAuthRoute)


@router.post(
    "/api/auth/request-password-reset",
    openapi_extra=documented(an_object(**STATUS["properties"], message=TEXT), REQUEST_PASSWORD_RESET),
)
async def request_password_reset(
    request: Request, database: LimitedDb, rules: Rules, options: Chosen, safer: Safer
) -> Response:
    """Better Auth's `requestPasswordReset`: the same answer after the same time, be there such a user or not."""
    sent = await received(request, rules.origins, JSON)
    fields = checked(sent.body, REQUEST_PASSWORD_RESET)
    if options.mailer is None:
        raise Refused(RESET_PASSWORD_DISABLED)
    async with same_time(options.floor):
        options.prepare()
        email, token, moment = text(fields, "email").lower(), new_reset_token(), now()
        note(account=rules.pseudonyms.of_account(email))
        if safer:
            database.count(Limit.of_mailbox("reset", email, rules.cookies.secret))
        known = resets.add_verification(database, email, _identifier(token), moment, moment + LIFETIME)
        tell("reset_asked", "link_sent" if known else "nobody")
        if known:
            callback = text(fields, "redirectTo")
            options.send("reset_password", email, f"/reset-password/{token}?", callback)
    return answer({"status": True, "message": ALIKE})


@router.get(
    "/api/auth/reset-password/{token}",
    status_code=302,
    response_class=Response,
    openapi_extra=documented(None, query=RESET_PASSWORD_CALLBACK),
)
async def follow_reset_link(
    request: Request, token: str, database: LimitedDb, rules: Rules, options: Chosen
) -> Response:
    """Better Auth's reset link: sends the browser to the site's own page, with the token or an error."""
    callback = text(checked(asked(request), RESET_PASSWORD_CALLBACK, part="query"), "callbackURL")
    refuse_foreign_callback(rules.origins, callback)
    if not callback:
        error_page = f"{options.origin}{BASE_PATH}/error"
        return redirected(absolute(error_page, options.origin, "error", "INVALID_TOKEN"))
    good = resets.has_verification(database, _identifier(token), now())
    name, value = ("token", token) if good else ("error", "INVALID_TOKEN")
    return redirected(absolute(callback, options.origin, name, value))


@router.post("/api/auth/reset-password", openapi_extra=documented(STATUS, RESET_PASSWORD))
async def reset_password(
    request: Request, database: LimitedDb, rules: Rules, options: Chosen, defaults: Defaults
) -> Response:
    """Better Auth's `resetPassword`: one statement spends the token and writes the password."""
    sent = await received(request, rules.origins, JSON)
    fields = checked(sent.body, RESET_PASSWORD)
    query = checked(asked(request), VERIFY_EMAIL[1:], part="query")
    token = text(fields, "token") or str(query.get("token") or "")
    if not token:
        raise Refused(INVALID_RESET)
    new = text(fields, "newPassword")
    passwords.refuse_bad_length(new)
    if defaults.refuses_common_passwords:
        refuse_common(new, options.host)
    email = resets.reset_password(
        database,
        _identifier(token),
        passwords.hashed(new, rules.password_scheme),
        now(),
        ends_sessions=options.account.reset_ends_sessions == "on",
        ends_links=defaults.safer,
    )
    note(account=rules.pseudonyms.of_account(email))
    tell("password_reset", "link")
    if not defaults.safer:
        return answer({"status": True})
    account = Limit.of_account(email, rules.cookies.secret)
    _forgive(database, account)
    options.tell("password_changed", email)
    return answer({"status": True}, cookies=[remembering(rules.cookies, account.key)])


def _forgive(database: LimitedDatabase, attempts: Limit) -> None:
    """Whoever reads the mail of the address may sign in, however often strangers have tried. One round trip."""
    statements = database.forgiving(attempts)
    with suppress(DatabaseUnavailable):  # the password is a new one; the count ends by itself
        if statements:
            database.run(*statements, idempotent=True)


def _identifier(token: str) -> str:
    return f"reset-password:{token}".replace("\0", "")


handler = build_handler(router)
