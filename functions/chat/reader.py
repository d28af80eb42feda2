"""Who asks: a signed-in reader, or a guest. A token that is none of ours is neither."""

from __future__ import annotations

from typing import Annotated

from functions.dependencies import MaybeSignedIn, Rules
from shared.auth.browser.cookies import sent_cookies
from shared.auth.identity.callers import BEARER, SignedInDatabase
from shared.errors import NotSignedIn
from shared.web import Depends, Request


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
