"""One line that answers, where a section has one: a number, a definition, a command, the sentence that says it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from shared.answering.criteria import (
    ASKS_DEFAULT,
    DENIES,
    INHERITS,
    INSTALLS,
    LEANS,
    NAME,
    OPENS,
    POINTS,
    SHORTEST,
    YES_OR_NO,
    adds,
    decides,
    defines,
    is_cut,
    is_entry_of_another,
    is_labelled,
    is_prose,
    is_told_by_somebody,
    tells,
    value,
)
from shared.answering.sentences import split
from shared.answering.units import lines_of, row_as_line
from shared.answering.wanted import ALL
from shared.retrieval.blocks import Admonition, Code, Paragraph, Table
from shared.retrieval.lexical import stem, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shared.answering.sections import Section
    from shared.answering.units import Unit
    from shared.answering.wanted import Wanted
    from shared.retrieval.blocks import Block

READ: Final = 4
"""Sections in which a line is looked for."""
LONGEST: Final = 320
"""Characters of a line that can stand alone."""
LONGEST_COMMAND: Final = 120
SURE: Final = 0.75
"""Share of the question that a line must say, its headings included where a number or a command is asked for."""
SURE_WHETHER: Final = 0.8
SURE_ITEM: Final = 0.3
SURE_HOW: Final = 0.9
SURE_FACT: Final = 0.78
NEVER: Final = 2.0
DOUBT: Final = 0.15
"""How much less sure another line is that makes the first one doubtful, where it gives another number or name."""
LEAST_TERMS: Final = 3
"""Of a question that asks for nothing of a certain shape: with fewer, a line says them all by chance."""
LEAST_TERMS_TO_DO: Final = 2
"""The same of what somebody wants to do: "how do I start it?" is held by whatever starts."""
ADDRESS: Final = re.compile(r"\b\w+://\S+")
"""What stands in one says nothing: every host of an OpenAI-compatible service has `openai` somewhere in its address."""
LETTERS: Final = re.compile(r"[^\W\d_]{2}")


@dataclass(frozen=True, slots=True)
class Line:
    """One that could stand alone.

    Attributes:
        text: As it would be shown.
        is_first: The section's prose begins with it.
        introduced: By these words, where it is something to type.
        about: Of a row, the cell that names it, and the name of that column.
        cells: Of a row, without the names of its columns, which every row has.
        decides: Of a row, whether a cell is a yes or a no.
    """

    text: str
    is_first: bool = False
    introduced: str | None = None
    about: str | None = None
    cells: str = ""
    decides: bool = False

    @classmethod
    def of_row(cls, table: Table, row: Sequence[str]) -> Line:
        """A row with the names of its columns."""
        at = next((at for at, cell in enumerate(row) if LETTERS.search(cell)), 0)
        about = " ".join((row[at], *table.head[at : at + 1]))
        decides = any(YES_OR_NO.match(cell) for cell in row)
        return cls(row_as_line(table, row), about=about, cells=" ".join(row), decides=decides)


def direct(wanted: Wanted, sections: Sequence[Section]) -> tuple[str, Section] | None:
    """The line and its section; None where none is sure enough, or the question asks for none."""
    if not _asks_for_one(wanted):
        return None
    found = [
        (score + 0.3 / (1 + place) - len(line.text) / 2000, -place, line.text, section)
        for place, section in enumerate(sections[:READ])
        for line in _lines(section)
        if (score := _sure(wanted, line, section)) is not None
    ]
    if not found:
        return None
    score, _, line, section = max(found, key=lambda each: each[:2])
    told = value(wanted, line)
    others = (value(wanted, each) for sure, _, each, _ in found if sure >= score - DOUBT)
    return None if told and any(each and told.isdisjoint(each) for each in others) else (line, section)


def _asks_for_one(wanted: Wanted) -> bool:
    return bool(wanted.shape or wanted.asks_command or wanted.asks_what) or (
        wanted.asks_whether or wanted.asks_how or wanted.asks_fact
    )


def _lines(section: Section) -> Iterator[Line]:
    first = True
    for unit in section.units:
        yield from _commands(unit)
        for block in unit.blocks:
            if isinstance(block, Table):
                yield from (Line.of_row(block, row) for row in block.rows)
                continue
            for text in lines_of(block):
                for each in _pieces(block, text):
                    yield Line(each, is_first=first)
                    first = first and is_labelled(each)


def _pieces(block: Block, text: str) -> Sequence[str]:
    """Sentences; but an entry that is not too long stays whole: only its beginning says what it is about."""
    if isinstance(block, Paragraph | Admonition) or len(text) > LONGEST:
        return split(text)
    return [text]


def _commands(unit: Unit) -> Iterator[Line]:
    codes = [each for each in unit.blocks if isinstance(each, Code)]
    for each in codes:
        if "\n" not in each.text.strip() and len(each.text) <= LONGEST_COMMAND and "`" not in each.text:
            yield Line(f"`{each.text.strip()}`", introduced=unit.text)


def _sure(wanted: Wanted, line: Line, section: Section) -> float | None:
    """How much of the question the line says; None where it is not the kind of line that was asked for."""
    headings = wanted.held_by(" ".join(section.passage.heading_path))
    if line.introduced is not None:
        return _sure_to_type(wanted, line, line.introduced, headings)
    own = wanted.held_by(ADDRESS.sub(" ", line.text))
    if not _stands_alone(wanted, line) or not _is_of_what_is_named(wanted, line, own | headings):
        return None
    if wanted.shape is not None:
        return _sure_of_shape(wanted, line.text, own, headings)
    if _begins_what_is_asked_about(wanted, line, own, section):
        return 1.0
    said = wanted.sureness(own)
    return said if said >= _least(wanted, line) else None


def _is_of_what_is_named(wanted: Wanted, line: Line, said: frozenset[str]) -> bool:
    """The numbers, signs and identifiers that the question names stand there: another version is another thing."""
    return wanted.numbers.union(wanted.asked.identifiers) <= said and all(
        each in line.text for each in wanted.asked.signs
    )


def _stands_alone(wanted: Wanted, line: Line) -> bool:
    """It ends, is not too long, and has words enough; a number needs none. A row is about what the question names."""
    if (
        line.text.endswith((":", "?", "...", "…"))
        or len(line.text) > LONGEST
        or is_told_by_somebody(line.text)
        or is_cut(line.text)
        or POINTS.search(line.text)
    ):
        return False
    if line.about is not None and not _is_about_what_is_asked(wanted, line.about, line.cells):
        return False
    return wanted.shape is not None or line.decides or len(words(line.text)) >= SHORTEST


def _is_about_what_is_asked(wanted: Wanted, about: str, cells: str) -> bool:
    """A row; one that has a number need not have the name first, and one that says nearly all need not at all."""
    if wanted.asks_what and not wanted.shape and not is_prose(cells.removeprefix(about)):
        return False
    said = wanted.share(wanted.held_by(cells))
    enough = said >= SURE and not wanted.asks_what_happens
    return bool(said and wanted.shape) or enough or wanted.share(wanted.held_by(about)) > 0


def _sure_to_type(wanted: Wanted, line: Line, introduced: str, headings: frozenset[str]) -> float | None:
    if not wanted.asks_command or (wanted.asks_install and not _installs_it(wanted, line.text)):
        return None
    said = headings | wanted.held_by(introduced)
    if wanted.asks_install:
        said |= {stem("install")}
    return wanted.sureness(said) if wanted.sureness(said) >= SURE else None


def _installs_it(wanted: Wanted, command: str) -> bool:
    """It installs what the question names, not something that belongs to it: `jest`, not `@types/jest`."""
    last = frozenset(map(stem, words(command.rpartition(" ")[2])))
    return bool(INSTALLS.search(command)) and last <= wanted.weights.keys()


def _sure_of_shape(wanted: Wanted, line: str, own: frozenset[str], headings: frozenset[str]) -> float | None:
    assert wanted.shape is not None  # noqa: S101 (asked for above)
    if (
        not (wanted.share(own) or wanted.share(headings) >= ALL)
        or not wanted.shape.search(line)
        or not wanted.decisive <= own | headings
        or (ASKS_DEFAULT.search(wanted.question) and is_entry_of_another(wanted, line))
    ):
        return None
    said = wanted.sureness(own | headings)
    return said if said >= SURE else None


def _begins_what_is_asked_about(wanted: Wanted, line: Line, own: frozenset[str], section: Section) -> bool:
    """The first sentence of the one section that has what is asked about as its heading."""
    heading = section.passage.heading
    leans = is_labelled(line.text) or INHERITS.search(line.text) or OPENS.match(line.text) or LEANS.search(line.text)
    if not line.is_first or leans or not wanted.asks_about(heading):
        return False
    if section.says_parent:
        return wanted.share(own) >= ALL
    return wanted.share(own) >= SURE or bool(NAME.search(heading))


def _least(wanted: Wanted, line: Line) -> float:
    """The share of the question that a sentence must say to answer it; more than all where it does not answer."""
    if wanted.asks_what:
        # what is asked now need not say again what it is of
        return (SURE_ITEM if wanted.focus else SURE) if defines(wanted, line.text) else NEVER
    if LEANS.search(line.text):
        return NEVER
    if wanted.asks_whether:
        yes_or_no = line.decides or decides(wanted, ADDRESS.sub(" ", line.text), SURE_WHETHER)
        return SURE_WHETHER if yes_or_no else NEVER
    if DENIES.search(line.text) and not DENIES.search(wanted.question):
        return NEVER
    if wanted.asks_how:
        return SURE_HOW if len(wanted.weights) >= LEAST_TERMS_TO_DO and tells(wanted, line.text) else NEVER
    return SURE_FACT if wanted.asks_fact and len(wanted.weights) >= LEAST_TERMS and adds(wanted, line.text) else NEVER
