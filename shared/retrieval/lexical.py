"""Words that a question and a text share: BM25 over a handful of texts, without an index and without a model.

Good enough to order the sentences of a few passages, where sentence embeddings would cost half a second and gain
nothing.
"""

from __future__ import annotations

import math
import re
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

SATURATION: Final = 1.2
LENGTH_WEIGHT: Final = 0.75
"""BM25's k1 and b, at their usual values."""

STOP_WORDS: Final = frozenset(
    """
    a about all also am an and any are as at be because been but by can could did do does doing for from get had has
    have having how i if in into is it its just like me more most my no not of on one or our out over should so some
    such than that the their them then there these they this those to up us use was we were what when where which while
    who whom whose why will with would you your
    """.split()  # noqa: SIM905 (a paragraph is easier to read than a hundred quoted words)
)

ASCII_WORD: Final = re.compile(r"[a-z0-9]+")
UNSPACED: Final = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]+")
"""Thai, Lao, Japanese and Chinese, which put no spaces between words."""

ENDING: Final = re.compile(r"(?<=\w{3})(?:(?:at)?(?:ions?|e[sd]?|ing)|ments?|ings?|ie[sd]|e[drs]|ers|ly|(?<!s)s|[ey])$")
"""calibrate, calibrated, calibrating and calibration all become `calibr`."""

LATIN_ENDS: Final = 0x24F
LATIN_ADDITIONAL: Final = range(0x1E00, 0x1F00)


def words(text: str) -> list[str]:
    """Every word of the text, folded to lower case; unspaced scripts give overlapping pairs of characters."""
    folded = text.casefold()
    if folded.isascii():
        return ASCII_WORD.findall(folded)
    # `\w` leaves out the vowel signs of Indic scripts, which would cut every word to pieces
    spaced = "".join(each if unicodedata.category(each)[0] in "LNM" else " " for each in folded)
    return [piece for word in spaced.split() for piece in _pieces(word)]


def terms(text: str) -> list[str]:
    """The words that carry meaning, without their endings."""
    return [ENDING.sub("", word) for word in words(text) if word not in STOP_WORDS]


def relevance(question: str, texts: Sequence[str]) -> list[float]:
    """BM25 of each text for the question, scaled so that the best has 1; all 0 when no text shares a word with it."""
    wanted, counted = set(terms(question)), [terms(text) for text in texts]
    average = sum(map(len, counted)) / len(counted) if any(counted) else 1.0
    rarity = {term: _rarity(sum(term in text for text in counted), len(counted)) for term in wanted}
    scores = [sum(rarity[term] * _saturated(text, term, average) for term in wanted) for text in counted]
    best = max(scores, default=0.0) or 1.0
    return [score / best for score in scores]


def coverage(question: str, text: str) -> float:
    """The share of the question's terms that the text contains, between 0 and 1."""
    wanted = set(terms(question))
    return len(wanted & set(terms(text))) / len(wanted) if wanted else 0.0


def mostly_latin(text: str) -> bool:
    """Whether at least half of the letters are Latin; so is a text without letters."""
    letters = [each for each in text if each.isalpha()]
    latin = sum(ord(each) <= LATIN_ENDS or ord(each) in LATIN_ADDITIONAL for each in letters)
    return 2 * latin >= len(letters)


def _pieces(word: str) -> list[str]:
    if UNSPACED.fullmatch(word) is None or len(word) == 1:
        return [word]
    return [word[at : at + 2] for at in range(len(word) - 1)]


def _rarity(holding: int, total: int) -> float:
    return math.log(1 + (total - holding + 0.5) / (holding + 0.5))


def _saturated(text: list[str], term: str, average: float) -> float:
    count = text.count(term)
    return count * (SATURATION + 1) / (count + SATURATION * (1 - LENGTH_WEIGHT + LENGTH_WEIGHT * len(text) / average))
