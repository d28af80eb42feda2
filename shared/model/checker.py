"""Whether a unit of an answer stands in the sources that it cites. It is shown then; else nobody sees it.

What can be checked is checked: numbers and what they count, flags, names, identifiers, code, the citation itself, and
whether the sentence is about what the source is about. What cannot is not promised: a sentence that denies what the
source says, in the source's own words, passes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from shared.model.belonging import belongs, is_anothers, share
from shared.model.cleaning import cited, spans, tidied, without_addresses, without_marks
from shared.model.dates import in_both_ways
from shared.model.evidence import Evidence, flattened, parts_of
from shared.model.figures import figures, is_quantity
from shared.model.naming import flags, identifiers, latin_words, proper_names, stands_in
from shared.record import record
from shared.retrieval.lexical import mostly_latin, terms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shared.model.evidence import Part
    from shared.model.figures import Figure
    from shared.model.units import Unit

ABOUT: Final = 0.5
"""Share of a unit's words that a source must have for the unit to be about it."""
FEW: Final = 2
"""Words that carry meaning; a unit with no more of them and nothing to check only leads on to the next."""

LIST_MARK: Final = re.compile(r"^\s*(?:[-*+\u2022]|\d{1,3}[.)])\s+")
STEP: Final = re.compile(r"^\W*(?:step|phase|part|option)\s+\d{1,2}\b", re.IGNORECASE)
PROMPT: Final = re.compile(r"^\s*(?:\$|>|>>>|%|#)\s+(?=\S)")
COMMENT: Final = re.compile(r"^\s*(?:#|//|--\s|;)")
VERSION: Final = re.compile(r"^v\d+(?:\.\d+)+$")
END: Final = re.compile(r"(?P<end>[.!?\u3002\uff01\uff1f\u06d4\u0964:]*[\"')*_]*)$")


@record
class Checked:
    """What became of a unit.

    Attributes:
        text: As it may be shown; None where it is dropped.
        sources: Numbers of the sources that it stands in.
        leads: It claims nothing itself: it goes where the unit after it goes.
        why: What was the matter, for a log and for tests; no text of anybody.
    """

    text: str | None
    sources: tuple[int, ...] = ()
    leads: bool = False
    why: str = ""


