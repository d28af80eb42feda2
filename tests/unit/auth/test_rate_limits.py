from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from shared.auth.limits.in_container import (
    ACCOUNT,
    CREDENTIALS,
    GENERAL,
    MAIL,
    MAILBOX,
    REMEMBERED,
    Limit,
    LocalCounts,
    Rule,
)
from shared.auth.limits.in_postgres import COUNT_REQUEST, LimitedDatabase
from shared.auth.refusals import OVER_LIMIT, Refused
from shared.db import USUAL, Database, Rows, Statement, Transaction
from shared.errors import DatabaseUnavailable, StatementFailed
from tests.fixtures.clock import Clock

SECRET = "unit-test-secret-0123456789-abcdefghijkl"
QUESTION = Statement("select 1")


@dataclass
class Scripted(Database):
    """Answers each statement with an empty result, or fails."""

    failure: Exception | None = None
    batches: list[tuple[Statement, ...]] = field(default_factory=list[tuple[Statement, ...]])

    def run(self, *statements: Statement, idempotent: bool = False, transaction: Transaction = USUAL) -> list[Rows]:
        del idempotent, transaction
        self.batches.append(statements)
        if self.failure:
            raise self.failure
        return [Rows((), ((statement.sql,),), 1) for statement in statements]

    def close(self) -> None:
        self.batches.clear()


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("/sign-in/email", CREDENTIALS),
        ("/sign-up/email", CREDENTIALS),
        ("/change-password", CREDENTIALS),
        ("/change-email", CREDENTIALS),
        ("/request-password-reset", MAIL),
        ("/send-verification-email", MAIL),
        ("/sign-in/of-another-kind", CREDENTIALS),
        ("/forget-password/otp", MAIL),
        ("/request-password-reset/otp", GENERAL),
        ("/reset-password", GENERAL),
        ("/get-session", GENERAL),
    ],
)
def test_each_route_has_better_auths_rule(path: str, rule: Rule) -> None:
    assert Limit.of_client("203.0.113.7", path) == Limit(f"203.0.113.7|{path}", rule, by_address=True)


@pytest.mark.parametrize(("path", "counted"), [("/ok/", "/ok"), ("/sign-in/email//", "/sign-in/email"), ("", "/")])
def test_slashes_at_the_end_do_not_count(path: str, counted: str) -> None:
    assert Limit.of_client("203.0.113.7", path).key == f"203.0.113.7|{counted}"


def test_unknown_addresses_share_one_counter() -> None:
    assert Limit.of_client("", "/sign-in/email").key == "no-trusted-ip|/sign-in/email"


def test_the_counter_of_an_account_does_not_tell_whose_it_is() -> None:
    limit = Limit.of_account("Ann@example.com", SECRET)
    assert limit == Limit.of_account("ann@EXAMPLE.com", SECRET)
    assert limit != Limit.of_account("ann@example.com", "the secret of another environment")
    assert limit.rule == ACCOUNT
    assert "ann" not in limit.key.lower()


def seconds_to_wait(counts: LocalCounts, limit: Limit) -> int | None:
    """What a request is told, or None when it is let through."""
    try:
        counts.count(limit)
    except Refused as refused:
        return refused.refusal.retry_after
    return None


def test_the_window_begins_anew_with_every_request_let_through_and_with_none_that_was_refused() -> None:
    clock, limit = Clock(), Limit.of_client("203.0.113.7", "/sign-in/email")
    counts = LocalCounts(clock)
    told: list[int | None] = []
    for pause in (0, 9, 9, 0, 4.5, 5.4, 0.1, 0, 0, 0):
        clock.now += pause
        told.append(seconds_to_wait(counts, limit))
    assert told == [None, None, None, 10, 6, 1, None, None, None, 10]


def test_a_clock_that_was_set_back_locks_nobody_out() -> None:
    clock, limit = Clock(), Limit("k", Rule(10, 1))
    counts = LocalCounts(clock)
    counts.count(limit)
    clock.now -= 3600
    counts.count(limit)


def test_a_container_remembers_the_latest_keys_only() -> None:
    counts = LocalCounts(Clock())
    rule = Rule(10, 1)
    for number in range(REMEMBERED + 1):
        counts.count(Limit(str(number), rule))
    counts.count(Limit("0", rule))
    assert seconds_to_wait(counts, Limit(str(REMEMBERED), rule)) == 10


def test_the_first_batch_counts_and_later_ones_do_not() -> None:
    database = Scripted()
    limited = LimitedDatabase(database, LocalCounts())
    limit = Limit.of_client("203.0.113.7", "/sign-in/email")
    limited.count(limit)
    assert [rows.values for rows in limited.run(QUESTION)] == [((QUESTION.sql,),)]
    limited.run(QUESTION)
    limited.count_what_is_due()
    counting = Statement(COUNT_REQUEST, (limit.key, 10, 3))
    assert database.batches == [(counting, QUESTION), (QUESTION,)]


