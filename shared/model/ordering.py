"""What a sentence puts before or after, above or below what: a source that says the opposite does not say it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from shared.model.bounds import is_negative
from shared.model.evidence import MEASURING
from shared.model.numerals import SMALL, TENS
from shared.record import record
from shared.retrieval.lexical import STOP_WORDS, stem, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shared.model.evidence import Line

ORDER: Final = re.compile(
    r"\b(?P<word>before|after|(?:more|fewer|less|larger|smaller|longer|shorter) than)\b", re.IGNORECASE
)
SIDE: Final = {"before": 0, "after": 1, "fewer": 2, "less": 2, "smaller": 2, "shorter": 2}
"""Of words for order; all others mean more. An even one's opposite is the next."""
MORE: Final = 3
NEXT: Final = 3
"""Words behind one of them that say what it is before, or more than."""
AROUND: Final = 200
"""Characters on both sides of one of them that belong to it at most."""
PAUSE: Final = re.compile(r"[,;:]\s")
END: Final = re.compile(r"[,;.:!?]\s|\s(?:and|or|but|while)\s")
NUMBER: Final = re.compile(rf"[$~]?\d|(?:{'|'.join((*SMALL, *TENS, 'half', 'an?'))})\b", re.IGNORECASE)
"""That is a bound (shared/model/bounds.py)."""


@record
class Order:
    """One of them.

    Attributes:
        side: Which of the words it is.
        of: What follows, or where that says nothing, what stands before it.
        is_negative: It is denied.
    """

    side: int
    of: frozenset[str]
    is_negative: bool


def is_ordered_otherwise(text: str, lines: Sequence[Line]) -> bool:
    """Whether the sources say after where the claim says before, of the same, and nowhere what it says."""
    claimed = frozenset(_orders(text))
    told = frozenset(each for line in lines for each in _orders(line.text)) if claimed else frozenset[Order]()
    return any(_is_opposed(each, told) for each in claimed)


def _orders(text: str) -> Iterable[Order]:
    for each in ORDER.finditer(text):
        before, after = text[max(0, each.start() - AROUND) : each.start()], text[each.start() : each.end() + AROUND]
        following = END.split(after[len(each[0]) :].strip())[0]
        if not NUMBER.match(following):
            of = frozenset(_said(following)[:NEXT] or _said(before)[-1:])
            clause = PAUSE.split(before)[-1] + PAUSE.split(after)[0]
            yield Order(SIDE.get(each["word"].split()[0].lower(), MORE), of, is_negative(clause))


def _said(text: str) -> list[str]:
    return [stem(each) for each in words(text) if each not in STOP_WORDS and each not in MEASURING]


def _is_opposed(claimed: Order, told: Iterable[Order]) -> bool:
    alike = [each for each in told if each.is_negative == claimed.is_negative and _is_same(each.of, claimed.of)]
    beside = {each.side for each in alike}
    return claimed.side ^ 1 in beside and claimed.side not in beside


def _is_same(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether most of the shorter one is in the other."""
    return len(one & other) * 2 > min(len(one), len(other))
