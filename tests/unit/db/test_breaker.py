"""While the database is away nobody waits for it, and one batch at a time looks whether it is back."""

from __future__ import annotations

import threading
import time
from contextlib import nullcontext

import pytest

from shared import deadline
from shared.breaker import LEAST_PATIENCE, PROBE_SECONDS, BreakerOpen, CircuitBreaker
from shared.db import USUAL, Database, Rows, Statement, Transaction
from shared.db.attempts import Failure
from shared.db.breaker import LOOK_SECONDS, GuardedDatabase
from shared.db.sqlstate import AWAY, BUSY, REFUSED, SLOW, Verdict
from shared.errors import AppError, DatabaseUnavailable, StatementFailed
from shared.observability import request_timings
from tests.fixtures.clock import Clock

ROWS = [Rows(("v",), ((1,),), 1)]
ASK = Statement("select 1 as v")


class Moody(Database):
    """Answers, or fails as it is told."""

    def __init__(self) -> None:
        self.verdict: Verdict | None = None
        self.asked = 0
        self.patience = 0.0
        self.waiting = threading.Event()
        self.go = threading.Event()
        self.go.set()
        self.closed = False

    def run(self, *statements: Statement, idempotent: bool = False, transaction: Transaction = USUAL) -> list[Rows]:
        assert statements
        self.asked += 1
        self.patience = deadline.remaining()
        self.waiting.set()
        self.go.wait(5)
        if self.verdict is not None:
            failure = Failure(self.verdict, f"{idempotent=}, {transaction=}")
            raise failure.for_caller() from failure
        return ROWS

    def close(self) -> None:
        self.closed = True


class OneIsSlow(Moody):
    """Answers every batch but those of one statement, which it never does in time."""

    def run(self, *statements: Statement, idempotent: bool = False, transaction: Transaction = USUAL) -> list[Rows]:
        self.verdict = SLOW if ASK in statements else None
        return super().run(*statements, idempotent=idempotent, transaction=transaction)


class StorageIsAway(Moody):
    """Neon's compute while its storage is away: it answers a look, and gives up on anything else after seconds."""

    def __init__(self, verdict: Verdict, seconds: float) -> None:
        super().__init__()
        self.stopwatch = Clock()
        self.failing: Verdict | None = verdict
        self._seconds = seconds

    def run(self, *statements: Statement, idempotent: bool = False, transaction: Transaction = USUAL) -> list[Rows]:
        self.verdict = self.failing if ASK in statements else None
        if self.verdict is not None:
            self.stopwatch.now += min(self._seconds, deadline.remaining())
        return super().run(*statements, idempotent=idempotent, transaction=transaction)


class Silent(Database):
    """Never answers a batch, and keeps whoever waits for one until somebody else has been answered."""

    def __init__(self) -> None:
        self.happened: list[str] = []
        self._looked = threading.Event()

    def run(self, *statements: Statement, idempotent: bool = False, transaction: Transaction = USUAL) -> list[Rows]:
        del idempotent, transaction
        if ASK not in statements:
            self.happened.append("the look")
            self._looked.set()
            return ROWS
        for _ in deadline.waits(time.monotonic() + deadline.remaining()):
            pass
        assert self._looked.wait(60), "nobody looks while the batch is waited for"
        self.happened.append("the batch is given up")
        raise DatabaseUnavailable from Failure(SLOW, "silent")

    def close(self) -> None:
        pass


class AnswersLate(Silent):
    """Answers a batch when its time is nearly up, and nothing else."""

    def run(self, *statements: Statement, idempotent: bool = False, transaction: Transaction = USUAL) -> list[Rows]:
        try:
            super().run(*statements, idempotent=idempotent, transaction=transaction)
        except DatabaseUnavailable:
            return ROWS
        raise DatabaseUnavailable from Failure(AWAY, "a look")


@pytest.fixture
def moody() -> Moody:
    return Moody()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def guarded(moody: Moody, clock: Clock) -> GuardedDatabase:
    return GuardedDatabase(moody, first_pause=2, longest_pause=6, clock=clock)


def fail(guarded: GuardedDatabase, error: type[AppError] = DatabaseUnavailable) -> None:
    with pytest.raises(error):
        guarded.run(ASK)


