"""Users, sessions and errors as Better Auth's client expects them in JSON."""

from __future__ import annotations

import json
from string import punctuation
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote

from starlette.responses import Response

from shared.clock import timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shared.auth.models import Account, Session, User
    from shared.auth.refusals import Refusal


NOTHING: Final = object()
"""An answer without a body; Better Auth calls it JSON all the same."""


def user_json(user: User) -> dict[str, object]:
    """A user, keys in Better Auth's order."""
    return {
        "name": user.name,
        "email": user.email,
        "emailVerified": user.email_verified,
        "image": user.image,
        "createdAt": timestamp(user.created_at),
        "updatedAt": timestamp(user.updated_at),
        **user.further,
        "id": user.id,
    }


def session_json(session: Session) -> dict[str, object]:
    """A session, keys in Better Auth's order."""
    return {
        "expiresAt": timestamp(session.expires_at),
        "token": session.token,
        "createdAt": timestamp(session.created_at),
        "updatedAt": timestamp(session.updated_at),
        "ipAddress": session.ip_address,
        "userAgent": session.user_agent,
        "userId": session.user_id,
        **session.further,
        "id": session.id,
    }


def account_json(account: Account) -> dict[str, object]:
    """A way to sign in, keys in Better Auth's order, secrets left out."""
    return {
        "accountId": account.account_id,
        "providerId": account.provider_id,
        "userId": account.user_id,
        "createdAt": timestamp(account.created_at),
        "updatedAt": timestamp(account.updated_at),
        "id": account.id,
        "scopes": [scope.strip() for scope in (account.scope or "").split(",") if scope.strip()],
    }


def refusal_json(refusal: Refusal) -> dict[str, object]:
    """`{"message", "code"}`; Better Auth leaves the code out of a few."""
    code: dict[str, object] = {"code": refusal.code} if refusal.code else {}
    return {"message": refusal.message, **code}


TOKEN_HEADER: Final = "set-auth-token"  # noqa: S105 (the name of a header)


def session_token_set(cookies: Iterable[str]) -> str | None:
    """The signed token that `Set-Cookie` values sign somebody in with, decoded."""
    for cookie in cookies:
        name, _, rest = cookie.partition("=")
        value = rest.partition(";")[0]
        if name.endswith("better-auth.session_token") and value:
            return unquote(value)
    return None


def answer(
    body: object, status: int = 200, *, headers: Mapping[str, str] | None = None, cookies: Iterable[str] = ()
) -> Response:
    """A JSON answer that sets each cookie in a header of its own."""
    text = "" if body is NOTHING else json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    response = Response(text.encode(), status, headers, "application/json")
    for cookie in cookies:
        response.headers.append("set-cookie", cookie)
    return response


def redirected(address: str, *, cookies: Iterable[str] = ()) -> Response:
    """Sends the browser there; `address` must have been found trusted."""
    return answer(NOTHING, 302, headers={"location": in_ascii(address)}, cookies=cookies)


def in_ascii(address: str) -> str:
    """As a header can carry it; what is encoded already stays as it is."""
    return quote(address, safe=punctuation)
