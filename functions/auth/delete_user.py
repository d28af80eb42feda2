"""Leaving for good: POST /api/auth/delete-user, and the link GET /api/auth/delete-user/callback."""

from __future__ import annotations

from typing import Final

from functions.dependencies.defaults import Safer
from functions.dependencies.limits import LimitedDb
from functions.dependencies.options import Chosen
from functions.dependencies.rules import Rules
from shared.app import build_handler
from shared.auth.accounts import deletion
from shared.auth.identity.visitors import Visitor
from shared.auth.requests.errors import BetterAuthRoute
from shared.auth.requests.openapi import SESSION_NEEDED, TEXT, YES, an_object, documented
from shared.auth.requests.parsing import JSON, asked, received, refuse_foreign_callback
from shared.auth.requests.validation import DELETE_USER, DELETE_USER_CALLBACK, checked, text
from shared.auth.wire import redirected
from shared.web import APIRouter, Request, Response

DELETED: Final = {"success": True, "message": "User deleted"}
OFF: Final = "Accounts stay (`DELETE_USER`), or the link is good for nothing"
SENT: Final = {"success": True, "message": "Verification email sent"}
ANSWER: Final = an_object(success=YES, message=TEXT)

router = APIRouter(route_class=BetterAuthRoute)


@router.post("/api/auth/delete-user", openapi_extra=documented(ANSWER, DELETE_USER, session=SESSION_NEEDED, absent=OFF))
async def delete_user(request: Request, database: LimitedDb, rules: Rules, options: Chosen, safer: Safer) -> Response:
    """Better Auth's `deleteUser`: with the password, with a token from a mail, or soon after signing in."""
    sent = await received(request, rules.origins, JSON)
    fields = checked(sent.body, DELETE_USER)
    visitor = Visitor(request, database, rules)
    gone = deletion.delete_user(
        visitor,
        options,
        password=text(fields, "password"),
        token=text(fields, "token"),
        callback=text(fields, "callbackURL"),
        limited=safer,
    )
    return visitor.answer(DELETED if gone else SENT)


@router.get(
    "/api/auth/delete-user/callback",
    openapi_extra=documented(ANSWER, query=DELETE_USER_CALLBACK, session=SESSION_NEEDED),
)
async def follow_deletion_link(request: Request, database: LimitedDb, rules: Rules, options: Chosen) -> Response:
    """Better Auth's deletion link; it works only in a browser that is signed in as the user."""
    query = checked(asked(request), DELETE_USER_CALLBACK, part="query")
    callback = text(query, "callbackURL")
    refuse_foreign_callback(rules.origins, callback)
    visitor = Visitor(request, database, rules)
    deletion.follow_deletion_link(visitor, options, text(query, "token"))
    return redirected(callback, cookies=visitor.cookies) if callback else visitor.answer(DELETED)


handler = build_handler(router)