def test_what_is_counted_here_alone_never_reaches_the_database() -> None:
    database = Scripted()
    limited = LimitedDatabase(database, LocalCounts())
    limited.count(Limit.of_client("203.0.113.7", "/get-session"))
    limited.count_what_is_due()
    assert database.batches == []


def refused_by_postgres(counts: LocalCounts, limit: Limit, seconds: int) -> Scripted:
    """A database that has just refused it."""
    database = Scripted(StatementFailed(OVER_LIMIT, f"{seconds} {limit.key}"))
    limited = LimitedDatabase(database, counts)
    limited.count(limit)
    with pytest.raises(Refused) as refused:
        limited.run(QUESTION)
    assert refused.value.refusal.retry_after == seconds
    return database


def test_what_postgres_refuses_is_refused_here_for_as_long() -> None:
    clock, limit = Clock(), Limit.of_client("203.0.113.7", "/request-password-reset")
    counts = LocalCounts(clock)
    refused_by_postgres(counts, limit, 50)
    clock.now += 49.5
    assert seconds_to_wait(counts, limit) == 1
    clock.now += 1
    assert seconds_to_wait(counts, limit) is None


def test_what_may_be_forgiven_is_asked_for_again_every_ten_seconds() -> None:
    clock, limit = Clock(), Limit.of_account("ann@example.com", SECRET)
    counts = LocalCounts(clock)
    refused_by_postgres(counts, limit, 700)
    clock.now += 9.5
    assert seconds_to_wait(counts, limit) == 691
    clock.now += 1
    assert seconds_to_wait(counts, limit) is None


def test_other_failures_stay_what_they_are() -> None:
    for failure in (StatementFailed("23505"), DatabaseUnavailable()):
        limited = LimitedDatabase(Scripted(failure), LocalCounts())
        limited.count(Limit.of_client("", "/sign-in/email"))
        with pytest.raises(type(failure)):
            limited.run(QUESTION)


def test_an_outage_does_not_hide_why_a_request_was_refused() -> None:
    limited = LimitedDatabase(Scripted(DatabaseUnavailable()), LocalCounts())
    limited.count(Limit.of_client("", "/sign-in/email"))
    limited.count_what_is_due()


def test_switched_off_nothing_is_counted() -> None:
    database = Scripted()
    limited = LimitedDatabase(database, None)
    for _ in range(200):
        limited.count(Limit.of_client("", "/sign-in/email"))
    limited.run(QUESTION, *limited.forgiving(Limit.of_account("ann@example.com", SECRET)))
    assert database.batches == [(QUESTION,)]
    limited.close()
    assert database.batches == []


def test_attempts_on_an_account_are_counted_in_postgres_alone_where_signing_in_forgives_them() -> None:
    counts = LocalCounts(Clock())
    for _ in range(ACCOUNT.most + 1):
        counts.count(Limit.of_account("ann@example.com", SECRET))


@pytest.mark.parametrize(
    ("rule", "seconds", "most"),
    [(GENERAL, 10, 100), (CREDENTIALS, 10, 3), (MAIL, 60, 3), (ACCOUNT, 900, 10), (MAILBOX, 3600, 5)],
)
def test_so_many_requests_are_let_through(rule: Rule, seconds: int, most: int) -> None:
    assert (rule.seconds, rule.most) == (seconds, most)


def test_what_postgres_refuses_is_let_through_again_in_the_very_second_that_it_named() -> None:
    clock = Clock()
    counts, limit = LocalCounts(clock), Limit.of_session("token", SECRET)
    counts.fill(limit, 5)
    clock.now += 5
    counts.count(limit)


def test_a_key_that_is_counted_again_is_remembered_for_longer() -> None:
    clock = Clock()
    counts = LocalCounts(clock)
    first = Limit("first", Rule(10, 2))
    counts.count(first)
    for number in range(REMEMBERED - 1):
        counts.count(Limit(f"{number}", Rule(10, 2)))
    counts.count(first)
    counts.count(Limit("one more", Rule(10, 2)))
    with pytest.raises(Refused):
        counts.count(first)


def test_something_else_that_a_request_comes_to_is_counted_at_once_and_allowed_unless_it_is_too_much() -> None:
    database, limit = Scripted(), Limit.of_account("ann@example.com", SECRET)
    limited = LimitedDatabase(database, LocalCounts(Clock()))
    assert limited.allows(limit)
    [[counted]] = database.batches
    assert (counted.sql, counted.params[0]) == (COUNT_REQUEST, limit.key)

    database.failure = StatementFailed(OVER_LIMIT, constraint=f"7 {limit.key}")
    assert not limited.allows(limit)


def test_what_a_routes_own_statements_counted_is_refused_for_as_long_as_they_say() -> None:
    limited = LimitedDatabase(Scripted(StatementFailed(OVER_LIMIT, constraint="50 mail|ann")), LocalCounts(Clock()))
    with pytest.raises(Refused) as refused:
        limited.run(QUESTION)
    assert refused.value.refusal.retry_after == 50
