"""What a user is called: POST /api/auth/update-user; and how one may sign in: GET /api/auth/list-accounts."""

from __future__ import annotations

from functions.dependencies.limits import LimitedDb
from functions.dependencies.rules import Rules
from shared.app import build_handler
from shared.auth.accounts import user
from shared.auth.identity.visitors import Visitor
from shared.auth.requests.errors import BetterAuthRoute
from shared.auth.requests.openapi import ACCOUNT, SESSION_NEEDED, STATUS, a_list, documented
from shared.auth.requests.parsing import JSON, received
from shared.auth.requests.validation import UPDATE_USER, UserChange
from shared.auth.wire import account_json
from shared.web import APIRouter, Request, Response

router = APIRouter(route_class=BetterAuthRoute)


@router.post("/api/auth/update-user", openapi_extra=documented(STATUS, UPDATE_USER, session=SESSION_NEEDED))
async def update_user(request: Request, database: LimitedDb, rules: Rules) -> Response:
    """Better Auth's `updateUser`: name and image."""
    sent = await received(request, rules.origins, JSON)
    change = UserChange.read(sent.body)
    visitor = Visitor(request, database, rules)
    user.update_user(visitor, change)
    return visitor.answer({"status": True})


@router.get("/api/auth/list-accounts", openapi_extra=documented(a_list(ACCOUNT), session=SESSION_NEEDED))
async def list_accounts(request: Request, database: LimitedDb, rules: Rules) -> Response:
    """Better Auth's `listAccounts`: no password and no token of another provider is in the answer."""
    visitor = Visitor(request, database, rules)
    return visitor.answer([account_json(each) for each in user.list_accounts(visitor)])


handler = build_handler(router)
