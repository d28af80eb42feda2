"""POST /api/auth/sign-up/email: make a user with a password, and sign in. One round trip."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from functions.dependencies import LimitedDb, Rules
from shared.app import build_handler
from shared.auth import accounts
from shared.auth.endpoint import BetterAuthRoute
from shared.auth.requests import FORM, JSON, received
from shared.auth.validation import SignUp
from shared.auth.wire import answer, user_json

router = APIRouter(route_class=BetterAuthRoute)


@router.post("/api/auth/sign-up/email")
async def sign_up_email(request: Request, database: LimitedDb, rules: Rules) -> Response:
    """Better Auth's `signUpEmail`."""
    sent = await received(request, rules.origins, FORM, JSON)
    wanted = SignUp.read(sent.body)
    rules.origins.refuse_foreign_login(sent.headers)
    somebody = accounts.sign_up(database, wanted, sent.client, rules.password_scheme)
    return answer(
        {"token": somebody.session.token, "user": user_json(somebody.user)},
        cookies=rules.cookies.for_signed_in(somebody, sent.cookies, remember=wanted.remember),
    )


handler = build_handler(router)
