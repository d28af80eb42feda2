"""One line that answers, where a section has one: a number, a definition, a command, the sentence that says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.answering.extractive.line_values import value
from shared.answering.extractive.lines import lines_in
from shared.answering.extractive.sections import is_past
from shared.answering.extractive.sureness import least_of_all, sure_of
from shared.answering.question.shapes import COMPARING
from shared.retrieval.lexical import stem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shared.answering.extractive.lines import Line
    from shared.answering.extractive.sections import Section
    from shared.answering.question.wanted import Wanted

READ: Final = 4
"""Sections in which a line is looked for."""
DOUBT: Final = 0.15
"""How much less sure another line is that makes the first one doubtful, where it gives another number or name."""


def direct(wanted: Wanted, sections: Sequence[Section]) -> tuple[str, Section] | None:
    """The line and its section; None where none is sure enough, or the question asks for none."""
    if not _asks_for_one(wanted):
        return None
    found = [
        (score + 0.3 / (1 + place) - len(line.text) / 2000, -place, line.text, section)
        for place, section in enumerate(each for each in sections[:READ] if not is_past(wanted, each.passage))
        for line in _lines(wanted, section)
        if (score := sure_of(wanted, line, section)) is not None
    ]
    if not found:
        return None
    score, _, line, section = max(found, key=lambda each: each[:2])
    given = value(wanted, line)
    others = (value(wanted, each) for sure, _, each, _ in found if sure >= score - DOUBT)
    return None if given and any(each and given.isdisjoint(each) for each in others) else (line, section)


def _asks_for_one(wanted: Wanted) -> bool:
    if COMPARING.search(wanted.question):
        return False  # what one of the two is does not tell how they differ
    return (
        wanted.names_a_task
        or bool(wanted.shape or wanted.asks_command or wanted.asks_what)
        or (wanted.asks_whether or wanted.asks_how or wanted.asks_fact)
    )


def _lines(wanted: Wanted, section: Section) -> Iterator[Line]:
    """All of a section; only those that it begins with, where all of it together says too little of the question."""
    said = section.terms | {stem("install")} if wanted.asks_install else section.terms
    if wanted.sureness(said) >= least_of_all(wanted):
        return lines_in(section)
    return (each for each in lines_in(section) if each.is_first)
