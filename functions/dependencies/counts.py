"""What the container has counted of each client's requests; needs no database, only settings that say what counts."""

from __future__ import annotations

from functools import cache
from typing import Annotated

from shared.auth.limits.in_container import Limit, LocalCounts
from shared.auth.requests.parsing import client_of
from shared.settings.accounts import DefaultsSettings, LimitSettings
from shared.web import Depends, Request


async def local_counts() -> LocalCounts | None:
    """The container's counts; None where nothing is counted, as on a Better Auth server without limits."""
    return _local_counts()


@cache
def _local_counts() -> LocalCounts | None:
    addresses = LimitSettings.read().rate_limits == "on"
    plain = DefaultsSettings.read().defaults == "original"
    return None if plain and not addresses else LocalCounts(addresses=addresses)


Counts = Annotated[LocalCounts | None, Depends(local_counts)]


def limit_of(request: Request) -> Limit:
    """By address and path: the event's own, where a `Host` header could put other words before it."""
    return Limit.of_client(client_of(request).ip_address, request.scope["path"].removeprefix("/api/auth"))


async def counted_here(request: Request, counts: Counts) -> None:
    """For routes under /api/auth without a database: counts the request in the container.

    Raises:
        Refused: It is one too many.
    """
    if counts:
        counts.count(limit_of(request))
