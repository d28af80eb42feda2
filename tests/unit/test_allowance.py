"""How much one address may ask without an account: a class may, a flood may not."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from shared.allowance import (
    GUESTS_VOTES,
    LOOKS_AT_HEALTH,
    LOOKS_AT_THE_DESK,
    QUESTIONS,
    REMEMBERED,
    Allowance,
    Allowances,
)
from shared.errors import TooManyRequests

CLASS = "203.0.113.7"


@dataclass
class Clock:
    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def let_through(allowances: Allowances, address: str = CLASS) -> bool:
    try:
        allowances.take(address)
    except TooManyRequests:
        return False
    return True


def test_three_hundred_students_with_two_questions_each_within_ten_minutes_are_answered() -> None:
    clock = Clock()
    allowances = Allowances(QUESTIONS, clock)
    for _ in range(300):  # all of them at once
        assert let_through(allowances)
    for _ in range(300):
        clock.now += 2
        assert let_through(allowances)


@pytest.mark.parametrize("allowance", [QUESTIONS, GUESTS_VOTES, LOOKS_AT_HEALTH, LOOKS_AT_THE_DESK])
def test_six_hundred_a_minute_are_not(allowance: Allowance) -> None:
    clock = Clock()
    allowances = Allowances(allowance, clock)
    answered = 0
    for _ in range(6_000):
        clock.now += 0.1
        answered += let_through(allowances)
    assert allowance.at_once <= answered <= allowance.at_once + 600 * allowance.a_second + 1
    assert let_through(allowances, "198.51.100.1")


def test_who_is_refused_is_told_when_it_is_worth_asking_again() -> None:
    clock = Clock()
    allowances = Allowances(Allowance(1, 0.25), clock)
    allowances.take(CLASS)
    with pytest.raises(TooManyRequests) as refused:
        allowances.take(CLASS)
    assert refused.value.headers == {"Retry-After": "4"}
    clock.now += 4
    allowances.take(CLASS)


def test_asking_on_while_refused_takes_nothing_more() -> None:
    clock = Clock()
    allowances = Allowances(Allowance(1, 1), clock)
    allowances.take(CLASS)
    for _ in range(9):
        clock.now += 0.1
        assert not let_through(allowances)
    clock.now += 0.11
    assert let_through(allowances)


def test_a_clock_that_was_set_back_locks_nobody_out() -> None:
    clock = Clock()
    allowances = Allowances(Allowance(1, 1), clock)
    allowances.take(CLASS)
    clock.now -= 3_600
    assert not let_through(allowances)
    clock.now += 1
    assert let_through(allowances)


def test_a_container_remembers_the_latest_addresses_only() -> None:
    allowances = Allowances(Allowance(1, 0.001), Clock())
    for number in range(REMEMBERED + 1):
        allowances.take(str(number))
    assert let_through(allowances, "0")
    assert not let_through(allowances, str(REMEMBERED))
