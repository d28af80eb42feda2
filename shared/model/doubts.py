"""What of a claim does not stand in the sources that it cites."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from shared.model.belonging import NumbersTold, belongs, is_anothers, share
from shared.model.bounds import is_bounded_otherwise
from shared.model.counting import is_counted_otherwise, is_done_at_other_times, is_single
from shared.model.naming import stands_in
from shared.model.ordering import is_ordered_otherwise
from shared.retrieval.lexical import COMMON_WORDS, stem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.model.claims import Claim
    from shared.model.evidence import Evidence
    from shared.model.figures import Figure

ABOUT: Final = 0.5
"""Share of a unit's words that a source must have for the unit to be about it."""
EVERYDAY: Final = frozenset(map(stem, COMMON_WORDS)) | {
    stem(each) for each in ("pass", "override", "adjust", "configure", "customize")
}
"""Words in which anything is told to be done."""
VERSION: Final = re.compile(r"^v\d+(?:\.\d+)+$")


def doubt(claim: Claim, sources: Sequence[Evidence], *, same_language: bool) -> str:
    """What of the claim does not stand in the sources; empty where all does."""
    if not all(any(each.holds(code, exactly=True) for each in sources) for code in claim.code):
        return "code"
    if not all(any(each.holds(flag, exactly=True) for each in sources) for flag in claim.flags):
        return "flag"
    if not all(any(_names(each, word) for each in sources) for word in claim.identifiers):
        return "identifier"
    if not all(any(stands_in(name, each.words, each.stems) for each in sources) for name in claim.names):
        return "name"
    lines = [line for each in sources for line in each.lines]
    standing = [figure for figure in claim.figures if any(_counts(each, figure) for each in sources)]
    if any(figure not in standing and not is_single(figure, lines) for figure in claim.figures):
        return "number"
    return _doubt_by_words(claim, sources, standing) if same_language else ""


def _doubt_by_words(claim: Claim, sources: Sequence[Evidence], figures: Sequence[Figure]) -> str:
    everything = frozenset[str]().union(*(each.terms for each in sources))
    if not _is_about(claim, everything):
        return "subject"
    numbers = NumbersTold(claim.told.figures)
    if not all(any(belongs(figure, claim.told, each, numbers) for each in sources) for figure in figures):
        return "number of something else"
    lines = [line for each in sources for line in each.lines]
    if any(is_bounded_otherwise(figure, claim.told, lines) for figure in figures):
        return "another bound"
    if is_ordered_otherwise(claim.whole, lines):
        return "another order"
    if is_counted_otherwise(claim.told, lines) or is_done_at_other_times(claim.whole, lines):
        return "counted for something else"
    return "name of something else" if is_anothers(claim.parts, sources) else ""


def _is_about(claim: Claim, everything: frozenset[str]) -> bool:
    """Whether the sources speak of what it speaks of; what code or a flag does may be told in everyday words."""
    # `7,882` is `7882`
    said = frozenset(each for each in claim.subject if not each.isdigit() or each in everything)
    if share(said, everything) >= ABOUT:
        return True
    plain = said - EVERYDAY
    held = share(plain, everything)
    return held >= ABOUT if claim.code or claim.flags else bool(plain) and held > ABOUT


def _names(source: Evidence, word: str) -> bool:
    if source.holds(word) or (word.endswith("s") and source.holds(word[:-1])):
        return True
    return VERSION.match(word) is not None and source.holds(word[1:])


def _counts(source: Evidence, figure: Figure) -> bool:
    """Whether the number stands there, with its unit; or, spelt out, is how many entries a list has.

    A number without a unit may have that of a table's head, or, `30 fps and 60`, that of one before it.
    """
    unit = (figure.kind, figure.factor)
    for line in source.lines:
        has_unit = not figure.kind or unit in source.units
        for each in line.figures:
            if (each.kind or has_unit) and each.says(figure):
                return True
            has_unit = has_unit or (each.kind, each.factor) == unit
    return figure.spelt and not figure.kind and bool(figure.readings & source.counts)
