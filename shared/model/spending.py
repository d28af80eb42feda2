"""What answers may cost a day: a reader, a guest's address, guests together, everybody.

What an answer may cost at most is taken before the model is asked, in a batch that is made anyway; a reader's second
batch gives back what it did not cost. A guest has no second batch, so a guest's question counts in full. Where the
database cannot say, nothing is spent: the answer is quoted.
"""

from __future__ import annotations

import secrets
import threading
from contextvars import copy_context
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from shared.db import USUAL, Database, Rows, Statement
from shared.deadline import within
from shared.errors import AppError
from shared.observability import log

if TYPE_CHECKING:
    from shared.db import Transaction
    from shared.settings import ModelSettings

SPEND: Final = "select spend_on_model($1::text, $2::bigint, $3::bigint, $4::integer, $5::integer, $6::bigint)"
SETTLE: Final = "select settle_with_model($1::bigint, $2::integer, $3::integer)"

SLICES: Final = 8
"""Into which the day's tokens are cut; each question takes from one of them."""
ADDRESS: Final = 0.05
"""Share of the day's tokens that one guest's address may spend; half of them is for guests together."""
AROUND: Final = 1_000
"""Tokens of the rules, of what was said before and of the question."""
ANY_NUMBER: Final = 2**31 - 1
SECONDS: Final = 1.25
"""The most that a guest's batch takes; nobody waits for it."""


@dataclass(slots=True)
class Spending:
    """What one question may cost.

    Args:
        settings: The limits.
        guest: A pseudonym of the guest's address; None for a reader who is signed in.
        addresses: Whether readers have addresses of their own; else they share what is for guests together.

    Attributes:
        is_granted: The day holds what the answer may cost, as far as the database has said so.
        used: Tokens that it did cost; None while no model was asked.
        aside: Tokens that rewriting the question did cost.
        is_being_written: The answer still costs, so that a batch in between settles nothing.
    """

    settings: ModelSettings
    guest: str | None = None
    addresses: bool = True
    is_granted: bool = False
    used: int | None = None
    aside: int = 0
    is_being_written: bool = False
    slice: int = 0

    def __post_init__(self) -> None:
        self.slice = secrets.randbelow(SLICES)  # spreads those who ask at once

    @property
    def most(self) -> int:
        """Tokens that the answer may cost."""
        return self.settings.source_tokens + self.settings.answer_tokens + AROUND

    def take(self) -> Statement:
        """Takes them, where the day still holds them."""
        tokens, questions = self._limits()
        return Statement(
            SPEND, (self.guest, self.most, tokens, questions, self.slice, self.settings.day_tokens // SLICES)
        )

    def _limits(self) -> tuple[int, int]:
        settings = self.settings
        if self.guest is None:
            return settings.reader_tokens, settings.reader_questions
        if not self.addresses:
            return settings.day_tokens, ANY_NUMBER
        return int(settings.day_tokens * ADDRESS), settings.address_questions

    def give_back(self) -> Statement:
        """Gives back what the answer did not cost."""
        return Statement(SETTLE, (self.most - (self.used or 0), int(self.used is None), self.slice))

    def take_beside(self, db: Database) -> None:
        """Take them on another thread, in a batch of their own; whoever asks before it has ended is told no.

        Nothing waits for it: it touches nothing of the request, and may end with the next one.
        """

        def taken() -> None:
            try:
                with within(SECONDS):
                    [rows] = db.run(self.take())
                self.is_granted = bool(rows.values[0][0])
            except AppError as error:
                log.info("what the answer may cost could not be asked", exc_info=error)

        threading.Thread(target=copy_context().run, args=(taken,), daemon=True).start()


class SpendingDatabase(Database):
    """A reader's database: its first batch also takes what the answer may cost, the one after it gives back the rest.

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
        spending = self._spending
        if not self._has_taken:
            own, *rows = self._database.run(
                spending.take(), *statements, idempotent=idempotent, transaction=transaction
            )
            self._has_taken = True
            spending.is_granted = bool(own.values[0][0])
            return rows
        if not spending.is_granted or spending.is_being_written:
            return self._database.run(*statements, idempotent=idempotent, transaction=transaction)
        _, *rows = self._database.run(spending.give_back(), *statements, idempotent=idempotent, transaction=transaction)
        spending.is_granted = False
        return rows

    def close(self) -> None:
        """Close the connection of the database underneath."""
        self._database.close()
