"""What a model or a page writes cannot keep the check busy: its time grows with the length, and not with its square."""

from __future__ import annotations

import time

import pytest

from shared.model.checker import LONGEST, MOST, Checker
from shared.model.evidence import Evidence
from shared.model.units import units

SOURCE = "# Limits\nThe installer needs 2 GB of memory, and makes at most 5 retries per request before it stops."
GROWTH = 9.0
"""Of four times as much: 4 where time grows with the length, 16 where it grows with its square."""
LEAST_SECONDS = 0.004
"""Below it, the machine is measured and not the check."""

REPEATED = [
    "`",
    "~",
    "````a\n",
    "a\n",
    "-\n",
    "a",
    "?",
    "A. ",
    "e.g. ",
    " \t",
    "- ",
    "|- ",
    "1,000 ",
    "twice ",
    "5 s, 6 and ",
    "5 per request ",
    "at most 5 ",
    "before ",
    "no more than a ",
    "Ibm, ",
    "January 1, 2025 ",
    "[1] ",
    "![a](b",
    "<!--",
]


@pytest.mark.parametrize("repeated", REPEATED)
def test_four_times_as_much_takes_about_four_times_as_long(repeated: str) -> None:
    short, long = (min(seconds_for(repeated, size) for _ in range(2)) for size in (6_000, 24_000))
    assert long < GROWTH * max(short, LEAST_SECONDS)


def seconds_for(repeated: str, size: int) -> float:
    """Of the processor, for an answer that comes in pieces and cites a page that says the same."""
    text = (repeated * size)[:size]
    began = time.thread_time()
    checker = Checker({1: Evidence.of(SOURCE), 2: Evidence.of(f"{SOURCE}\n\n{text}")})
    for unit in units(text[at : at + 32] for at in range(0, size, 32)):
        checker.checked(unit)
    return time.thread_time() - began


@pytest.mark.parametrize("lines", [["a = 1"] * 400, [f"a{at} = {at}" for at in range(400)]])
def test_a_long_block_of_code_is_found_line_by_line(lines: list[str]) -> None:
    block = "\n".join(["```", *lines, "```"])
    [unit] = units([block])
    assert Checker({1: Evidence.of(f"{SOURCE}\n\n{block}")}).checked(unit).text == block


@pytest.mark.parametrize(
    "unit",
    [
        "The installer needs 2 GB of memory" + " and memory" * (LONGEST // 10),
        "The installer needs " + "2 GB, " * MOST + "2 GB",
    ],
)
def test_a_sentence_that_is_too_long_or_tells_too_many_numbers_to_be_compared_is_not_shown(unit: str) -> None:
    checker = Checker({1: Evidence.of(SOURCE)})
    assert [checker.checked(each).text for each in units([f"{unit} [1]."])] == [None]
