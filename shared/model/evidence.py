"""A source, taken apart for comparing: its words, numbers and code, and which of them stand together."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from shared.model.dates import in_both_ways
from shared.model.figures import figures
from shared.model.measures import UNITS, abbreviated, units_in
from shared.model.naming import LATIN_WORD, proper_names
from shared.model.numerals import LARGE, SMALL, TENS, TIMES
from shared.model.units import units
from shared.record import record
from shared.retrieval.lexical import STOP_WORDS, stem, terms, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal
    from typing import Self

    from shared.model.figures import Figure

MARKS: Final = re.compile(r"[`*]")
INSIDE: Final = re.compile(r"(?<=\w)`(?=\w)")
GAP: Final = "\u200b"
ENTRY: Final = re.compile(r"^\s*(?:[-*+\u2022]|\d{1,3}[.)])\s+")
CLAUSE: Final = re.compile(r"[,;:](?=\s)|\s(?:and|but|while|or)\s")
BOUND: Final = re.compile(r"\b(?:most|least)\b")
ASIDE: Final = re.compile(r"(?<=\w )\([^()\d]*(?:\)|$)|^[^()\d]*\)")
NUMERALS: Final = frozenset({*SMALL, *TENS, *LARGE, *TIMES, "half"})
MEASURING: Final = NUMERALS | {
    *(each for each in UNITS if len(each) > 1),
    *("per", "within", "under", "above", "below"),
}
"""Words that say how much and when, which is compared by itself."""


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
        units: That stand without a number, as in heads of tables.
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
        told = in_both_ways(abbreviated(text))
        said = frozenset(words(flattened(told)))
        lines = tuple(_lines(told))
        return cls(
            text=flat,
            folded=flat.casefold(),
            lines=lines,
            figures=tuple(figure for line in lines for figure in line.figures),
            units=frozenset(unit for line in lines for unit in units_in(_without_figures(line))),
            words=said,
            stems=frozenset(map(stem, said)),
            terms=frozenset(terms(flattened(told))),
            counts=frozenset(map(str, _counts(text))),
        )

    def holds(self, piece: str, *, exactly: bool = False) -> bool:
        """Whether the piece stands in it, and not as a part of longer words."""
        wanted = flattened(piece) if exactly else flattened(piece).casefold()
        text = self.text if exactly else self.folded
        if not wanted:
            return bool(piece.strip())  # `*`: marks alone, of which nothing is left
        at = text.find(wanted)
        while at >= 0:
            if _is_whole(text, at, at + len(wanted)):
                return True
            at = text.find(wanted, at + 1)
        return False


def flattened(text: str) -> str:
    """One line, without the marks that Markdown sets around words; those within one, as in `step`s, leave a gap."""
    return " ".join(MARKS.sub("", INSIDE.sub(GAP, text)).split())


def _is_whole(text: str, begin: int, end: int) -> bool:
    """Whether what stands there is no part of a longer word; of a flag, of no longer flag."""
    before, after = text[begin - 1 : begin] if begin else "", text[end : end + 1]
    is_flag = text[begin] == "-"
    if (is_flag or text[begin].isalnum()) and (_is_inside_a_word(before) or (is_flag and before == "-")):
        return False
    return not ((is_flag or text[end - 1].isalnum()) and (_is_inside_a_word(after) or (is_flag and after == "-")))


def _is_inside_a_word(character: str) -> bool:
    return character.isalnum() or character == "_"


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


def _without_figures(line: Line) -> str:
    begins, ends = [0, *(each.end for each in line.figures)], [*(each.at for each in line.figures), None]
    return " ".join(line.text[begin:end] for begin, end in zip(begins, ends, strict=True))


def subjects(text: str) -> frozenset[str]:
    """The stems of its words; numbers and units of measure are none."""
    told = (stem(word) for word in words(text) if word not in STOP_WORDS and word not in MEASURING)
    return frozenset(each for each in told if not each.isdigit())


def _line(text: str, head: str) -> Line:
    numbers = tuple(figures(text))
    clauses = _clauses(text, numbers) if len(numbers) > 1 else []
    parts = tuple(_clause(each) for each in clauses) if len(clauses) > 1 else ()
    return Line(subjects(f"{text} {head}"), numbers, parts, text)


def _clause(text: str) -> Line:
    """What stands in brackets beside a number is an aside."""
    return Line(subjects(ASIDE.sub(" ", text)), tuple(figures(text)), (), text)


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
    gaps = [*CLAUSE.finditer(text)]
    begins, ends = [0, *(gap.end() for gap in gaps)], [*(gap.start() for gap in gaps), len(text)]
    telling = [at for at, (begin, end) in enumerate(zip(begins, ends, strict=True)) if _tells(text[begin:end])]
    cuts = [gaps[at] for at in telling[:-1] if gaps[at].span() not in within]
    return [text[begin:end] for begin, end in pairwise([0, *(edge for gap in cuts for edge in gap.span()), len(text)])][
        ::2
    ]


def _counts(text: str) -> list[int]:
    return [each for each in (*_entries(text), *_rows(text)) if each > 1]


def _rows(text: str) -> list[int]:
    """How many each table has, less its head."""
    tables = re.findall(r"(?:^\|.*\n?)+", text, re.MULTILINE)
    return [each.count("\n|") - 1 for each in tables]


def _tells(text: str) -> bool:
    return bool(subjects(text)) or BOUND.search(text) is not None


def _entries(text: str) -> list[int]:
    counts = [0]
    for line in text.split("\n"):
        if ENTRY.match(line) and not line.startswith((" ", "\t")):
            counts[-1] += 1
        elif line.strip() and not line.startswith((" ", "\t")) and counts[-1]:
            counts.append(0)
    return counts
