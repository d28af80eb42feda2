"""While the database is away, nobody waits for it: a circuit breaker for each container."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from shared import deadline
from shared.db import USUAL, Database
from shared.db.attempts import Failure
from shared.db.sqlstate import Meaning
from shared.errors import AppError, DatabaseUnavailable
from shared.observability import log, measured

if TYPE_CHECKING:
    from shared.db import Rows, Statement, Transaction

FIRST_PAUSE: Final = 2.0
LONGEST_PAUSE: Final = 15.0

PROBE_SECONDS: Final = 1.2
"""What the one batch may take that looks whether the database is back: whoever asks shall not wait for a dead port."""

LEAST_PATIENCE: Final = 0.5
"""A caller with less time than this, in seconds, learns nothing about the database when it gets no answer."""


class GuardedDatabase(Database):
    """A `Database` that fails at once for a while after it was found to be away; then one batch probes.

    Only failures to have a session count (`Meaning.AWAY`). Wall-clock time, as the pause shall also pass while Lambda
    freezes the container. Every batch is measured as `db` in `Server-Timing`.

    Args:
        database: The transport.
        first_pause: Seconds for which calls fail at once after the first failure; it doubles with each failed probe.
        longest_pause: Its limit, in seconds.
    """

    def __init__(
        self, database: Database, *, first_pause: float = FIRST_PAUSE, longest_pause: float = LONGEST_PAUSE
    ) -> None:
        self._database = database
        self._first_pause = first_pause
        self._longest_pause = longest_pause
        self._pause = 0.0
        self._closed_until = 0.0

    def __repr__(self) -> str:
        return f"GuardedDatabase({self._database!r})"

    def run(self, *statements: Statement, idempotent: bool = False, transaction: Transaction = USUAL) -> list[Rows]:
        """See `Database.run`."""
        with measured("db"):
            if self._pause == 0:
                return self._watched(statements, idempotent=idempotent, transaction=transaction)
            if 0 < self._closed_until - time.time() <= self._pause:
                raise DatabaseUnavailable from ConnectionError("the circuit breaker is open")
            self._closed_until = time.time() + self._pause  # for everybody else: this batch is the probe
            with deadline.within(PROBE_SECONDS):
                return self._watched(statements, idempotent=idempotent, transaction=transaction)

    def close(self) -> None:
        """See `Database.close`."""
        self._database.close()

    def _watched(self, statements: tuple[Statement, ...], *, idempotent: bool, transaction: Transaction) -> list[Rows]:
        patience = deadline.remaining()
        try:
            rows = self._database.run(*statements, idempotent=idempotent, transaction=transaction)
        except AppError as error:
            if isinstance(error.__cause__, Failure):  # else it never got as far as the database
                self._learn(error.__cause__, patience)
            raise
        self._pause = 0.0
        return rows

    def _learn(self, failure: Failure, patience: float) -> None:
        if failure.verdict.meaning is not Meaning.AWAY:
            self._pause = 0.0
        elif patience >= LEAST_PATIENCE:
            self._open()

    def _open(self) -> None:
        self._pause = min(max(self._first_pause, self._pause * 2), self._longest_pause)
        self._closed_until = time.time() + self._pause
        log.warning("the database is away: not asking it for %.0f s", self._pause)
