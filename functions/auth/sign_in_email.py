"""POST /api/auth/sign-in/email. Two round trips, because hashing lies between what is read and what is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.dependencies.callers import Rules
from functions.dependencies.limits import LimitedDb
from functions.dependencies.options import Chosen
from shared.app import build_handler
from shared.auth.accounts.credentials import Unverified, accepts_anybody, refuse_unverified, sign_in
from shared.auth.limits.in_container import Limit
from shared.auth.requests.errors import BetterAuthRoute
from shared.auth.requests.openapi import FLAG, TEXT, USER, an_object, documented
from shared.auth.requests.parsing import FORM, JSON, received
from shared.auth.requests.validation import SIGN_IN, SignIn
from shared.auth.wire import answer, in_ascii, user_json
from shared.web import APIRouter, Request, Response

if TYPE_CHECKING:
    from shared.auth.models import SignedInUser

router = APIRouter(route_class=BetterAuthRoute)


@router.post(
    "/api/auth/sign-in/email", openapi_extra=documented(an_object(redirect=FLAG, token=TEXT, user=USER), SIGN_IN)
)
async def sign_in_email(request: Request, database: LimitedDb, rules: Rules, options: Chosen) -> Response:
    """Better Auth's `signInEmail`."""
    sent = await received(request, rules.origins, FORM, JSON)
    wanted = SignIn.read(sent.body)
    rules.origins.refuse_foreign_login(sent.headers)
    attempts = Limit.of_account(wanted.email, rules.cookies.secret)
    database.count(attempts)
    forgiving = database.forgiving(attempts)
    accepts = accepts_anybody if options.account.require_email_verification == "off" else refuse_unverified
    try:
        somebody = sign_in(database, wanted, sent.client, rules.password_scheme, forgiving, accepts)
    except Unverified as unverified:
        options.send_verification(unverified.user, wanted.callback or "")
        raise
    return answer(
        _rendered(somebody, wanted.callback),
        headers={"location": in_ascii(wanted.callback)} if wanted.callback else None,
        cookies=rules.cookies.for_signed_in(somebody, sent.cookies, remember=wanted.remember),
    )


def _rendered(somebody: SignedInUser, callback: str | None) -> dict[str, object]:
    body: dict[str, object] = {"redirect": bool(callback), "token": somebody.session.token}
    address = {} if callback is None else {"url": callback}
    return body | address | {"user": user_json(somebody.user)}


handler = build_handler(router)
