"""A route's database that also counts its requests in Postgres, in front of the route's own statements.

Signing in, signing up and whatever sends mail are counted so: in the same round trip, and for all containers together.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from shared.auth.refusals import OVER_LIMIT, Refused, too_many_requests
from shared.db import USUAL, Database, Rows, Statement
from shared.errors import DatabaseUnavailable, StatementFailed
from shared.observability import tell

if TYPE_CHECKING:
    from shared.auth.limits.in_container import Limit, LocalCounts
    from shared.db import Transaction

COUNT_REQUEST: Final = """
select count_request($1::text, $2::integer, $3::integer)
"""
"""At the head of a batch: where it is one request too many, nothing of the batch happens."""

FORGIVE_REQUESTS: Final = """
delete from "rateLimit" where key = $1::text
"""


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
        if self._counts is None or not self._counts.holds(limit):
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
                *(_counted(limit) for limit in due), *statements, idempotent=idempotent, transaction=transaction
            )
        except StatementFailed as error:
            if error.sqlstate != OVER_LIMIT:
                raise
            raise self._refused(due, error.constraint or "") from error
        return results[len(due) :]

    def forgiving(self, limit: Limit) -> tuple[Statement, ...]:
        """What a batch does in addition, to forget what was counted."""
        return () if self._counts is None else (Statement(FORGIVE_REQUESTS, (limit.key,)),)

    def allows(self, limit: Limit) -> bool:
        """Count something else that the request has come to, and whether the limit allows it. One round trip."""
        try:
            self.count(limit)
            self.count_what_is_due()
        except Refused:
            return False
        return True

    def count_what_is_due(self) -> None:
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
            if limit.key == key:
                if self._counts is not None:
                    self._counts.fill(limit, int(seconds))
                return limit.refusing(int(seconds))
        tell("limit_reached", "mail")  # counted by the statements that a route brings along
        return Refused(too_many_requests(int(seconds)))


def _counted(limit: Limit) -> Statement:
    """Counts a request, or fails with `OVER_LIMIT`."""
    return Statement(COUNT_REQUEST, (limit.key, limit.rule.seconds, limit.rule.most))
