"""How often one reader may do what costs money or time: counted in the container, and in Postgres for all of them.

In Postgres it costs no round trip and no statement: whoever says who is asking counts as well.
"""

from __future__ import annotations

from functools import cache

from shared.allowance import Allowances, Use
from shared.auth.identity.callers import SignedInDatabase
from shared.settings.accounts import UseSettings


def count_use(reader: SignedInDatabase, name: str) -> None:
    """Count it here at once, and in Postgres with the reader's next batch.

    Raises:
        TooManyRequests: The container knows already that it is one too many.
    """
    use = Use.of(name, UseSettings.read().an_hour)
    if use is not None:
        _counted_here(use).take(reader.caller)
        reader.counting(use)


@cache
def _counted_here(use: Use) -> Allowances:
    return Allowances(use.allowance, of="reader")