def test_a_healthy_database_is_simply_asked(moody: Moody, guarded: GuardedDatabase) -> None:
    assert [guarded.run(ASK, idempotent=True) for _ in range(3)] == [ROWS] * 3
    assert moody.asked == 3


def test_after_a_failure_calls_fail_without_asking(moody: Moody, guarded: GuardedDatabase, clock: Clock) -> None:
    moody.verdict = AWAY
    fail(guarded)
    clock.now += 1.9

    for _ in range(100):
        fail(guarded)

    assert moody.asked == 1


def test_a_slow_statement_of_one_reader_does_not_keep_others_from_asking(clock: Clock) -> None:
    guarded = GuardedDatabase(OneIsSlow(), clock=clock)
    for _ in range(3):
        fail(guarded)
        assert guarded.run(Statement("select 2 as v")) == ROWS


@pytest.mark.parametrize("verdict", [SLOW, BUSY])
def test_after_three_that_took_long_in_a_row_nobody_waits_though_the_compute_answers(
    clock: Clock, verdict: Verdict
) -> None:
    storage = StorageIsAway(verdict, seconds=3)
    guarded = GuardedDatabase(storage, first_pause=2, longest_pause=6, clock=clock, stopwatch=storage.stopwatch)
    for _ in range(3):
        fail(guarded)
    asked, spent = storage.asked, storage.stopwatch.now
    fail(guarded)
    assert (storage.asked, storage.stopwatch.now) == (asked, spent)

    clock.now += 2
    fail(guarded)  # the probe, which takes its second and finds the same
    assert storage.stopwatch.now == pytest.approx(spent + PROBE_SECONDS, abs=0.1)
    fail(guarded)
    assert storage.asked == asked + 1

    storage.failing = None
    clock.now += 4
    assert [guarded.run(ASK) for _ in range(2)] == [ROWS] * 2


def test_what_succeeds_or_is_refused_between_shows_that_only_some_statements_are_slow(clock: Clock) -> None:
    storage = StorageIsAway(SLOW, seconds=3)
    guarded = GuardedDatabase(storage, clock=clock, stopwatch=storage.stopwatch)
    for verdict in (None, REFUSED, None):
        storage.failing = SLOW
        for _ in range(2):
            fail(guarded)
        storage.failing = verdict
        if verdict:
            fail(guarded, StatementFailed)
        else:
            assert guarded.run(ASK) == ROWS


def test_errors_that_come_at_once_keep_nobody_waiting_and_open_nothing(clock: Clock) -> None:
    storage = StorageIsAway(BUSY, seconds=LEAST_PATIENCE / 2)
    guarded = GuardedDatabase(storage, clock=clock, stopwatch=storage.stopwatch)
    for _ in range(9):
        fail(guarded)
    assert storage.asked == 9


def test_where_nothing_is_answered_in_time_the_look_is_short_and_calls_then_fail_at_once(
    moody: Moody, guarded: GuardedDatabase
) -> None:
    moody.verdict = SLOW
    fail(guarded)
    assert (moody.asked, moody.patience <= LOOK_SECONDS) == (2, True)
    fail(guarded)
    assert moody.asked == 2


def test_the_look_is_taken_beside_the_wait_and_not_after_it() -> None:
    silent = Silent()
    guarded = GuardedDatabase(silent)
    for _ in range(2):
        fail(guarded)
    assert silent.happened == ["the look", "the batch is given up"] * 2, "and what answers a look is not away"


def test_a_batch_that_is_answered_in_the_last_moment_counts_whatever_the_look_says(clock: Clock) -> None:
    late = AnswersLate()
    guarded = GuardedDatabase(late, clock=clock)
    assert [guarded.run(ASK) for _ in range(2)] == [ROWS] * 2
    assert late.happened.count("the look") == 2


def test_there_is_time_for_the_look_though_the_caller_has_none_left(moody: Moody, guarded: GuardedDatabase) -> None:
    moody.verdict = SLOW
    with deadline.within(0):
        fail(guarded)
    assert 0 < moody.patience <= LOOK_SECONDS


