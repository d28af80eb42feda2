"""What a soak calls late: an answer that the product held up, not the machine that it shares."""

from __future__ import annotations

import httpx
import pytest

from tests.outage.pace import USUAL_SECONDS, Pace
from tests.outage.readers import CHAT_SECONDS, OTHER_SECONDS, Ledger, Promise


def late(ledger: Ledger) -> list[str]:
    return [how for promise, how in ledger.violations if promise is Promise.IN_TIME]


def saw(ledger: Ledger, what: str, seconds: float) -> None:
    ledger.saw(what, "POST /api/chat", httpx.Response(200, json={}), seconds)


def test_what_takes_longer_than_its_budget_is_late_on_a_machine_that_starts_a_container_as_usual() -> None:
    ledger = Ledger()
    for what, seconds in (("ask", CHAT_SECONDS - 0.1), ("ask", CHAT_SECONDS + 0.1), ("list", OTHER_SECONDS + 0.1)):
        saw(ledger, what, seconds)
    ledger.judge(USUAL_SECONDS)
    assert len(late(ledger)) == 2


@pytest.mark.parametrize(("seconds", "how_many"), [(CHAT_SECONDS + 5.9, 0), (CHAT_SECONDS + 6.1, 1)])
def test_where_containers_start_more_slowly_each_answer_may_wait_for_three_such_starts(
    seconds: float, how_many: int
) -> None:
    ledger = Ledger()
    saw(ledger, "ask", seconds)
    ledger.judge(USUAL_SECONDS + 2.0)
    assert len(late(ledger)) == how_many


def test_a_machine_that_is_quicker_than_usual_makes_no_budget_shorter() -> None:
    ledger = Ledger()
    saw(ledger, "ask", CHAT_SECONDS - 0.1)
    ledger.judge(0.0)
    assert late(ledger) == []


def test_the_pace_is_that_of_the_slowest_start_of_a_bare_framework() -> None:
    with Pace() as pace:
        pace.measure()
    assert pace.slowest >= min(pace.starts) > 0
