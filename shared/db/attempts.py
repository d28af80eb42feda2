"""How often a batch is tried, for how long, and what the caller gets when that was in vain."""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from random import SystemRandom
from typing import TYPE_CHECKING, Final

from shared import deadline
from shared.db.sqlstate import Meaning, Verdict
from shared.errors import DatabaseUnavailable, StatementFailed
from shared.observability import count_batch, log
from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from shared.db.batch import Rows
    from shared.errors import AppError

BATCH_SECONDS: Final = 3.0
"""For one batch with all its attempts, or what is left of the invocation where that is less. Neon says that a suspended
compute answers after a few hundred milliseconds (https://neon.com/docs/connect/connection-latency), and a person who
waits for a list gives up soon."""

UNHURRIED_SECONDS: Final = 8.0
"""The same where no person waits, or where one knows that it takes long."""

PAUSES: Final = (0.05, 0.1, 0.2)
"""Upper bounds, in seconds, of the pauses before the second, third and fourth attempt. The pause itself is drawn at
random ("full jitter"), so that containers that failed together do not come back together."""

DATA_EXCEPTION = "22"
READ_ONLY_TRANSACTION = "25006"

_random = SystemRandom()  # not seeded at import: containers restored from one snapshot would all draw the same


_batch_seconds: ContextVar[float] = ContextVar("batch_seconds", default=BATCH_SECONDS)


@contextmanager
def unhurried() -> Generator[None]:
    """Give each batch in the block more time."""
    token = _batch_seconds.set(UNHURRIED_SECONDS)
    try:
        yield
    finally:
        _batch_seconds.reset(token)


class Failure(Exception):
    """One attempt went wrong. It does not leave `shared.db` but as the cause of an `AppError`.

    Its text goes to the log, so it holds no connection string and no value of a parameter: the messages of data
    exceptions, which quote the value, are left out, and so is every DETAIL.

    Args:
        verdict: What it means.
        text: The first line of what the other side said.
        sqlstate: PostgreSQL's code, where it has one.
        constraint: The violated constraint's name, if it is about one.
        request_id: Neon's `neon-request-id`.
    """

    def __init__(
        self,
        verdict: Verdict,
        text: str,
        *,
        sqlstate: str | None = None,
        constraint: str | None = None,
        request_id: str | None = None,
    ) -> None:
        shown = (
            "(the message is not logged)"
            if (sqlstate or "").startswith(DATA_EXCEPTION)
            else text.strip().partition("\n")[0]
        )
        trace = f" [neon-request-id {request_id}]" if request_id else ""
        super().__init__(f"{sqlstate or 'no SQLSTATE'}: {shown}{trace}")
        self.verdict = verdict
        self.sqlstate = sqlstate
        self.constraint = constraint

    def for_caller(self, *, read_only: bool = False) -> AppError:
        """The error that `Database.run` raises; a batch that asked for `read_only` itself and writes is a defect."""
        if self.verdict.meaning is Meaning.REFUSED or (read_only and self.sqlstate == READ_ONLY_TRANSACTION):
            return StatementFailed(self.sqlstate, self.constraint)
        return DatabaseUnavailable()


@record
class Batch:
    """What there is to know about a batch whatever carries it.

    Attributes:
        transport: What carries it, for the metrics.
        statements: How many it has.
        idempotent: See `Database.run`.
        read_only: It asked for a transaction that cannot write.
    """

    transport: str
    statements: int
    idempotent: bool
    read_only: bool = False


def persist(attempt: Callable[[], list[Rows]], batch: Batch, wait: Callable[[float], None] = time.sleep) -> list[Rows]:
    """Call `attempt` until it succeeds, fails for good, or time is up.

    Args:
        attempt: Runs the batch once.
        batch: What it is.
        wait: Lets so many seconds pass.

    Raises:
        DatabaseUnavailable: See `shared.db.sqlstate` for which of the two.
        StatementFailed: The same.
    """
    began = time.perf_counter()
    failures: list[Failure] = []
    try:
        with deadline.within(_batch_seconds.get()):
            return _succeed(attempt, batch, failures, wait)
    except Failure as failure:
        raise failure.for_caller(read_only=batch.read_only) from failure
    finally:
        milliseconds = (time.perf_counter() - began) * 1000
        count_batch(batch.transport, milliseconds=milliseconds, statements=batch.statements, retried=len(failures))


def _succeed(
    attempt: Callable[[], list[Rows]], batch: Batch, failures: list[Failure], wait: Callable[[float], None]
) -> list[Rows]:
    """The rows of the first attempt that succeeds; those before it are added to `failures`."""
    for bound in PAUSES:
        pause = _random.uniform(0, bound)
        try:
            return attempt()
        except Failure as failure:
            if not failure.verdict.allows_retry(idempotent=batch.idempotent) or pause >= deadline.remaining():
                raise
            log.warning("trying a batch again: %s", failure)
            failures.append(failure)
        wait(pause)
    return attempt()
