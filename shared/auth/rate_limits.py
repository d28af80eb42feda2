"""Rate limits, by Better Auth's rules (its `api/rate-limiter`), and one more for each account.

A limit is a window that begins anew with every request that is let through: after `most` of them there must be silence
for `seconds`. Signing in, signing up and whatever sends mail are counted in Postgres, in front of the route's own
statements and in the same round trip. Everything is counted in the container as well: that costs nothing, refuses a
flood before a password is hashed, and is all there is while the database is away.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import math
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from shared.auth import queries
from shared.auth.refusals import Refused, too_many_requests
from shared.db import USUAL, Database, Rows, Statement
from shared.errors import DatabaseUnavailable, StatementFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.db import Transaction

OVER_LIMIT: Final = "RL429"
"""SQLSTATE of `count_request` (infra/migrations/0020_rate_limit.sql)."""

UNKNOWN_ADDRESS: Final = "no-trusted-ip"
REMEMBERED: Final = 10_000
"""Keys that a container counts at once; the oldest give way."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How many requests are let through.

    Attributes:
        seconds: Of silence after which counting begins anew.
        most: Requests until then.
        here: Counted in the container.
        stored: Counted in Postgres, for all containers together.
    """

    seconds: int
    most: int
    here: bool = True
    stored: bool = True


GENERAL: Final = Rule(10, 100, stored=False)
"""Better Auth stores this count, too. We do not: reading a session would become a write, to spare a cheap read."""

CREDENTIALS: Final = Rule(10, 3)
MAIL: Final = Rule(60, 3)
ACCOUNT: Final = Rule(15 * 60, 10, here=False)
"""Ours: attempts on one account, from wherever they come; signing in forgives them."""

BY_PREFIX: Final = (
    ("/sign-in", CREDENTIALS),
    ("/sign-up", CREDENTIALS),
    ("/change-password", CREDENTIALS),
    ("/change-email", CREDENTIALS),
    ("/request-password-reset", MAIL),
    ("/send-verification-email", MAIL),
)


@dataclass(frozen=True, slots=True)
class Limit:
    """One counter."""

    key: str
    rule: Rule

    @classmethod
    def of_client(cls, address: str, path: str) -> Limit:
        """Of one address on one route; all unknown addresses share one.

        Args:
            address: As `normalised_ip` gives it.
            path: Below /api/auth, with its leading slash.
        """
        rule = next((rule for prefix, rule in BY_PREFIX if path.startswith(prefix)), GENERAL)
        return cls(f"{address or UNKNOWN_ADDRESS}|{path}", rule)

    @classmethod
    def of_account(cls, email: str, secret: str) -> Limit:
        """Of attempts to sign in as somebody, whether or not there is such a user; the key does not tell whom."""
        digest = hmac.digest(secret.encode(), email.lower().encode(), hashlib.sha256)
        return cls(f"account|{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}", ACCOUNT)

    @property
    def counted(self) -> Statement:
        """Counts a request, or fails with `OVER_LIMIT`."""
        return Statement(queries.COUNT_REQUEST, (self.key, self.rule.seconds, self.rule.most))

    @property
    def forgiven(self) -> Statement:
        """Forgets what was counted."""
        return Statement(queries.FORGIVE_REQUESTS, (self.key,))


class LocalCounts:
    """What one container has counted.

    Args:
        clock: Seconds since 1970; wall-clock time also passes while Lambda freezes the container.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._counts: dict[str, tuple[int, float]] = {}

    def count(self, limit: Limit) -> None:
        """Count a request.

        Raises:
            Refused: It is one too many.
        """
        now, rule = self._clock(), limit.rule
        count, latest = self._counts.get(limit.key, (0, 0.0))
        if not 0 <= now - latest < rule.seconds:
            count = 0
        if count >= rule.most:
            raise Refused(too_many_requests(math.ceil(latest + rule.seconds - now)))
        if rule.here:
            self._remember(limit.key, count + 1, now)

    def fill(self, limit: Limit, seconds: int) -> None:
        """Refuse it here, too, for as long as Postgres will."""
        self._remember(limit.key, limit.rule.most, self._clock() + seconds - limit.rule.seconds)

    def _remember(self, key: str, count: int, latest: float) -> None:
        self._counts.pop(key, None)
        self._counts[key] = (count, latest)
        if len(self._counts) > REMEMBERED:
            del self._counts[next(iter(self._counts))]


class LimitedDatabase(Database):
    """A database whose first batch also counts the request, and does not happen when that is one too many.

    Args:
        database: Where the stored counts are.
        counts: The container's; None switches all limits off.
    """

    def __init__(self, database: Database, counts: LocalCounts | None) -> None:
        self._database = database
        self._counts = counts
        self._due: list[Limit] = []

    def count(self, limit: Limit) -> None:
        """Count the request here, and with the next batch in Postgres.

        Raises:
            Refused: The container knows already that it is one too many.
        """
        if self._counts is None:
            return
        self._counts.count(limit)
        if limit.rule.stored:
            self._due.append(limit)

    def run(self, *statements: Statement, idempotent: bool = False, transaction: Transaction = USUAL) -> list[Rows]:
        """As `Database.run`, in the same single round trip.

        Raises:
            Refused: It is one request too many; nothing has happened.
        """
        due, self._due = self._due, []
        try:
            results = self._database.run(
                *(limit.counted for limit in due), *statements, idempotent=idempotent, transaction=transaction
            )
        except StatementFailed as error:
            if error.sqlstate != OVER_LIMIT:
                raise
            raise self._refused(due, error.constraint or "") from error
        return results[len(due) :]

    def settle(self) -> None:
        """Count a request that was refused for another reason before it came to a batch.

        Raises:
            Refused: It is also one too many.
        """
        if self._due:
            with suppress(DatabaseUnavailable):
                self.run()

    def close(self) -> None:
        """Close the connection of the database underneath."""
        self._database.close()

    def _refused(self, due: list[Limit], told: str) -> Refused:
        seconds, _, key = told.partition(" ")
        for limit in due:
            if limit.key == key and self._counts is not None:
                self._counts.fill(limit, int(seconds))
        return Refused(too_many_requests(int(seconds)))
