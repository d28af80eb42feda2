"""Dates in a source in both of the ways in which people write them: a model may turn one into the other."""

from __future__ import annotations

import re
from typing import Final

MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
NUMBERS: Final = {month[:3].lower(): number for number, month in enumerate(MONTHS, 1)}
LAST_DAY: Final = 31

MONTH: Final = "|".join(f"{each[:3]}(?:{each[3:]}|\\.)?" if each[3:] else each for each in MONTHS)
IN_DIGITS: Final = re.compile(r"(?<![\w./-])(?P<year>[12]\d{3})-(?P<month>\d\d)-(?P<day>\d\d)(?![\w/-])")
IN_WORDS: Final = re.compile(
    rf"\b(?:(?P<before>\d{{1,2}})(?:st|nd|rd|th)?\.? (?:of )?)?(?P<month>{MONTH})"
    rf"(?: (?P<after>\d{{1,2}})(?:st|nd|rd|th)?(?=,? [12]\d{{3}}\b))?,? (?P<year>[12]\d{{3}})\b"
)


def in_both_ways(text: str) -> str:
    """The text with `2025-03-14` beside each `March 14, 2025`, and the other way round."""
    return IN_DIGITS.sub(_with_words, IN_WORDS.sub(_with_digits, text))


def _with_digits(found: re.Match[str]) -> str:
    day = int(found["before"] or found["after"] or 0)
    if not 0 < day <= LAST_DAY:
        return found[0]
    return f"{found[0]} {found['year']}-{NUMBERS[found['month'][:3].lower()]:02}-{day:02}"


def _with_words(found: re.Match[str]) -> str:
    number, day = int(found["month"]), int(found["day"])
    if not (0 < number <= len(MONTHS) and 0 < day <= LAST_DAY):
        return found[0]
    return f"{found[0]} {MONTHS[number - 1]} {day}, {found['year']}"
