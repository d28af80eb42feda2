"""The database of routes under /api/auth: it counts their requests."""

from __future__ import annotations

from typing import Annotated

from functions.dependencies.counts import Counts, limit_of
from functions.dependencies.database import Db
from functions.dependencies.rules import Rules
from shared.auth.addresses import BASE_PATH
from shared.auth.browser.cookies import sent_cookies
from shared.auth.identity.rules import AuthRules, presented_tokens
from shared.auth.limits.in_container import GUESSING, Limit
from shared.auth.limits.in_postgres import LimitedDatabase
from shared.auth.requests.errors import Entry
from shared.auth.requests.parsing import client_of
from shared.observability import note
from shared.settings.accounts import DefaultsSettings
from shared.web import Depends, Request


async def limited_database(request: Request, rules: Rules, opened: Db, counts: Counts) -> LimitedDatabase:
    """The container's database, which counts the request by address and path in its first batch.

    Raises:
        Refused: The container knows already that it is one request too many.
    """
    limited = LimitedDatabase(opened, counts)
    request.state.entry = Entry(limited, shows_token=rules.bearer != "off")
    note(client=rules.pseudonyms.of_client(client_of(request).ip_address))
    limited.count(limit_of(request))
    if request.scope["path"].removeprefix(BASE_PATH) in GUESSING:
        _count_guess(request, rules, limited)
    return limited


def _count_guess(request: Request, rules: AuthRules, limited: LimitedDatabase) -> None:
    if DefaultsSettings.read().safer:
        for token in presented_tokens(request.headers, sent_cookies(request), rules):
            limited.count(Limit.of_session(token, rules.cookies.secret))


LimitedDb = Annotated[LimitedDatabase, Depends(limited_database)]
