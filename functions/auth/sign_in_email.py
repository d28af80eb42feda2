"""POST /api/auth/sign-in/email. Two round trips, because hashing lies between what is read and what is written."""

from __future__ import annotations

from string import punctuation
from typing import TYPE_CHECKING
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from functions.dependencies import LimitedDb, Rules
from shared.app import build_handler
from shared.auth import accounts
from shared.auth.endpoint import BetterAuthRoute
from shared.auth.rate_limits import Limit
from shared.auth.requests import FORM, JSON, received
from shared.auth.validation import SignIn
from shared.auth.wire import answer, user_json

if TYPE_CHECKING:
    from shared.auth.models import SignedInUser

router = APIRouter(route_class=BetterAuthRoute)


@router.post("/api/auth/sign-in/email")
async def sign_in_email(request: Request, database: LimitedDb, rules: Rules) -> Response:
    """Better Auth's `signInEmail`."""
    sent = await received(request, rules.origins, FORM, JSON)
    wanted = SignIn.read(sent.body)
    rules.origins.refuse_foreign_login(sent.headers)
    attempts = Limit.of_account(wanted.email, rules.cookies.secret)
    database.count(attempts)
    forgiving = (attempts.forgiven,) if rules.limited else ()
    somebody = accounts.sign_in(database, wanted, sent.client, rules.password_scheme, forgiving)
    return answer(
        _rendered(somebody, wanted.callback),
        headers={"location": _in_ascii(wanted.callback)} if wanted.callback else None,
        cookies=rules.cookies.for_signed_in(somebody, sent.cookies, remember=wanted.remember),
    )


def _rendered(somebody: SignedInUser, callback: str | None) -> dict[str, object]:
    body: dict[str, object] = {"redirect": bool(callback), "token": somebody.session.token}
    address = {} if callback is None else {"url": callback}
    return body | address | {"user": user_json(somebody.user)}


def _in_ascii(address: str) -> str:
    """As a header can carry it; what is encoded already stays as it is."""
    return quote(address, safe=punctuation)


handler = build_handler(router)
