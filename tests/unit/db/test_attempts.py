"""How often a batch is tried, and what its caller gets in the end."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from shared import deadline
from shared.db import Rows
from shared.db.attempts import PAUSES, Batch, Failure, persist, unhurried
from shared.db.sqlstate import AWAY, BUSY, MAYBE_RUN, NOT_RUN, REFUSED, UNDONE, Verdict
from shared.errors import AppError, DatabaseUnavailable, StatementFailed
from shared.observability import log

if TYPE_CHECKING:
    from collections.abc import Iterator

ROWS = [Rows(("v",), ((1,),), 1)]


class Attempts:
    """Fails with each of the verdicts in turn, then succeeds."""

    def __init__(self, *verdicts: Verdict) -> None:
        self.verdicts: Iterator[Verdict] = iter(verdicts)
        self.made = 0

    def __call__(self) -> list[Rows]:
        self.made += 1
        for verdict in self.verdicts:
            raise Failure(verdict, "no luck")
        return ROWS


@pytest.mark.parametrize(
    ("verdicts", "idempotent", "made"),
    [
        ([], False, 1),
        ([NOT_RUN, UNDONE, NOT_RUN], False, 4),
        ([MAYBE_RUN, MAYBE_RUN, MAYBE_RUN], True, 4),
        ([NOT_RUN, MAYBE_RUN], True, 3),
    ],
)
def test_what_can_be_tried_again_is_tried_until_it_succeeds(
    verdicts: list[Verdict], made: int, *, idempotent: bool
) -> None:
    attempts = Attempts(*verdicts)

    assert persist(attempts, Batch("http", 1, idempotent=idempotent)) == ROWS
    assert attempts.made == made


@pytest.mark.parametrize(
    ("verdicts", "idempotent", "made", "error"),
    [
        ([REFUSED], True, 1, StatementFailed),
        ([BUSY], True, 1, DatabaseUnavailable),
        ([AWAY], True, 1, DatabaseUnavailable),
        ([MAYBE_RUN], False, 1, DatabaseUnavailable),
        ([NOT_RUN, MAYBE_RUN], False, 2, DatabaseUnavailable),
        ([UNDONE] * 9, False, 4, DatabaseUnavailable),
        ([NOT_RUN, REFUSED], True, 2, StatementFailed),
    ],
)
def test_everything_else_ends_in_an_error_of_ours(
    verdicts: list[Verdict], made: int, error: type[AppError], *, idempotent: bool
) -> None:
    attempts = Attempts(*verdicts)

    with pytest.raises(error) as caught:
        persist(attempts, Batch("http", 1, idempotent=idempotent))

    assert attempts.made == made
    assert isinstance(caught.value.__cause__, Failure)


def test_a_batch_has_three_seconds_with_all_its_attempts_more_where_nobody_waits_and_never_more_than_is_left() -> None:
    left: list[float] = []

    def attempt() -> list[Rows]:
        left.append(deadline.remaining())
        return ROWS

    persist(attempt, Batch("http", 1, idempotent=False))
    with unhurried():
        persist(attempt, Batch("http", 1, idempotent=False))
        with deadline.within(3):
            persist(attempt, Batch("http", 1, idempotent=False))

    assert 2 < left[0] <= 3 < left[1] <= 8, "what specs/degraded-mode.md promises"
    assert left[2] <= 3


def test_nobody_pauses_for_longer_than_the_deadline_leaves() -> None:
    attempts = Attempts(*[NOT_RUN] * 9)

    with deadline.within(0.001), pytest.raises(DatabaseUnavailable):
        persist(attempts, Batch("http", 1, idempotent=False))

    assert attempts.made < 4, "a pause is a millisecond at most by chance once in fifty times, three are never"


def test_before_each_further_attempt_it_waits_for_a_moment_that_chance_chooses() -> None:
    waited: list[list[float]] = []
    for _ in range(20):
        pauses: list[float] = []
        persist(Attempts(*[NOT_RUN] * 3), Batch("http", 1, idempotent=False), pauses.append)
        waited.append(pauses)

    assert all(0 <= pause <= bound for pauses in waited for pause, bound in zip(pauses, PAUSES, strict=True))
    assert len({pause for pauses in waited for pause in pauses}) == 60, (
        "clients that failed together do not come together"
    )


def test_all_pauses_together_are_short() -> None:
    assert len(PAUSES) == 3
    assert sum(PAUSES) < 0.5


def test_a_violated_constraint_reaches_the_caller_by_name() -> None:
    def attempt() -> list[Rows]:
        raise Failure(REFUSED, "duplicate key value", sqlstate="23505", constraint="user_email_key")

    with pytest.raises(StatementFailed) as caught:
        persist(attempt, Batch("http", 1, idempotent=False))

    assert (caught.value.sqlstate, caught.value.constraint) == ("23505", "user_email_key")


def test_what_is_logged_quotes_no_value() -> None:
    quoting = Failure(REFUSED, 'invalid input syntax for type uuid: "secret"', sqlstate="22P02", request_id="abc")
    plain = Failure(REFUSED, "first line\nDETAIL: secret", sqlstate="42P01")

    assert str(quoting) == "22P02: (the message is not logged) [neon-request-id abc]"
    assert str(plain) == "42P01: first line"


def test_on_lambda_each_batch_is_counted_in_cloudwatchs_format(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "chat")
    log.append_keys(route="POST /api/chat")

    began = time.perf_counter()
    persist(Attempts(UNDONE, UNDONE), Batch("pooled", 7, idempotent=False), lambda _: time.sleep(0.002))
    took = (time.perf_counter() - began) * 1000
    log.remove_keys(["route"])

    counted = json.loads(capsys.readouterr().out.splitlines()[-1])
    [told] = counted["_aws"]["CloudWatchMetrics"]
    assert (told["Namespace"], told["Dimensions"]) == ("docs-chatbot", [["stack", "route", "transport"]])
    assert {metric["Name"]: metric["Unit"] for metric in told["Metrics"]} == {
        "DatabaseMilliseconds": "Milliseconds",
        "DatabaseStatements": "Count",
        "DatabaseRetries": "Count",
    }
    assert (counted["route"], counted["transport"]) == ("POST /api/chat", "pooled")
    assert (counted["DatabaseStatements"], counted["DatabaseRetries"]) == ([7.0], [2.0])
    assert 4 <= counted["DatabaseMilliseconds"][0] <= took


def test_elsewhere_nothing_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    persist(Attempts(), Batch("pooled", 1, idempotent=False))

    assert capsys.readouterr().out == ""
