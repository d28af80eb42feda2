"""One line that answers, where a section has one: a number, a date, a definition, the sentence that says yes or no."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from shared.answering.sentences import split
from shared.answering.units import lines_of
from shared.retrieval.lexical import stem, terms, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shared.answering.sections import Section
    from shared.answering.wanted import Wanted

READ: Final = 4
"""Sections in which a line is looked for."""
LONGEST: Final = 320
SHORTEST: Final = 4
"""Characters, and words, of a line that can stand alone."""
SURE: Final = 0.75
"""Share of the question that a line must say, its headings included where a number is asked for."""
SURE_WHETHER: Final = 0.9

DEFINING: Final = re.compile(r"\s(?:is|are|was|represents?|refers to|means|stands for)\s|\s?:\s|\s[–—-]\s")  # noqa: RUF001 (a dash)


def direct(wanted: Wanted, sections: Sequence[Section]) -> tuple[str, Section] | None:
    """The line and its section; None where none is sure enough."""
    found = [
        (score + 0.3 / (1 + place) - len(line) / 2000, -place, line, section)
        for place, section in enumerate(sections[:READ])
        for line in _lines(section)
        if (score := _sure(wanted, line, section)) is not None
    ]
    if not found:
        return None
    *_, line, section = max(found, key=lambda each: each[:2])
    return line, section


def _lines(section: Section) -> Iterator[str]:
    for unit in section.units:
        for block in unit.blocks:
            for text in lines_of(block):
                yield from (each for each in split(text) if _stands_alone(each))


def _stands_alone(line: str) -> bool:
    return not line.endswith((":", "?")) and len(line) <= LONGEST and len(words(line)) >= SHORTEST


def _sure(wanted: Wanted, line: str, section: Section) -> float | None:
    """How much of the question the line says; None where it is not the kind of line that was asked for."""
    own = frozenset(terms(line))
    if not wanted.share(own):
        return None
    if wanted.shape is not None:
        said = wanted.share(own | frozenset(terms(" ".join(section.passage.heading_path))))
        return said if wanted.shape.search(line) and said >= SURE else None
    said = wanted.share(own)
    if wanted.asks_what:
        return said if said >= SURE and defines(wanted, line) else None
    if wanted.asks_whether:
        return said if said >= SURE_WHETHER else None
    return None


def defines(wanted: Wanted, line: str) -> bool:
    """Whether the line begins with what the question asks about, and says what it is."""
    subject = wanted.subject
    begin = DEFINING.split(line, maxsplit=1)
    if len(begin) < 2 or not subject:  # noqa: PLR2004 (it defines nothing)
        return False
    before = [stem(word) for word in words(begin[0])]
    return all(each in before for each in subject) and len(before) <= len(subject) + 6
