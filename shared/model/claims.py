"""What a unit claims: the numbers, flags, names and code in it, and the words that it says of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from shared.model.cleaning import MARK, spans, without_marks
from shared.model.dates import in_both_ways
from shared.model.evidence import MEASURING, NUMERALS, Line, flattened, parts_of, subjects
from shared.model.figures import figures, is_quantity
from shared.model.measures import abbreviated
from shared.model.naming import flags, identifiers, latin_words, proper_names
from shared.record import record
from shared.retrieval.lexical import STOP_WORDS, mostly_latin, stem, words

if TYPE_CHECKING:
    from typing import Self

    from shared.model.evidence import Part
    from shared.model.figures import Figure

LIST_MARK: Final = re.compile(r"^\s*(?:[-*+\u2022]|\d{1,3}[.)])\s+")
SIZES: Final = MEASURING | {
    *("default", "once", "more", "longer", "larger", "greater", "higher", "maximum"),
    *("least", "fewer", "less", "smaller", "shorter", "lower", "minimum"),
    *("may", "might", "must", "shall"),
}
"""How many, how long and how large is compared by itself; what may be and what must is not compared."""
EMPHASIS: Final = re.compile(r"\*{1,3}(?=\S)|(?<=\S)\*{1,3}|(?<!\w)[_#>]{1,3}(?=\S)|(?<=\S)_{1,3}(?!\w)")
"""Within a word an underscore is the word's."""
STEP: Final = re.compile(r"^\W*(?:step|phase|part|option)\s+\d{1,2}\b", re.IGNORECASE)


@record
class Claim:
    """It, taken apart.

    Attributes:
        figures: Its numbers, less a spelt one.
        told: Its prose with its numbers; the words of the line are those of its code, too.
        whole: All of it as a line of text, without citations.
        flags: In prose.
        identifiers: In prose.
        names: In prose.
        parts: What is said of each name.
        code: Its spans.
        terms: Of all its words that carry meaning.
        subject: Of those that say what it is about, and not how much of it.
    """

    figures: list[Figure]
    told: Line
    whole: str
    flags: list[str]
    identifiers: list[str]
    names: list[str]
    parts: tuple[Part, ...]
    code: list[str]
    terms: frozenset[str]
    subject: frozenset[str]

    @classmethod
    def of(cls, text: str, *, names: bool, nouns_have_capitals: bool) -> Self:
        """Read a unit.

        Args:
            text: Cleaned Markdown, with citations.
            names: Whether its capitals can be those of names; in a heading they cannot.
            nouns_have_capitals: It is in German.
        """
        bare = STEP.sub("", LIST_MARK.sub("", text))
        plain = in_both_ways(abbreviated(EMPHASIS.sub("", without_marks(bare))))
        said = f"{plain} {' '.join(spans(text))}"
        whole, latin = flattened(MARK.sub("", bare)), mostly_latin(plain)
        numbers = [each for each in figures(plain) if not (each.spelt and each.readings <= {"0", "1"})]
        called = proper_names(plain, nouns_have_capitals=nouns_have_capitals) if latin else latin_words(plain)
        return cls(
            figures=numbers,
            told=Line(subjects(whole), tuple(numbers), (), plain),
            whole=whole,
            flags=list(flags(plain)),
            identifiers=[each for each in identifiers(plain) if not is_quantity(each)],
            names=list(called) if names else [],
            parts=parts_of(plain) if names and latin and not nouns_have_capitals else (),
            code=spans(text),
            terms=_stems(said, NUMERALS),
            subject=_stems(said, SIZES),
        )

    @property
    def is_checkable(self) -> bool:
        """Whether it has anything that a source can be asked for."""
        return bool(self.figures or self.flags or self.identifiers or self.names or self.code)


def _stems(text: str, less: frozenset[str]) -> frozenset[str]:
    told = (word for word in words(text) if word not in STOP_WORDS and word not in less)
    return frozenset(stem(word) for word in told if not (word[0].isdigit() and is_quantity(word)))
