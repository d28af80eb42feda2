"""How much one address, or one reader, may ask of what costs money or time.

What needs no account is counted in the container, where that costs nothing; what a reader does also in Postgres, in the
round trip that tells who they are (shared/auth/identity/callers.py). An allowance is a bucket of requests that refills
steadily: a class behind one address may ask all at once, a flood from it may not go on. API Gateway's throttle bounds
what all containers do together.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Final

from shared.errors import TooManyRequests
from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Callable

REMEMBERED: Final = 10_000
"""Addresses that a container counts at once; the one that asked longest ago gives way."""


@record
class Allowance:
    """What an address may ask.

    Attributes:
        at_once: Requests after a long silence.
        a_second: Requests that come back each second.
    """

    at_once: int
    a_second: float


QUESTIONS: Final = Allowance(at_once=300, a_second=1.0)
"""300 students with two questions each within ten minutes; not 600 a minute."""

HOUR: Final = 3600
AN_HOUR: Final = 12
"""Of what comes back in an hour, one of so many parts may be used at once."""


@record
class Use:
    """Something that costs, done by a reader.

    Attributes:
        name: What the counter is called.
        allowance: How often.
    """

    name: str
    allowance: Allowance

    @classmethod
    def of(cls, name: str, an_hour: int) -> Use | None:
        """So often an hour; None for any number."""
        return cls(name, Allowance(max(1, an_hour // AN_HOUR), an_hour / HOUR)) if an_hour else None


GUESTS_VOTES: Final = Allowance(at_once=120, a_second=0.5)
"""A class that rates what it read; each is a round trip to the database and a row."""

LOOKS_AT_HEALTH: Final = Allowance(at_once=60, a_second=1.0)
"""Each asks all that we depend on, and wakes a sleeping database."""


LOOKS_AT_THE_DESK: Final = Allowance(at_once=60, a_second=0.5)
"""Of the owner: each counts a month's questions anew."""


class Allowances:
    """What is left in this container of each address's or reader's allowance.

    Args:
        allowance: The same for each.
        clock: Seconds since 1970; wall-clock time also passes while Lambda freezes the container.
        of: Whose it is, as the log says: an address's, or a reader's.
    """

    def __init__(self, allowance: Allowance, clock: Callable[[], float] = time.time, *, of: str = "address") -> None:
        self._allowance = allowance
        self._of = of
        self._clock = clock
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, address: str) -> None:
        """Take one request from the address's allowance.

        Raises:
            TooManyRequests: Nothing is left of it; says when there will be.
        """
        now = self._clock()
        left, since = self._left.pop(address, (float(self._allowance.at_once), now))
        # a clock that was set back gives nothing and takes nothing
        left = min(self._allowance.at_once, left + max(0.0, now - since) * self._allowance.a_second)
        self._left[address] = (max(left - 1, 0.0) if left >= 1 else left, now)
        if len(self._left) > REMEMBERED:
            del self._left[next(iter(self._left))]
        if left < 1:
            raise TooManyRequests(math.ceil((1 - left) / self._allowance.a_second), self._of)
