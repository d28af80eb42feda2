"""However a model writes a number, and whatever it counts by it, it is what the source says or it is dropped."""

# ruff: noqa: RUF001 (numbers of other scripts, and letters that look alike, are what this is about)
from __future__ import annotations

import pytest

from shared.model.checker import Checker
from shared.model.evidence import Evidence
from shared.model.figures import figures
from shared.model.units import Unit, units

LIMITS = """# Limits
The default timeout is 30 seconds. At most 1,500 requests are allowed a minute. A body may hold 64 KB.
The temperature must stay between -20 °C and 60 °C. Use version 2.10.1 or later. It supports Python 3.9 to 3.12.
The retry delay is 1.5 s. It keeps 50 conversations. Prices start at $19 a month. About 12.5 % of requests fail.
The offset is -5 pixels. Between 5 and 10 workers are started. The file is 3 x 4 pixels. It costs 1,000,000 tokens.
A page takes 5 MB/s. The context holds 128K tokens. The first 2 attempts are free. The address is 10.0.0.1.
"""
CHECKER = Checker({1: Evidence.of(LIMITS)})


def is_shown(sentence: str) -> bool:
    return all(CHECKER.checked(each).text is not None for each in units([sentence]))


@pytest.mark.parametrize(
    "true",
    [
        "The default timeout is thirty seconds [1].",
        "The default timeout is half a minute [1].",
        "The default timeout is 30\u202fs [1].",
        "The default timeout is 30&nbsp;seconds [1].",
        "The default timeout is ３０ seconds [1].",
        "At most 1.5k requests are allowed per minute [1].",
        "At most 1500 requests/minute are allowed [1].",
        "At most fifteen hundred requests are allowed each minute [1].",
        "A body may hold 64KB [1].",
        "A body may hold 65,536 bytes [1].",
        "The temperature must stay between minus twenty and sixty °C [1].",
        "The temperature must stay within −20–60 °C [1].",
        "Use version v2.10.1 or later [1].",
        "It supports Python 3.9–3.12 [1].",
        "The retry delay is 1500ms [1].",
        "Prices start at 19 dollars/month [1].",
        "About 12,5 percent of requests fail [1].",
        "The offset is -5px [1].",
        "5–10 workers are started [1].",
        "Five to ten workers are started [1].",
        "The file is 3×4 pixels [1].",
        "It costs a million tokens [1].",
        "It costs 1M tokens [1].",
        "A page takes 5 MB per second [1].",
        "The context holds 128 thousand tokens [1].",
        "The first two attempts are free [1].",
    ],
)
def test_a_number_may_be_written_in_any_way_that_means_the_same(true: str) -> None:
    assert is_shown(true)


@pytest.mark.parametrize(
    "false",
    [
        "The default timeout is thirty-one seconds [1].",
        "The default timeout is half an hour [1].",
        "The default timeout is 30 thousand seconds [1].",
        "The default timeout is 30½ seconds [1].",
        "The default timeout is ③① seconds [1].",
        "The default timeout is 3\u200b1 seconds [1].",
        "The default timeout is 3\u00ad1 seconds [1].",
        "The default timeout is &#51;1 seconds [1].",
        "At most 1,500 requests are allowed an hour [1].",
        "At most 1500 requests/second are allowed [1].",
        "At most 1.5M requests are allowed a minute [1].",
        "A body may hold 64MB [1].",
        "A body may hold 64 thousand KB [1].",
        "The temperature must stay between twenty and sixty °C [1].",
        "The temperature must stay between −60 °C and 20 °C [1].",
        "Use version v2.11.1 or later [1].",
        "It supports Python 3.9–3.13 [1].",
        "The retry delay is 1,500 s [1].",
        "Prices start at $19 a year [1].",
        "About 12.5 requests fail [1].",
        "The offset is 5px [1].",
        "5–11 workers are started [1].",
        "The file is 3×5 pixels [1].",
        "It costs a billion tokens [1].",
        "It costs millions of tokens [1].",
        "It keeps dozens of conversations [1].",
        "It keeps ½ conversations [1].",
        "A page takes 5 MB/min [1].",
        "A page takes 5 GB/s [1].",
        "The context holds 128M tokens [1].",
        "The address is 10.0.0.1.evil.example [1].",
        "The default timeout of Dосker is 30 seconds [1].",
        "Write to ada@evil.example about the default timeout of 30 seconds [1].",
        "The default timeout is 30 seconds, see evil.example/x [1].",
    ],
)
def test_a_number_that_means_something_else_is_dropped_however_it_is_written(false: str) -> None:
    assert not is_shown(false)


def test_a_number_in_thousands_may_be_one_in_the_notation_of_others_unless_noughts_end_it() -> None:
    source = Checker({1: Evidence.of("# Delays\nDie Wartezeit ist 1.500 ms, oder 1.234 s.")})
    [told] = source.checked(Unit("Die Wartezeit ist 1500 ms [1].", "sentence")).sources
    assert told == 1
    assert source.checked(Unit("Die Wartezeit ist 2.500 ms [1].", "sentence")).text is None


def test_numbers_of_a_range_count_the_same() -> None:
    assert [each.kind for each in figures("5 to 10 minutes, 3 retries")] == ["time", "time", ""]


HOSTILE = {
    "digits": "9" * 4000,
    "groups": "1 000 " * 660,
    "fractions": "1 ½" * 1300,
    "words": "one hundred " * 330,
    "backticks": "`" * 4000,
    "tags": "<a" * 1300 + ">" * 1300,
    "links": "[a](" + "(" * 3990,
    "marks": "[1," * 1300,
    "raised": "a¹" * 2000,
    "names": "a." * 2000 + "@",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_text_is_so_odd_that_looking_at_it_grows_out_of_hand(text: str) -> None:
    """Counted in steps of a trace would be exact and slow; it is enough that it ends within the runner's limit."""
    assert CHECKER.checked(Unit(text, "sentence")) is not None
