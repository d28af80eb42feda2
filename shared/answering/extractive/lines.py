"""What of a section could answer by itself, line by line, and whether a line says yes or no."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from shared.answering.extractive.criteria import (
    BEGINS_WITH_CODE,
    NUMBER,
    POINTER,
    SUBORDINATE,
    YES_OR_NO,
    is_labelled,
    qualifiers,
)
from shared.answering.extractive.sentences import split
from shared.answering.extractive.units import lines_of, row_as_line
from shared.record import record
from shared.retrieval.blocks import Admonition, Code, Paragraph, Table
from shared.retrieval.markup import CODE_SPAN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shared.answering.extractive.sections import Section
    from shared.answering.extractive.units import Unit
    from shared.answering.question.wanted import Wanted
    from shared.retrieval.blocks import Block

LONGEST: Final = 320
"""Characters of a line that can stand alone."""
LONGEST_COMMAND: Final = 120
LETTERS: Final = re.compile(r"[^\W\d_]{2}")
COMPARES: Final = re.compile(r"\bthan\b", re.IGNORECASE)
"""What tells of one thing by another: "X is quicker than Y" does not say whether Y is quick."""
ASKS_EXISTENCE: Final = re.compile(r"^\W*(?:is|are|was|were)n?'?t? there\b", re.IGNORECASE)
EXISTS: Final = re.compile(
    r"\bthere(?:'s|'re)? |\b(?:has|have (?:an?|no|the)|can be|exists?|(?:support|provide|offer|include|contain)s?"
    r"|(?:comes?|ships?) with|(?:un)?supported|available)\b",
    re.IGNORECASE,
)
"""What tells that something is there, or is not."""
RESTRICTS: Final = re.compile(r"^\W*(?:on|in|with|for|until|before)\b[^,]*\d[^,]*,", re.IGNORECASE)
"""A version or the like at the head, for which alone it is told."""
ASSERTS: Final = re.compile(
    r"\b(?:is|are|was|were|am|be|been|isn't|aren't|wasn't|can|cannot|can't|could|may|might|must|shall|should|will|won't"
    r"|does|do|did|doesn't|don't|has|have|had|never|no|not|only|always|\w{3,}s|\w{3,}ed)\b",
    re.IGNORECASE,
)

IN_BRACKETS: Final = re.compile(r"(?<=\s)\([^()]*\)")
"""What is said beside: "tables (rate limits)" does not say that there are any."""
ADDRESS: Final = re.compile(r"\b\w+://\S+")
"""What stands in one says nothing: every host of an OpenAI-compatible service has `openai` somewhere in its address."""


@record
class Line:
    """One that could stand alone.

    Attributes:
        text: As it would be shown.
        is_first: The section's prose begins with it.
        introduced: By these words, where it is something to type.
        about: Of a row, the cell that names it, and the name of that column.
        name: That cell, without what is code.
        cells: Of a row, without the names of its columns, which every row has.
        decided: Of a row, the names of the columns with a yes or a no; empty ones where it is all that is said there.
    """

    text: str
    is_first: bool = False
    introduced: str | None = None
    about: str | None = None
    name: str = ""
    cells: str = ""
    decided: tuple[str, ...] = ()

    @property
    def decides(self) -> bool:
        """Whether it is a row with a yes or a no."""
        return bool(self.decided)

    @classmethod
    def of_row(cls, table: Table, row: Sequence[str]) -> Line:
        """A row with the names of its columns."""
        at = next((at for at, cell in enumerate(row) if LETTERS.search(cell)), 0)
        about = " ".join((row[at], *table.head[at : at + 1]))
        heads = (*table.head, *("" for _ in row)) if len(row) > 2 else ("", "")  # noqa: PLR2004 (a name and what is said of it)
        decided = tuple(head for head, cell in zip(heads, row, strict=False) if YES_OR_NO.match(cell))
        name = CODE_SPAN.sub("", row[at])
        return cls(row_as_line(table, row), about=about, name=name, cells=" ".join(row), decided=decided)


def lines_in(section: Section) -> Iterator[Line]:
    """All of a section, in order."""
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
    if isinstance(block, Paragraph | Admonition | Code) or len(text) > LONGEST:
        return split(text)
    return [text]


def _commands(unit: Unit) -> Iterator[Line]:
    codes = [each for each in unit.blocks if isinstance(each, Code)]
    for each in codes:
        if "\n" not in each.text.strip() and len(each.text) <= LONGEST_COMMAND and "`" not in each.text:
            yield Line(f"`{each.text.strip()}`", introduced=unit.text)


def without_pointers(text: str) -> str:
    """Without addresses and what only leads elsewhere, which say nothing by their words."""
    bare = ADDRESS.sub(" ", text) if "://" in text else text
    return POINTER.sub(" ", bare) if "(" in bare else bare


def decides(wanted: Wanted, line: str, least: float) -> bool:
    """Whether it says yes or no: what is asked stands in what it asserts, not in a condition."""
    asserted = SUBORDINATE.sub(" ", line)
    if "?" in line or not ASSERTS.search(asserted) or _is_about_another(wanted, line):
        return False
    if ASKS_EXISTENCE.match(wanted.question):
        asserted = IN_BRACKETS.sub(" ", asserted)
        if not EXISTS.search(asserted):
            return False
    if COMPARES.search(line) and not wanted.compares:
        return False
    if RESTRICTS.match(line) and not NUMBER.search(wanted.question):
        return False
    if not _is_of_main_clause(wanted, asserted):
        return False
    return qualifiers(wanted.question) <= qualifiers(line) and wanted.share(wanted.held_by(asserted)) >= least


def _is_about_another(wanted: Wanted, line: str) -> bool:
    """Whether it begins with the name of something that the question does not name."""
    begins = BEGINS_WITH_CODE.match(line)
    return bool(begins) and begins[1].lower() not in wanted.question.lower()


def _is_of_main_clause(wanted: Wanted, asserted: str) -> bool:
    """Whether it speaks of what is asked, and not only of what the question assumes: "May I paint it if it is hot?"."""
    main = wanted.held_by(SUBORDINATE.sub(" ", wanted.question)) & wanted.weights.keys()
    return not main or not main.isdisjoint(wanted.held_by(asserted))
