"""The first answer in an outage comes within 1.5 s, whatever the database does: proven on a clock that tests move."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import pytest

from shared import deadline
from shared.answering.models import Ask, Saved
from shared.answering.turn.chat import Chat
from shared.db import USUAL, Database, Rows, Statement, Transaction
from shared.db.attempts import BATCH_SECONDS, Batch, Failure, persist
from shared.db.breaker import LOOK_SECONDS, GuardedDatabase
from shared.db.sqlstate import BUSY, MAYBE_RUN, NOT_RUN, SLOW, UNDONE, Verdict
from shared.degraded import Missing
from shared.errors import DatabaseUnavailable
from shared.outbox.keeping import Kept
from shared.retrieval.blocks import Paragraph
from shared.retrieval.models import Found, Passage
from tests.fixtures.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.outbox.models import WaitingTurn

PROMISED: Final = 1.5
FOR_THE_REST: Final = 0.15
"""Of it, for what needs a processor: composing, sealing, queueing. The waits together leave so much."""

LIST_PROMISED: Final = 3.5

PASSAGE = Passage("https://site.test/arm", "arm", "Arm", (), (Paragraph("Calibrate the arm before you use it."),), 1.0)

Attempt = tuple[Verdict, float]
"""How an attempt fails, and after how many seconds where there is time for so many."""

FOR_EVER: Final = 60.0

WAYS: Final[dict[str, Sequence[Attempt]]] = {
    "never answers": [(SLOW, FOR_EVER)],
    "never lets in": [(NOT_RUN, FOR_EVER)],
    "refuses at once": [(NOT_RUN, 0.001)],
    "refuses late": [(NOT_RUN, 0.3)],
    "its name is looked up slowly, then it refuses": [(NOT_RUN, 1.19)],
    "TLS takes all the time but a little": [(NOT_RUN, 1.2499)],
    "a kept connection is dead, and a new one silent": [(NOT_RUN, 0.001), (SLOW, FOR_EVER)],
    "it is undone and then silent": [(UNDONE, 0.4), (SLOW, FOR_EVER)],
    "the connection breaks late, and the second is silent": [(MAYBE_RUN, 1.0), (SLOW, FOR_EVER)],
    "its storage gives up late": [(BUSY, 1.0)],
}


class Away(Database):
    """A database that is away in one way, behind the attempts that each transport makes."""

    def __init__(self, clock: Clock, attempts: Sequence[Attempt]) -> None:
        self._clock = clock
        self._attempts = attempts
        self._made = 0

    def run(self, *statements: Statement, idempotent: bool = False, transaction: Transaction = USUAL) -> list[Rows]:
        del transaction
        self._made = 0
        return persist(self._attempt, Batch("http", len(statements), idempotent))

    def _attempt(self) -> list[Rows]:
        verdict, seconds = self._attempts[min(self._made, len(self._attempts) - 1)]
        self._made += 1
        self._clock.now += min(seconds, deadline.remaining())
        raise Failure(verdict, "away")

    def close(self) -> None:
        pass


class Outbox:
    """Takes every turn at once."""

    owner = "user:ada"

    def prepare(self) -> None:
        pass

    def may_hold_turns(self) -> bool:
        return False

    def keep(self, turn: WaitingTurn) -> Kept:
        assert turn.answer
        return Kept(queued=True)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock by which waits end. Nothing really waits."""
    clock, ours, really = Clock(), threading.get_ident(), time.sleep

    def sleep(seconds: float) -> None:
        if threading.get_ident() == ours:
            clock.now += seconds
        else:  # whatever else runs in this process
            really(seconds)

    monkeypatch.setattr(time, "monotonic", clock)
    monkeypatch.setattr(time, "sleep", sleep)
    return clock


def guarded(clock: Clock, way: str) -> GuardedDatabase:
    return GuardedDatabase(Away(clock, WAYS[way]), clock=clock, stopwatch=clock)


@pytest.mark.parametrize("way", WAYS)
def test_the_chat_answers_within_its_second_and_a_half(clock: Clock, way: str) -> None:
    chat = Chat(lambda _: Found((PASSAGE,), 0.9, on_topic=True), guarded(clock, way), 50, outbox=Outbox())
    began = clock.now
    with deadline.within(25):
        reply = chat.reply(Ask("How do I calibrate the arm?", uuid4(), uuid4()))
    assert (reply.saved, reply.degraded) == (Saved.QUEUED, (Missing.DATABASE,))
    assert clock.now - began <= PROMISED - FOR_THE_REST


@pytest.mark.parametrize("way", WAYS)
def test_a_list_says_within_three_and_a_half_that_it_cannot_be_had(clock: Clock, way: str) -> None:
    database, began = guarded(clock, way), clock.now
    with deadline.within(25), pytest.raises(DatabaseUnavailable):
        database.run(Statement("select 1 as v"), idempotent=True)
    assert clock.now - began <= BATCH_SECONDS + LOOK_SECONDS
    assert BATCH_SECONDS + LOOK_SECONDS + FOR_THE_REST <= LIST_PROMISED