def test_after_a_pause_one_batch_probes_with_little_time(moody: Moody, guarded: GuardedDatabase, clock: Clock) -> None:
    moody.verdict = AWAY
    fail(guarded)
    moody.verdict = None
    clock.now += 2

    assert guarded.run(ASK) == ROWS
    assert moody.patience <= PROBE_SECONDS
    assert guarded.run(ASK) == ROWS
    assert moody.patience > PROBE_SECONDS


def test_a_clock_that_was_set_back_lets_the_next_batch_probe(
    moody: Moody, guarded: GuardedDatabase, clock: Clock
) -> None:
    moody.verdict = AWAY
    fail(guarded)
    moody.verdict = None
    clock.now -= 3600

    assert guarded.run(ASK) == ROWS


def test_while_one_probes_the_others_still_fail_at_once(moody: Moody, guarded: GuardedDatabase, clock: Clock) -> None:
    moody.verdict = AWAY
    fail(guarded)
    clock.now += 2
    moody.verdict = None
    moody.waiting.clear()
    moody.go.clear()
    results: list[list[Rows]] = []
    probe = threading.Thread(target=lambda: results.append(guarded.run(ASK)))
    probe.start()
    moody.waiting.wait(5)

    fail(guarded)
    moody.go.set()
    probe.join(5)

    assert (results, moody.asked) == ([ROWS], 2)


def test_each_failed_probe_doubles_the_pause_up_to_a_limit(
    moody: Moody, guarded: GuardedDatabase, clock: Clock
) -> None:
    moody.verdict = AWAY
    fail(guarded)
    asked: list[int] = []
    for pause in (2, 4, 6, 6):
        clock.now += pause - 0.01
        fail(guarded)
        asked.append(moody.asked)
        clock.now += 0.01
        fail(guarded)

    assert asked == [1, 2, 3, 4]
    assert moody.asked == 5


@pytest.mark.parametrize(("verdict", "error"), [(REFUSED, StatementFailed), (BUSY, DatabaseUnavailable)])
def test_only_an_absent_database_opens_the_breaker(
    moody: Moody, guarded: GuardedDatabase, verdict: Verdict, error: type[AppError]
) -> None:
    moody.verdict = verdict
    for _ in range(3):
        fail(guarded, error)

    assert moody.asked == 3


def test_a_refused_statement_shows_that_the_database_is_back(
    moody: Moody, guarded: GuardedDatabase, clock: Clock
) -> None:
    moody.verdict = AWAY
    fail(guarded)
    clock.now += 2
    moody.verdict = REFUSED

    fail(guarded, StatementFailed)
    fail(guarded, StatementFailed)

    assert moody.asked == 3


def test_a_caller_in_a_hurry_does_not_open_the_breaker_for_others(moody: Moody, guarded: GuardedDatabase) -> None:
    moody.verdict = AWAY
    with deadline.within(0.2):
        fail(guarded)
    moody.verdict = None

    assert guarded.run(ASK) == ROWS


@pytest.mark.parametrize(("patience", "opens"), [(LEAST_PATIENCE, True), (LEAST_PATIENCE - 0.01, False)])
def test_half_a_second_is_enough_to_learn_something(patience: float, *, opens: bool) -> None:
    breaker = CircuitBreaker("it", first_pause=1, clock=Clock())
    breaker.found_away(patience)

    with pytest.raises(BreakerOpen) if opens else nullcontext(), breaker.admitted():
        pass


def test_time_spent_is_measured_as_db_even_when_it_fails(moody: Moody, guarded: GuardedDatabase) -> None:
    began = time.perf_counter()
    with request_timings() as spent:
        guarded.run(ASK)
        moody.verdict = AWAY
        fail(guarded)
        fail(guarded)

    assert list(spent) == ["db"]
    assert 0 < spent["db"] <= (time.perf_counter() - began) * 1000


def test_closing_closes_the_transport(moody: Moody, guarded: GuardedDatabase) -> None:
    guarded.close()

    assert moody.closed


def test_what_guards_says_what_it_guards(guarded: GuardedDatabase, moody: Moody) -> None:
    assert repr(guarded) == f"GuardedDatabase({moody!r})"
