"""Who asks: a signed-in reader, or a guest."""

from __future__ import annotations

from typing import Annotated

from functions.dependencies.database import Db
from functions.dependencies.rules import Rules
from shared.auth.browser.cookies import sent_cookies
from shared.auth.identity.callers import SignedInDatabase, VouchedDatabase
from shared.auth.identity.rules import (
    BEARER,
    AuthRules,
    KnownUser,
    identity_without_database,
    presented_tokens,
    user_of_jwt,
)
from shared.errors import NotSignedIn
from shared.web import Depends, Request


def _usable_cookies(request: Request, rules: AuthRules) -> dict[str, str]:
    """Cookies that a page of somebody else made the browser send count for nothing."""
    return sent_cookies(request) if rules.origins.may_use_cookies(request.method, request.headers) else {}


async def session_token(request: Request, rules: Rules) -> str | None:
    """The session token that came with the request, with this deployment's signature; whether it lives is not known."""
    return next(iter(presented_tokens(request.headers, _usable_cookies(request, rules), rules)), None)


SessionToken = Annotated[str | None, Depends(session_token)]


async def vouched(request: Request, rules: Rules) -> str | None:
    """Id of the user whom a JWT names; verified once a request."""
    return user_of_jwt(request.headers, rules)


Vouched = Annotated[str | None, Depends(vouched)]


async def maybe_signed_in(request: Request, rules: Rules, opened: Db, user_id: Vouched) -> SignedInDatabase | None:
    """The database as the user who is asking; None for a guest."""
    if user_id is not None:
        return VouchedDatabase(opened, user_id, rules.pseudonyms)
    cookies = _usable_cookies(request, rules)
    token, *others = presented_tokens(request.headers, cookies, rules) or [""]
    forgetting = rules.cookies.ended(cookies) if others else ()
    return SignedInDatabase(opened, token, rules.pseudonyms, others, forgetting) if token else None


async def known_user(request: Request, rules: Rules, user_id: Vouched) -> KnownUser | None:
    """Who is asking as far as that can be told without the database: for what an outage must not lose."""
    if user_id is not None:
        return KnownUser(user_id, None)
    cookies = _usable_cookies(request, rules)
    tokens = presented_tokens(request.headers, cookies, rules)
    known = (identity_without_database(token, cookies, rules) for token in tokens)
    return next((each for each in known if each), None)


MaybeSignedIn = Annotated[SignedInDatabase | None, Depends(maybe_signed_in)]
Known = Annotated[KnownUser | None, Depends(known_user)]


async def signed_in(somebody: MaybeSignedIn) -> SignedInDatabase:
    """The database as the user who is asking.

    Raises:
        NotSignedIn: No token came that this deployment signed. That its session still lives shows in the first batch.
    """
    if somebody is None:
        raise NotSignedIn
    return somebody


SignedIn = Annotated[SignedInDatabase, Depends(signed_in)]


async def reader(request: Request, rules: Rules, somebody: MaybeSignedIn) -> SignedInDatabase | None:
    """The database as the reader who is asking; None for a guest, who sends no token at all.

    Raises:
        NotSignedIn: A forged or damaged token came. Answering as if it were a guest's would lose the turn silently.
    """
    if somebody is None and _presents_token(request, rules):
        raise NotSignedIn
    return somebody


def _presents_token(request: Request, rules: Rules) -> bool:
    if request.headers.get("authorization", "").lower().startswith(BEARER):
        return True
    own_page = rules.origins.may_use_cookies(request.method, request.headers)
    return own_page and rules.cookies.token_name in sent_cookies(request)


Reader = Annotated[SignedInDatabase | None, Depends(reader)]
