"""The database of routes under /api/auth: it counts their requests."""

from __future__ import annotations

from typing import Annotated

from functions.auth.counts import Counts, limit_of
from functions.dependencies import Db, Rules
from shared.auth.limits.in_postgres import LimitedDatabase
from shared.auth.requests.errors import Entry
from shared.web import Depends, Request


async def limited_database(request: Request, rules: Rules, opened: Db, counts: Counts) -> LimitedDatabase:
    """The container's database, which counts the request by address and path in its first batch.

    Raises:
        Refused: The container knows already that it is one request too many.
    """
    limited = LimitedDatabase(opened, counts)
    request.state.entry = Entry(limited, shows_token=rules.bearer != "off")
    limited.count(limit_of(request))
    return limited


LimitedDb = Annotated[LimitedDatabase, Depends(limited_database)]
