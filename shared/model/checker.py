"""Whether a unit of an answer stands in the sources that it cites. It is shown then; else nobody sees it.

What can be checked is checked: numbers and what they count, flags, names, identifiers, code, the citation itself, and
whether the sentence is about what the source is about. What cannot is not promised: a sentence that denies what the
source says, in the source's own words, passes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from shared.model.belonging import share
from shared.model.claims import Claim
from shared.model.cleaning import cited, spans, tidied, without_addresses, without_marks
from shared.model.doubts import ABOUT, EVERYDAY, doubt
from shared.model.evidence import flattened
from shared.record import record
from shared.retrieval.lexical import stem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shared.model.evidence import Evidence
    from shared.model.units import Unit

FEW: Final = 2
"""Words that carry meaning; a unit with no more of them and nothing to check only leads on to the next."""

LONGEST: Final = 2_000
"""Characters of a unit, code excepted, that can be compared as one."""
MOST: Final = 24
"""Numbers in it."""

COURTESIES: Final = frozenset(
    map(stem, ("absolutely", "afraid", "course", "glad", "happy", "sorry", "thank", "unfortunately", "welcome"))
)
"""Besides everyday words, what an answer may begin with."""

PROMPT: Final = re.compile(r"^\s*(?:\$|>|>>>|%|#)\s+(?=\S)")
COMMENT: Final = re.compile(r"^\s*(?:#|//|--\s|;)")
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
        return self._prose(unit, cited_before) if len(unit.text) <= LONGEST else Checked(None, why="long")

    def _prose(self, unit: Unit, cited_before: Sequence[int]) -> Checked:
        text = without_addresses(unit.text, known=self._stands_somewhere)
        text, numbers = cited(text, self.sources)
        text = tidied(text, indented=unit.kind == "item")
        if not any(each.isalnum() for each in without_marks(text)) and not spans(text):
            return Checked(None, why="empty")
        claim = Claim.of(text, names=unit.kind != "heading", nouns_have_capitals=self.nouns_have_capitals)
        if len(claim.figures) > MOST:
            return Checked(None, why="too much at once")
        if not numbers:
            return self._uncited(text, claim, unit, cited_before)
        why = doubt(claim, [self.sources[each] for each in numbers], same_language=self.same_language)
        return Checked(None, why=why) if why else Checked(text, tuple(numbers))

    def _stands_somewhere(self, address: str) -> bool:
        return any(each.holds(address, exactly=True) for each in self.sources.values())

    def _uncited(self, text: str, claim: Claim, unit: Unit, cited_before: Sequence[int]) -> Checked:
        if unit.kind == "heading" and not claim.is_checkable:
            return Checked(text, leads=True)
        if not claim.is_checkable and self._leads(claim, text):
            return Checked(text, leads=True)
        order = [*cited_before, *(each for each in self.sources if each not in cited_before)]
        if not self.same_language and not claim.is_checkable:
            return Checked(None, why="cites nothing")
        found = [each for each in order if not doubt(claim, [self.sources[each]], same_language=self.same_language)]
        if not found:
            return Checked(None, why="stands nowhere")
        best = max(found, key=lambda each: (share(claim.terms, self.sources[each].terms), -order.index(each)))
        return Checked(text if unit.kind in {"row", "heading"} else _with_mark(text, best), (best,))

    def _leads(self, claim: Claim, text: str) -> bool:
        """Whether it is short, or ends with a colon, and says nothing that the sources do not speak of."""
        goes_on = text.rstrip("*_ ").endswith((":", "\uff1a"))
        if not goes_on and len(claim.terms) > FEW:
            return False
        everything = frozenset[str]().union(*(each.terms for each in self.sources.values()))
        known = share(claim.subject - EVERYDAY - COURTESIES, everything)
        return not self.same_language or known >= (ABOUT if goes_on else 1)

    def _code(self, block: str, cited_before: Sequence[int]) -> Checked:
        first, *lines, last = block.split("\n") if block.count("\n") > 1 else (block, "")
        order = [*cited_before, *(each for each in self.sources if each not in cited_before)]
        for number in order:
            kept = _lines_of(lines, self.sources[number])
            if kept:
                return Checked("\n".join([first, *kept, last]), (number,))
        return Checked(None, why="code")


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
