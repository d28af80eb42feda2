"""What answers may cost a day: a reader, a guest's address, guests together, everybody.

What an answer may cost at most is taken before the model is asked, in a batch that is made anyway. What it did not cost
comes back: a reader's with the second batch, everything else with the next batch that the container makes for anybody.
So no day is exceeded, and what is lost with a container is what its last question did not use. Where the database
cannot say, nothing is spent: the answer is quoted.
"""

from __future__ import annotations

import secrets
import threading
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from shared.db import USUAL, Database, Rows, Statement
from shared.deadline import within
from shared.errors import AppError
from shared.model.chunks import Usage
from shared.observability import log
from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from shared.db import Transaction
    from shared.model.costs import Costs
    from shared.settings.answers import ModelSettings

SPEND: Final = """
    select spend_on_model($1::text[], $2::bigint[], $3::integer[], $4::bigint[], $5::bigint[], $6::text, $7::uuid,
                          $8::bigint, $9::bigint, $10::integer, $11::integer, $12::integer, $13::bigint, $14::text)
"""
SETTLE: Final = "select settle_with_model($1::text[], $2::bigint[], $3::integer[], $4::bigint[], $5::bigint[])"

NOTHING: Final = Usage(0, 0)
SLICES: Final = 8
"""Into which the day's tokens are cut; each question takes from one of them."""
ADDRESS: Final = 0.05
"""Share of the day's tokens that one guest's address may spend; half of them is for guests together."""
ANY_NUMBER: Final = 2**31 - 1
SECONDS: Final = 1.25
"""The most that a guest's batch takes; nobody waits for it."""
MOST_REFUNDS: Final = 100
"""Of what is to be given back; more waits for nobody's question, and counts as spent."""


@record
class Refund:
    """What was taken from the budget of the day for an answer, and not needed.

    Attributes:
        taking: What the database called it.
        tokens: Less than none where the provider says that it cost more.
        questions: 1 where no model was asked.
        used: What was needed.
    """

    taking: str
    tokens: int
    questions: int
    used: Usage


class PendingRefunds:
    """Refunds that a container hands in with its next batch."""

    def __init__(self) -> None:
        self._waiting: list[Refund] = []
        self._lock = threading.Lock()

    def add(self, refund: Refund) -> None:
        """Give this back as well."""
        with self._lock:
            self._waiting = [*self._waiting, refund][-MOST_REFUNDS:]

    def drawn(self) -> list[Refund]:
        """All of it, for one batch; if that fails, nobody knows what came of it, and it counts as spent."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
        return waiting


@dataclass(slots=True)
class Spending:
    """What one question may cost.

    Args:
        settings: The limits.
        costs: What it may cost at most.
        refunds: The container's.
        guest: A pseudonym of the guest's address; None for a reader who is signed in.
        answer: Id of the answer: a turn that was answered is not paid for again.
        addresses: Whether readers have addresses of their own; else they share what is for guests together.

    Attributes:
        used: What it did cost; None while no model was asked.
        aside: What rewriting the question did cost.
        is_being_written: The answer still costs, so that a batch in between settles nothing.
    """

    settings: ModelSettings
    costs: Costs
    refunds: PendingRefunds = field(default_factory=PendingRefunds)
    guest: str | None = None
    answer: UUID | None = None
    addresses: bool = True
    used: Usage | None = None
    aside: Usage = NOTHING
    is_being_written: bool = False
    _word: str = field(default_factory=lambda: secrets.token_urlsafe(9))
    _taking: str | None = None
    _is_over: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_granted(self) -> bool:
        """The day holds what the answer may cost, as far as the database has said so."""
        return self._taking is not None

    def take(self) -> Statement:
        """Takes the most that the answer may cost, where the day still holds it, and gives back what is owed.

        However often a batch with it is sent, since its answer may be lost, this is taken and given back once.
        """
        tokens, questions = self._limits()
        first = secrets.randbelow(SLICES)  # spreads those who ask at once
        what = (self.guest, self.answer, self.costs.most, tokens, questions, first, SLICES, self._slice, self._word)
        return Statement(SPEND, (*_columns(self.refunds.drawn()), *what))

    @property
    def _slice(self) -> int:
        return self.settings.day_tokens // SLICES

    def _limits(self) -> tuple[int, int]:
        settings = self.settings
        if self.guest is None:
            return settings.reader_tokens, settings.reader_questions
        if not self.addresses:
            return settings.day_tokens, ANY_NUMBER
        return int(settings.day_tokens * ADDRESS), settings.address_questions

    def taken(self, rows: Rows) -> None:
        """What the database said to `take`."""
        with self._lock:
            self._taking = rows.values[0][0]
        if self._is_over:
            self.close()

    def give_back(self) -> Statement | None:
        """Gives back what the answer did not cost, once, and what is owed; None where there is nothing."""
        own = self._refund()
        refunds = [*self.refunds.drawn(), *([own] if own else [])]
        return Statement(SETTLE, _columns(refunds)) if refunds else None

    def _refund(self) -> Refund | None:
        with self._lock:
            taking, self._taking = self._taking, None
        if taking is None:
            return None
        used = self.used or NOTHING
        return Refund(taking, self.costs.most - used.together, int(self.used is None), used)

    def close(self) -> None:
        """Nothing further is spent: what is left goes back with the container's next batch."""
        self._is_over = True
        own = self._refund()
        if own is not None:
            self.refunds.add(own)

    def take_beside(self, db: Database) -> None:
        """Take on another thread, in a batch of its own; whoever asks before it has ended is told no.

        Nothing waits for it: it touches nothing of the request, and may end with the next one.
        """

        def run() -> None:
            try:
                with within(SECONDS):
                    [rows] = db.run(self.take())
                self.taken(rows)
            except AppError as error:
                log.info("what the answer may cost could not be asked", exc_info=error)

        threading.Thread(target=copy_context().run, args=(run,), daemon=True).start()


def _columns(refunds: Sequence[Refund]) -> tuple[list[str], list[int], list[int], list[int], list[int]]:
    return (
        [each.taking for each in refunds],
        [each.tokens for each in refunds],
        [each.questions for each in refunds],
        [each.used.input for each in refunds],
        [each.used.output for each in refunds],
    )


class SpendingDatabase(Database):
    """A reader's database: its first batch also takes what the answer may cost, the one after it gives back the rest.

    Both come last in their batches, so that rows which many write are locked for no longer than a commit takes.

    Args:
        database: As the reader.
        spending: Of this question.
    """

    def __init__(self, database: Database, spending: Spending) -> None:
        self._database = database
        self._spending = spending
        self._has_taken = False

    def run(self, *statements: Statement, idempotent: bool = False, transaction: Transaction = USUAL) -> list[Rows]:
        """As `Database.run`, in the same round trip."""
        own = self._own()
        if own is None:
            return self._database.run(*statements, idempotent=idempotent, transaction=transaction)
        *rows, found = self._database.run(*statements, own, idempotent=idempotent, transaction=transaction)
        if not self._has_taken:
            self._has_taken = True
            self._spending.taken(found)
        return rows

    def _own(self) -> Statement | None:
        if not self._has_taken:
            return self._spending.take()
        return None if self._spending.is_being_written else self._spending.give_back()

    def close(self) -> None:
        """Close the connection of the database underneath."""
        self._database.close()
