from __future__ import annotations

import threading
import time

import pytest

from shared.answering.turn.parallel import in_background
from shared.deadline import remaining, within
from shared.errors import NotFound
from shared.observability import measured, request_timings


def test_the_call_and_the_block_run_at_once() -> None:
    both = threading.Barrier(2)

    with in_background(lambda: both.wait(60)) as call:
        both.wait(60)

    assert call.result() in {0, 1}


def test_the_deadline_and_the_timings_go_along() -> None:
    def call() -> float:
        with measured("qdrant"):
            return remaining()

    with request_timings() as spent, within(3), in_background(call) as left:
        pass

    assert left.result() <= 3
    assert "qdrant" in spent


def test_an_error_of_the_call_comes_with_its_result() -> None:
    def call() -> None:
        raise NotFound

    with in_background(call) as outcome:
        pass

    with pytest.raises(NotFound):
        outcome.result()


def test_an_error_of_the_block_waits_for_the_call() -> None:
    finished: list[bool] = []

    def call() -> None:
        time.sleep(0.1)
        finished.append(True)

    with pytest.raises(NotFound), in_background(call):
        raise NotFound

    assert finished == [True]
