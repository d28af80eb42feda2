"""An answer in whole units as it is written: a sentence, a list's item, a row of a table, a closed block of code.

A unit is what is checked, shown or dropped as one. It leaves as soon as it is certain to have ended; where only what
follows can tell (a full stop may be an abbreviation's), with the first character that does.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

Kind = Literal["sentence", "item", "row", "rule", "code", "heading"]

LONGEST: Final = 4_000
"""Characters; what goes on longer is no sentence, and leaves as it is."""

ABBREVIATIONS: Final = (
    r"e\.g|i\.e|eg|ie|vs|cf|etc|Fig|fig|Eq|Dr|Mr|Mrs|Ms|Prof|St|No|no|Nr|approx|ca|incl|max|min|resp|Sec|Ch|ver|"
    r"z\.\s?B|d\.\s?h|u\.\s?a|bzw|usw|Abb|Tab|p\.\s?ex|p\.\s?ej|Ud|Sr|Sra|a\.m|p\.m|U\.S|[zdup]|[A-Z]"
)
MARK: Final = r"(?:\s*(?:\[[^\]\n]{1,12}\]|【[^】\n]{1,12}】))"
"""A citation; one that follows a full stop belongs to the sentence before it."""

STOPS: Final = ".!?\u061f\u06d4\u0964\u0965\u2026"
WIDE_STOPS: Final = "\u3002\uff01\uff1f\uff0e"

END: Final = re.compile(
    rf"(?P<latin>(?<![{STOPS}])[{STOPS}]++[\"'\u201d\u2019»)*_]*+{MARK}*)(?=\s+[^\sa-z\[【])"
    rf"|(?P<wide>(?<![{WIDE_STOPS}])[{WIDE_STOPS}]++[\u300d\u300f\u201d\uff09]*+{MARK}*)(?=\s*[^\s\[【\u300d\u300f\u201d\uff09])"
)
UNDECIDED: Final = 64
"""Characters behind a full stop among which a citation may yet end."""
LONGEST_ABBREVIATION: Final = 12
ABBREVIATED: Final = re.compile(rf"(?:^|[\s(\[\"'])(?:{ABBREVIATIONS})\.$")
FENCE: Final = re.compile(r"[ \t]*(?P<fence>`{3,}(?![^\n]{0,200}`)|~{3,})")
"""Backticks with others behind them in their line are code within a sentence."""
CLOSING: Final = re.compile(r"[ \t]*+(?P<fence>`{3,}+|~{3,}+)[`~]*+[ \t]*+$")
ITEM: Final = re.compile(r"\s*(?:[-*+\u2022]|\d{1,3}[.)])\s+\S")
ROW: Final = re.compile(r"\s*\|")
RULE: Final = re.compile(r"\s*(?:\|\s*)?(?::?-+:?\s*\|\s*)+(?::?-+:?\s*)?$|\s*(?:-{3,}|\*{3,}|_{3,})\s*$")
HEADING: Final = re.compile(r"\s{0,3}#{1,6}\s")
MAY_BE_STRUCTURE: Final = re.compile(
    r"\s*(?:$|[-+\u2022](?:$|\s)|\*(?:$|[\s*]{1,3}$|\s)|[|#~]|`{1,3}|-+$|_+$|\d{1,3}(?:$|[.)](?:$|\s)))"
)
"""The beginning of a line that is, or may yet become, something else than prose."""
STRUCTURES: Final[tuple[tuple[re.Pattern[str], Kind], ...]] = (
    (RULE, "rule"),
    (ROW, "row"),
    (ITEM, "item"),
    (HEADING, "heading"),
)
WIDE: Final = re.compile(f"[{WIDE_STOPS}]")


@record
class Unit:
    """One of them.

    Attributes:
        text: Markdown, without the space around it.
        kind: What it is.
        before: What stands between it and the unit before: a space, one or two ends of lines.
    """

    text: str
    kind: Kind
    before: str = ""


def units(pieces: Iterable[str]) -> Iterator[Unit]:
    """The units of an answer that comes in pieces; what is left unfinished of a block of code is not one of them."""
    splitter = _Splitter()
    for piece in pieces:
        yield from splitter.fed(piece)
    yield from splitter.ended()


class _Splitter:
    """Holds what has not ended yet: from the start of a line, or, in a paragraph, from the start of a sentence.

    What was looked at is not looked at again when the next piece comes, or a long answer took the square of its length.
    """

    def __init__(self) -> None:
        self._rest = ""
        self._before = ""
        self._in_paragraph = False
        self._lines_end = 0
        """Of what is held: lines up to here are prose of this paragraph, or code of this block."""
        self._stops_end = 0
        """And no sentence ends before this."""

    def fed(self, piece: str) -> Iterator[Unit]:
        self._rest += piece.replace("\r\n", "\n")
        moved = True
        while moved and self._rest:
            moved = yield from self._sentences() if self._in_paragraph else self._line()

    def ended(self) -> Iterator[Unit]:
        if self._in_paragraph or not FENCE.match(self._rest) or self._code_end():
            yield from self.fed("\n\n")

    def _cut(self, end: int) -> None:
        """No longer hold what has left."""
        self._rest = self._rest[end:]
        self._lines_end = max(0, self._lines_end - end)
        self._stops_end = max(0, self._stops_end - end)

    def _line(self) -> Generator[Unit, None, bool]:
        """One line, or a block of code; False where it is not all there yet."""
        if FENCE.match(self._rest):
            return (yield from self._code())
        line, end, after = self._rest.partition("\n")
        if not end and MAY_BE_STRUCTURE.match(line) and len(line) < LONGEST:
            return False
        if not line.strip():
            self._rest, self._before = after, "\n\n" if self._before else ""
        elif kind := _kind(line):
            self._rest = after
            yield self._unit(line.rstrip(), kind)
        else:
            self._in_paragraph = True
        return True

    def _code(self) -> Generator[Unit, None, bool]:
        end = self._code_end()
        if not end:
            return False
        block = self._rest[:end]
        self._cut(end)
        self._lines_end = 0
        yield self._unit(block.strip("\n"), "code")
        return True

    def _code_end(self) -> int:
        """Where the block of code ends that is held; 0 where it has not yet."""
        opening = FENCE.match(self._rest)
        at = self._lines_end or self._rest.find("\n") + 1
        while opening and 0 < at < len(self._rest):
            end = self._rest.find("\n", at)
            line = self._rest[at : end if end >= 0 else None]
            closing = CLOSING.match(line)
            if closing and closing["fence"].startswith(opening["fence"]):
                return end + 1 if end >= 0 else len(self._rest)
            if end < 0:
                break
            at = end + 1
        self._lines_end = at
        return 0

    def _sentences(self) -> Generator[Unit, None, bool]:
        """The sentences of a paragraph; True at its end."""
        known, ended = self._paragraph()
        begin = 0
        # where the line has ended, so has a sentence that ends with it: as if another one followed
        text = known + "X" if known.endswith("\n") else known
        for end in END.finditer(text, self._stops_end):
            if known.count("`", begin, end.end()) % 2 == 0 and not _is_abbreviated(known, begin, end.end()):
                yield from self._sentence(known[begin : end.end()])
                begin = end.end()
        if ended or len(known) - begin > LONGEST:
            yield from self._sentence(known[begin:])
            begin = len(known)
        self._stops_end = max(begin, _undecided(known))
        self._cut(begin)
        if ended:
            self._in_paragraph = False
            self._lines_end = self._stops_end = 0
            self._before = "\n"
        return ended

    def _paragraph(self) -> tuple[str, bool]:
        """What certainly belongs to the paragraph, and whether that is all of it."""
        at = self._lines_end
        while (at := self._rest.find("\n", at) + 1) > 0:
            end = self._rest.find("\n", at)
            line = self._rest[at : end if end >= 0 else None]
            if end >= 0 and (FENCE.match(line) or not line.strip() or _kind(line)):
                return self._rest[:at], True
            if end < 0 and MAY_BE_STRUCTURE.match(line):
                return self._rest[:at], False
            self._lines_end = at if end >= 0 else self._lines_end
        return self._rest, False

    def _sentence(self, text: str) -> Iterator[Unit]:
        if text.strip():
            yield self._unit(" ".join(text.split()), "sentence")
            self._before = "" if WIDE.search(text) else " "

    def _unit(self, text: str, kind: Kind) -> Unit:
        before, self._before = self._before, "\n"
        return Unit(text, kind, before)


def _is_abbreviated(text: str, begin: int, end: int) -> bool:
    return ABBREVIATED.search(text, max(begin - 1, end - LONGEST_ABBREVIATION, 0), end) is not None


def _undecided(text: str) -> int:
    """Where the last full stop begins of which only what follows can tell whether it ends a sentence."""
    late = max(0, len(text) - UNDECIDED)
    last = max(map(text.rfind, STOPS + WIDE_STOPS))
    at = min(last, late) if last >= 0 else late
    return len(text[:at].rstrip(STOPS + WIDE_STOPS))


def _kind(line: str) -> Kind | None:
    """What a whole line is; None for prose."""
    return next((kind for pattern, kind in STRUCTURES if pattern.match(line)), None)
