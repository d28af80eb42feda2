"""A source, taken apart for comparing: its words, numbers and code, and which of them stand together."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from shared.model.dates import in_both_ways
from shared.model.figures import figures
from shared.model.measures import units_in
from shared.model.naming import LATIN_WORD, proper_names
from shared.model.units import units
from shared.record import record
from shared.retrieval.lexical import stem, terms, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal
    from typing import Self

    from shared.model.figures import Figure

MARKS: Final = re.compile(r"[`*]")
ENTRY: Final = re.compile(r"^\s*(?:[-*+\u2022]|\d{1,3}[.)])\s+")
CLAUSE: Final = re.compile(r"[,;](?=\s)|\s(?:and|but|while|or)\s")
INSIDE_A_WORD: Final = r"[\w]"


@record
class Part:
    """What a sentence says of the things that it names.

    Attributes:
        names: In lower case.
        terms: Of its words.
    """

    names: frozenset[str]
    terms: frozenset[str]


@record
class Line:
    """A sentence, an item, a row or a line of code of a source.

    Attributes:
        terms: Of its words, and of those in its head; numbers are no words here.
        figures: Its numbers.
        clauses: The same of its parts, where it has several and more than one number.
        text: Itself.
    """

    terms: frozenset[str]
    figures: tuple[Figure, ...]
    clauses: tuple[Line, ...] = ()
    text: str = ""


@record
class Evidence:
    """A source.

    Attributes:
        text: All of it, spaces as single ones, without marks of emphasis and code.
        folded: The same in lower case.
        lines: What stands together in it.
        figures: Its numbers.
        units: Of its numbers, and those in heads of tables.
        words: In lower case.
        stems: Of all its words.
        terms: Stems of those that carry meaning.
        counts: How many entries its lists have.
    """

    text: str
    folded: str
    lines: tuple[Line, ...]
    figures: tuple[Figure, ...]
    units: frozenset[tuple[str, Decimal]]
    words: frozenset[str]
    stems: frozenset[str]
    terms: frozenset[str]
    counts: frozenset[str]

    @classmethod
    def of(cls, text: str) -> Self:
        """Read a source: its headings, and its blocks as Markdown."""
        flat = flattened(text)
        told = in_both_ways(text)
        said = frozenset(words(flattened(told)))
        lines = tuple(_lines(told))
        return cls(
            text=flat,
            folded=flat.casefold(),
            lines=lines,
            figures=tuple(figure for line in lines for figure in line.figures),
            units=frozenset(units_in(flat)),
            words=said,
            stems=frozenset(map(stem, said)),
            terms=frozenset(terms(flattened(told))),
            counts=frozenset(map(str, _counts(text))),
        )

    def holds(self, piece: str, *, exactly: bool = False) -> bool:
        """Whether the piece stands in it, and not as a part of longer words."""
        wanted = flattened(piece) if exactly else flattened(piece).casefold()
        text = self.text if exactly else self.folded
        before = rf"(?<!{INSIDE_A_WORD})" if wanted[:1].isalnum() else r"(?<![\w-])" if wanted.startswith("-") else ""
        after = r"(?![\w-])" if wanted.startswith("-") else rf"(?!{INSIDE_A_WORD})" if wanted[-1:].isalnum() else ""
        return bool(wanted) and re.search(before + re.escape(wanted) + after, text) is not None


def flattened(text: str) -> str:
    """One line, without the marks that Markdown sets around words."""
    return " ".join(MARKS.sub("", text).split())


def _lines(text: str) -> Iterable[Line]:
    head = ""
    for unit in units([text]):
        if unit.kind in {"heading", "rule"}:
            head = unit.text if unit.kind == "heading" else head
            continue
        pieces = unit.text.split("\n") if unit.kind == "code" else [unit.text]
        if unit.kind == "row" and not head.startswith("|"):
            head = unit.text
        elif unit.kind != "row" and head.startswith("|"):
            head = ""
        for piece in pieces:
            told = flattened(ENTRY.sub("", piece))
            yield _line(told, head)
        if unit.kind == "sentence" and unit.text.endswith(":"):
            head = unit.text


def subjects(text: str) -> frozenset[str]:
    """The stems of its words; numbers are none."""
    return frozenset(each for each in terms(text) if not each.isdigit())


def _line(text: str, head: str) -> Line:
    numbers = tuple(figures(text))
    clauses = _clauses(text, numbers) if len(numbers) > 1 else []
    parts = tuple(Line(subjects(each), tuple(figures(each))) for each in clauses) if len(clauses) > 1 else ()
    return Line(subjects(f"{text} {head}"), numbers, parts, text)


def parts_of(text: str) -> tuple[Part, ...]:
    """What a sentence says of each name in it; nothing where it names nothing."""
    names = frozenset(each.casefold() for each in proper_names(text))
    if not names:
        return ()
    clauses = _clauses(text, ()) if len(names) > 1 else [text]
    return tuple(Part(names & _written(each), subjects(each)) for each in clauses)


def _written(text: str) -> frozenset[str]:
    return frozenset(each.casefold() for each in LATIN_WORD.findall(text))


def _clauses(text: str, numbers: Sequence[Figure]) -> list[str]:
    """Its parts, none of which cuts `5 and 10`; what speaks of nothing belongs to the one beside it."""
    within = {(one.end, other.at) for one, other in pairwise(numbers) if one.kind == other.kind}
    found: list[str] = []
    begun = at = 0
    for gap in CLAUSE.finditer(text):
        if gap.span() not in within and subjects(text[at : gap.start()]) and subjects(text[gap.end() :]):
            found.append(text[begun : gap.start()])
            begun = gap.end()
        at = gap.end()
    return [*found, text[begun:]]


def _counts(text: str) -> list[int]:
    counts = [0]
    for line in text.split("\n"):
        if ENTRY.match(line) and not line.startswith((" ", "\t")):
            counts[-1] += 1
        elif line.strip() and not line.startswith((" ", "\t")) and counts[-1]:
            counts.append(0)
    return [each for each in counts if each > 1]