@record
class Checker:
    """Compares units with sources.

    Attributes:
        sources: By the number that the model cites.
        same_language: Answer and sources are in one, so that their words can be compared.
        nouns_have_capitals: The answer is in German.
    """

    sources: Mapping[int, Evidence]
    same_language: bool = True
    nouns_have_capitals: bool = False

    def checked(self, unit: Unit, cited_before: Sequence[int] = ()) -> Checked:
        """Check one unit.

        Args:
            unit: As the model wrote it.
            cited_before: What the unit before it stands in: where code, or a row, belongs that cites nothing itself.
        """
        if unit.kind == "code":
            return self._code(unit.text, cited_before)
        if unit.kind == "rule":
            return Checked(unit.text, leads=True)
        text = without_addresses(unit.text, known=self._stands_somewhere)
        text, numbers = cited(text, self.sources)
        text = tidied(text, indented=unit.kind == "item")
        if not any(each.isalnum() for each in without_marks(text)) and not spans(text):
            return Checked(None, why="empty")
        claim = self._claim(text, names=unit.kind != "heading")
        if not numbers:
            return self._uncited(text, claim, unit, cited_before)
        why = self._doubt(claim, [self.sources[each] for each in numbers])
        return Checked(None, why=why) if why else Checked(text, tuple(numbers))

    def _stands_somewhere(self, address: str) -> bool:
        return any(each.holds(address, exactly=True) for each in self.sources.values())

    def _claim(self, text: str, *, names: bool) -> _Claim:
        prose = without_marks(STEP.sub("", LIST_MARK.sub("", text)))
        plain = in_both_ways(re.sub(r"[*_#>]{1,3}(?=\S)|(?<=\S)[*_]{1,3}", "", prose))
        latin = mostly_latin(plain)
        called = proper_names(plain, nouns_have_capitals=self.nouns_have_capitals) if latin else latin_words(plain)
        return _Claim(
            figures=[each for each in figures(plain) if not (each.spelt and each.readings <= {"0", "1"})],
            flags=list(flags(plain)),
            identifiers=[each for each in identifiers(plain) if not is_quantity(each)],
            names=list(called) if names else [],
            parts=parts_of(plain) if names and latin and not self.nouns_have_capitals else (),
            code=spans(text),
            terms=_words(plain) | _words(" ".join(spans(text))),
        )

    def _uncited(self, text: str, claim: _Claim, unit: Unit, cited_before: Sequence[int]) -> Checked:
        if unit.kind == "heading" and not claim.is_checkable:
            return Checked(text, leads=True)
        if not claim.is_checkable and (len(claim.terms) <= FEW or text.rstrip("*_ ").endswith((":", "\uff1a"))):
            return Checked(text, leads=True)
        order = [*cited_before, *(each for each in self.sources if each not in cited_before)]
        if not self.same_language and not claim.is_checkable:
            return Checked(None, why="cites nothing")
        found = [each for each in order if not self._doubt(claim, [self.sources[each]])]
        if not found:
            return Checked(None, why="stands nowhere")
        best = max(found, key=lambda each: (share(claim.terms, self.sources[each].terms), -order.index(each)))
        return Checked(text if unit.kind in {"row", "heading"} else _with_mark(text, best), (best,))

    def _doubt(self, claim: _Claim, sources: Sequence[Evidence]) -> str:
        """What of the claim does not stand in the sources; empty where all does."""
        if not all(any(each.holds(code, exactly=True) for each in sources) for code in claim.code):
            return "code"
        if not all(any(each.holds(flag, exactly=True) for each in sources) for flag in claim.flags):
            return "flag"
        if not all(any(_names(each, word) for each in sources) for word in claim.identifiers):
            return "identifier"
        if not all(any(stands_in(name, each.words, each.stems) for each in sources) for name in claim.names):
            return "name"
        if not all(any(_counts(each, figure) for each in sources) for figure in claim.figures):
            return "number"
        return self._doubt_by_words(claim, sources) if self.same_language else ""

    def _doubt_by_words(self, claim: _Claim, sources: Sequence[Evidence]) -> str:
        everything = frozenset[str]().union(*(each.terms for each in sources))
        if claim.terms and share(claim.terms, everything) < ABOUT:
            return "subject"
        if not all(any(belongs(figure, claim.terms, each) for each in sources) for figure in claim.figures):
            return "number of something else"
        return "name of something else" if is_anothers(claim.parts, sources) else ""

    def _code(self, block: str, cited_before: Sequence[int]) -> Checked:
        first, *lines, last = block.split("\n") if block.count("\n") > 1 else (block, "")
        order = [*cited_before, *(each for each in self.sources if each not in cited_before)]
        for number in order:
            kept = _lines_of(lines, self.sources[number])
            if kept:
                return Checked("\n".join([first, *kept, last]), (number,))
        return Checked(None, why="code")


@record
class _Claim:
    figures: list[Figure]
    flags: list[str]
    identifiers: list[str]
    names: list[str]
    parts: tuple[Part, ...]
    code: list[str]
    terms: frozenset[str]

    @property
    def is_checkable(self) -> bool:
        return bool(self.figures or self.flags or self.identifiers or self.names or self.code)


def _words(text: str) -> frozenset[str]:
    return frozenset(each for each in terms(text) if not (each[0].isdigit() and is_quantity(each)))


def _names(source: Evidence, word: str) -> bool:
    if source.holds(word) or (word.endswith("s") and source.holds(word[:-1])):
        return True
    return VERSION.match(word) is not None and source.holds(word[1:])


def _counts(source: Evidence, figure: Figure) -> bool:
    """Whether the number stands there, with its unit; or, spelt out, is how many entries a list has."""
    for each in source.figures:
        if each.says(figure) and (each.kind or not figure.kind or (figure.kind, figure.factor) in source.units):
            return True
    return figure.spelt and not figure.kind and bool(figure.readings & source.counts)


def _lines_of(lines: Sequence[str], source: Evidence) -> list[str]:
    """The lines of a block that stands in the source, less comments of the model's own; none where it does not."""
    kept: list[str] = []
    for line in lines:
        bare = flattened(PROMPT.sub("", line))
        if not bare or source.holds(bare, exactly=True) or source.holds(flattened(line), exactly=True):
            kept.append(line)
        elif not COMMENT.match(line):
            return []
    return kept if any(each.strip() for each in kept) else []


def _with_mark(text: str, number: int) -> str:
    return END.sub(rf" [{number}]\g<end>", text, count=1)
