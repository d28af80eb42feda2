"""For what something is counted: five a request are not five a file."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from shared.model.evidence import subjects
from shared.model.measures import seconds_of
from shared.model.numerals import SMALL, TENS
from shared.retrieval.lexical import stem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shared.model.evidence import Line
    from shared.model.figures import Figure

EACH: Final = re.compile(
    r"\b(?:per|each|every)[ -](?:(?:single|new|one|other|additional|individual) )?(?P<noun>[a-z][a-z-]+)\b",
    re.IGNORECASE,
)
NO_NOUNS: Final = frozenset({*SMALL, *TENS, "few", "of", "other", "one", "time", "such", "side", "half"})
_UNIT: Final = r"(?P<unit>second|minute|hour|day|week|month|year)\b"
ADVERBS: Final = {"hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month", "yearly": "year"}
REGULARLY: Final = re.compile(
    rf"\b(?:(?:every|once (?:per|an?|each|every)|last|past|next|previous) {_UNIT}|(?P<adverb>{'|'.join(ADVERBS)})\b)",
    re.IGNORECASE,
)
SINGLE: Final = re.compile(rf"\b(?:an?|each|per|one|the|last|past|next|previous)[ -]{_UNIT}(?P<adverb>)", re.IGNORECASE)
NUMBER: Final = re.compile(r"\d{1,12}(?:\.\d{1,12})?")


def is_counted_otherwise(told: Line, lines: Sequence[Line]) -> bool:
    """Whether the lines that say most of the claim count for each of something else, and do not speak of its."""
    nouns = _each(told.text)
    if not nouns:
        return False
    holding = [line for line in lines if any(each.says(figure) for each in line.figures for figure in told.figures)]
    most = max((len(line.terms & told.terms) for line in holding or lines), default=0)
    nearest = [line for line in holding or lines if len(line.terms & told.terms) == most]
    return most > 0 and any(all(_is_for_another(noun, line) for line in nearest) for noun in nouns)


def _is_for_another(noun: str, line: Line) -> bool:
    theirs = _each(line.text, times=True)
    return bool(theirs) and noun not in theirs and noun not in subjects(line.text)


def _each(text: str, *, times: bool = False) -> set[str]:
    nouns = (each["noun"].lower() for each in EACH.finditer(text))
    return {stem(each) for each in nouns if each not in NO_NOUNS and (times or seconds_of(each) is None)}


def is_done_at_other_times(text: str, lines: Iterable[Line]) -> bool:
    """Whether the claim says `hourly`, and the sources that tell how often say something else."""
    claimed = {seconds_of(_unit(each)) for each in REGULARLY.finditer(text)}
    if not claimed:
        return False
    told = [seconds for line in lines for seconds in _times(line)]
    return not claimed <= {None, *told}


def is_single(figure: Figure, lines: Iterable[Line]) -> bool:
    """Whether it is a time that the source tells without a number: 60 minutes where something is done each hour."""
    return figure.kind == "time" and any(not {*_singles(line.text)}.isdisjoint(_seconds(figure)) for line in lines)


def _times(line: Line) -> Iterable[Decimal | None]:
    """How long each time is that the line tells, with a number or without."""
    for each in line.figures:
        yield from _seconds(each) if each.kind == "time" else ()
        yield each.per
    yield from _singles(line.text)


def _singles(text: str) -> Iterable[Decimal | None]:
    return (seconds_of(_unit(each)) for each in (*REGULARLY.finditer(text), *SINGLE.finditer(text)))


def _seconds(figure: Figure) -> Iterable[Decimal]:
    return (Decimal(number) * figure.factor for number in figure.readings if NUMBER.fullmatch(number))


def _unit(found: re.Match[str]) -> str:
    return (found["unit"] or ADVERBS[found["adverb"].lower()]).lower()
