"""What must not be told by how long it takes."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, TypeVar

import pytest

from shared.auth.accounts.options import same_time

if TYPE_CHECKING:
    from collections.abc import Coroutine

Result = TypeVar("Result")


def run(work: Coroutine[None, None, Result]) -> Result:
    # with a factory the runner leaves alone the loop that Mangum made for this thread
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(work)


@pytest.mark.parametrize(("needed", "least"), [(0.0, 0.1), (0.05, 0.1), (0.11, 0.2), (0.21, 0.3)])
def test_a_block_ends_with_the_next_whole_time_whatever_it_needed(needed: float, least: float) -> None:
    async def block() -> float:
        began = time.monotonic()
        async with same_time(0.1):
            await asyncio.sleep(needed)
        return time.monotonic() - began

    assert run(block()) >= least - 0.001  # asyncio's clock ticks in steps


def test_without_a_time_nothing_is_waited_for() -> None:
    async def blocks() -> int:
        done = 0
        for _ in range(1000):
            async with same_time(0):
                done += 1
        return done

    assert run(blocks()) == 1000
