"""What ends an answer before its writer does: its reader, or the time that is left.

Nothing tells a function on Lambda that its reader went away or pressed a button: that reaches another container, which
leaves a word in the database. So it is looked up there, on a thread of its own and as often as `Watch` is told, never
for each unit; what is quoted at once is not watched. A word that never comes costs what the answer may cost at most.
"""

from __future__ import annotations

import threading
from contextvars import copy_context
from typing import TYPE_CHECKING, Final, Literal, Self, TypeAlias

from shared.answering.turn.storage import DATABASE_SECONDS
from shared.deadline import remaining, within
from shared.errors import AppError
from shared.history.turns import stop_was_asked

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from uuid import UUID

    from shared.db import Database

Stop: TypeAlias = "Callable[[], bool] | None"
"""Whether the reader wants no more; None where nobody could say so."""

Ended = Literal["stopped", "partial"]

LEFT_FOR_STORING: Final = DATABASE_SECONDS + 1.0
"""Seconds that are left when an answer ends for want of time."""


def stop_of(db: Database | None, question_id: UUID) -> Stop:
    """Of a question that is stored in the reader's database; None without one."""
    if db is None:
        return None

    def asked() -> bool:
        try:
            with within(DATABASE_SECONDS):
                return stop_was_asked(db, question_id)
        except AppError:
            return False  # it has been logged where it happened, and the answer goes on without being stoppable

    return asked


class Watch:
    """Ends the work of a writer when its reader says so, or when there is just the time to store what is there.

    Args:
        end_work: Ends it, from whichever thread.
        stop: Whether the reader wants no more.
        seconds: How often that is asked.

    Attributes:
        ended: Why the work ended before its time; None where it did not.
    """

    def __init__(self, end_work: Callable[[], None], stop: Stop, seconds: float) -> None:
        self.ended: Ended | None = None
        self._end_work = end_work
        self._stop = stop
        self._seconds = seconds
        self._over = threading.Event()
        context = copy_context()  # with the deadline of the request
        self._thread = threading.Thread(target=context.run, args=(self._watch,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Whatever happened, nobody writes or watches any more: Lambda would freeze it with the container."""
        self._over.set()
        self._end_work()
        self._thread.join()

    def end(self, why: Ended) -> None:
        """End the work now."""
        self.ended = self.ended or why
        self._end_work()

    def _watch(self) -> None:
        while not self._over.wait(min(self._seconds, max(0.0, remaining() - LEFT_FOR_STORING))):
            if remaining() <= LEFT_FOR_STORING:
                return self.end("partial")
            if self._stop is not None and self._stop() and not self._over.is_set():
                return self.end("stopped")
        return None
