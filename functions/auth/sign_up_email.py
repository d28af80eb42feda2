"""POST /api/auth/sign-up/email: make a user with a password, and sign in. One round trip."""

from __future__ import annotations

from functions.dependencies.defaults import Defaults
from functions.dependencies.limits import LimitedDb
from functions.dependencies.options import Chosen
from functions.dependencies.rules import Rules
from shared.app import build_handler
from shared.auth.accounts.common_passwords import refuse_common, words_about
from shared.auth.accounts.credentials import sign_up, sign_up_only
from shared.auth.accounts.options import Options, same_time
from shared.auth.browser.known_device import remembering
from shared.auth.identity.rules import AuthRules
from shared.auth.limits.in_container import Limit
from shared.auth.refusals import SIGN_UP_DISABLED, USER_ALREADY_EXISTS, Refused
from shared.auth.requests.errors import BetterAuthRoute
from shared.auth.requests.openapi import SIGNED_IN, documented
from shared.auth.requests.parsing import FORM, JSON, received
from shared.auth.requests.validation import SIGN_UP, SignUp
from shared.auth.wire import answer, user_json
from shared.observability import name_user, note, tell
from shared.web import APIRouter, Request, Response

router = APIRouter(route_class=BetterAuthRoute)


@router.post("/api/auth/sign-up/email", openapi_extra=documented(SIGNED_IN, SIGN_UP))
async def sign_up_email(
    request: Request, database: LimitedDb, rules: Rules, options: Chosen, defaults: Defaults
) -> Response:
    """Better Auth's `signUpEmail`."""
    sent = await received(request, rules.origins, FORM, JSON)
    wanted = SignUp.read(sent.body)
    rules.origins.refuse_foreign_login(sent.headers)
    note(account=rules.pseudonyms.of_account(wanted.email))
    if options.account.sign_up == "off":
        raise Refused(SIGN_UP_DISABLED)
    if defaults.refuses_common_passwords:
        refuse_common(wanted.password, *words_about(wanted.email, options.host, wanted.name))
    if options.account.require_email_verification == "on":
        async with same_time(options.floor):
            return _signed_up_only(database, wanted, rules, options)
    if options.account.auto_sign_in == "off":
        return _signed_up_only(database, wanted, rules, options)
    replaced = rules.cookies.tokens(sent.cookies) if defaults.safer else ()
    somebody = sign_up(database, wanted, sent.client, rules.password_scheme, replaced)
    name_user(rules.pseudonyms.of_user(somebody.user.id))
    tell("signed_up", "signed_in")
    cookies = rules.cookies.for_signed_in(somebody, sent.cookies, remember=wanted.remember)
    account = Limit.of_account(wanted.email, rules.cookies.secret)
    known = [remembering(rules.cookies, account.key)] if defaults.safer and wanted.remember else []
    body = {"token": somebody.session.token, "user": user_json(somebody.user)}
    return answer(body, cookies=[*cookies, *known])


def _signed_up_only(database: LimitedDb, wanted: SignUp, rules: AuthRules, options: Options) -> Response:
    user, is_new = sign_up_only(database, wanted, rules.password_scheme)
    if is_new:
        tell("signed_up", "password")
    else:
        USER_ALREADY_EXISTS.tell()  # to the log alone
    if options.account.require_email_verification == "on":
        options.prepare()
        if is_new:
            options.send_verification(user, wanted.callback or "")
    return answer({"token": None, "user": user_json(user)})


handler = build_handler(router)
