"""While the database is away, nobody waits for it: a circuit breaker for each container."""

from __future__ import annotations

import threading
import time
from contextvars import copy_context
from typing import TYPE_CHECKING, Final, Self

from shared import deadline
from shared.breaker import LEAST_PATIENCE, LONGEST_PAUSE, BreakerOpen, CircuitBreaker
from shared.db.attempts import Failure
from shared.db.batch import USUAL, Database, Statement
from shared.db.sqlstate import Meaning
from shared.errors import AppError, DatabaseUnavailable
from shared.observability import measured

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from shared.db.batch import Rows, Transaction

FIRST_PAUSE: Final = 2.0

LONG_SECONDS: Final = LEAST_PATIENCE
IN_A_ROW: Final = 3
"""So many batches one after the other that took so long, and came to nothing, are no slow statement of one reader.
Neon's compute answers a look while the storage behind it is away, and finds that out after seconds, for each batch."""

LOOK: Final = Statement("select 1 as well")
LOOK_SECONDS: Final = 0.1
"""Of a database that is well: a new connection and one statement, in the same region."""


class ConcurrentProbe:
    """Whether the database answers somebody else, seen while a batch is still waited for.

    Begun on a thread of its own when the time of the batch is nearly up, giving up takes no longer for it.

    As a context manager it ends with the batch: Lambda freezes what runs when a request is answered.

    Args:
        answers: Looks, and says what it saw. It takes no longer than the batch has left when it begins.
    """

    def __init__(self, answers: Callable[[], bool]) -> None:
        self._answers = answers
        self._seen: bool | None = None
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """Look, beside whatever the caller does."""
        context = copy_context()
        self._thread = threading.Thread(target=context.run, args=(self._look,), daemon=True)
        self._thread.start()

    def saw_it_answer(self) -> bool:
        """What was seen; where nobody has looked yet, it is looked now."""
        self._end()
        if self._seen is None:
            self._look()
        return bool(self._seen)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _look(self) -> None:
        self._seen = self._answers()

    def _end(self) -> None:
        if self._thread is not None:
            self._thread.join()


class GuardedDatabase(Database):
    """A `Database` that fails at once for a while after it was found to be away; then one batch probes.

    Only failures to have a session count (`Meaning.AWAY`). Where a batch was sent and no answer came in time, the
    statement may have been slow, which is no reason to refuse others: a look at the database tells, taken beside the
    last moments of the wait. But several that took long in a row, without one between them that succeeded, count as
    well, whatever the look says. Every batch is measured as `db` in `Server-Timing`.

    Args:
        database: The transport.
        first_pause: Seconds for which calls fail at once after the first failure; it doubles with each failed probe.
        longest_pause: Its limit, in seconds.
        clock: See `CircuitBreaker`.
        stopwatch: Seconds that pass, from any beginning.
    """

    def __init__(
        self,
        database: Database,
        *,
        first_pause: float = FIRST_PAUSE,
        longest_pause: float = LONGEST_PAUSE,
        clock: Callable[[], float] = time.time,
        stopwatch: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._stopwatch = stopwatch
        self._long = 0
        self._breaker = CircuitBreaker(
            "the database", first_pause=first_pause, longest_pause=longest_pause, clock=clock
        )

    def __repr__(self) -> str:
        return f"GuardedDatabase({self._database!r})"

    def run(self, *statements: Statement, idempotent: bool = False, transaction: Transaction = USUAL) -> list[Rows]:
        """See `Database.run`."""
        try:
            with measured("db"), self._breaker.admitted():
                return self._watched(statements, idempotent=idempotent, transaction=transaction)
        except BreakerOpen as error:
            raise DatabaseUnavailable from error

    def close(self) -> None:
        """See `Database.close`."""
        self._database.close()

    def _watched(self, statements: tuple[Statement, ...], *, idempotent: bool, transaction: Transaction) -> list[Rows]:
        patience, began = deadline.remaining(), self._stopwatch()
        with ConcurrentProbe(self._answers_at_once) as look:
            try:
                with deadline.warning(LOOK_SECONDS, look.begin):
                    rows = self._database.run(*statements, idempotent=idempotent, transaction=transaction)
            except AppError as error:
                if isinstance(error.__cause__, Failure):  # else it never got as far as the database
                    self._learn(error.__cause__, patience, self._stopwatch() - began, look)
                raise
        self._long = 0
        self._breaker.found_well()
        return rows

    def _answers_at_once(self) -> bool:
        """Whether the database answers somebody else; the look takes no longer than a reader notices."""
        try:
            with deadline.after_all(LOOK_SECONDS):
                self._database.run(LOOK, idempotent=True)
        except AppError:
            return False
        return True

    def _learn(self, failure: Failure, patience: float, took: float, look: ConcurrentProbe) -> None:
        if self._is_away(failure.verdict.meaning, took, look):
            self._breaker.found_away(patience)
        else:
            self._breaker.found_well()

    def _is_away(self, meaning: Meaning, took: float, look: ConcurrentProbe) -> bool:
        if meaning is Meaning.AWAY:
            return True
        self._long = 0 if meaning is Meaning.REFUSED else self._long + (took >= LONG_SECONDS)
        if took >= LONG_SECONDS and self._long >= IN_A_ROW:
            return True
        return meaning is Meaning.SLOW and not look.saw_it_answer()
