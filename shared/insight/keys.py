"""By which keys questions that are alike find each other, so that nobody compares each with all others."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from shared.insight.likeness import LEAST_LETTERS, LITTLE, may_be_left_out
from shared.record import record

ALL_BUT_ONE: Final = hash("all but one")
"""Tells the number of a subject without a word from that of one that never had it."""


@record
class Keys:
    """Numbers by which what is alike finds each other: few others have them, however many there are.

    Attributes:
        kept: Of which `looked_for` of everything that is alike has one at least.
        looked_for: Those of the subjects that this one could be alike.
    """

    kept: list[int]
    looked_for: list[int]

    @classmethod
    def of(cls, about: frozenset[str]) -> Keys:
        """Of a subject: the numbers of its words as one, also without one of them or with half of it."""
        something_is_said = not about <= LITTLE
        whole = 0
        for word in about:
            whole ^= hash(word)
        shorter: list[int] = []
        halves: list[int] = []
        for word in about:
            rest = whole ^ hash(word)
            if may_be_left_out(word, len(about) - 1, something_is_said=something_is_said):
                shorter.append(rest)
            halves += [rest ^ half for half in _halves(word)]
        kept = [whole, *(ALL_BUT_ONE ^ each for each in shorter), *halves]
        return cls(kept, [whole, *halves, ALL_BUT_ONE ^ whole, *shorter])


@lru_cache(maxsize=4096)
def _halves(word: str) -> tuple[int, ...]:
    """Before a slip or after it, half of the word is as it should be."""
    if len(word) < LEAST_LETTERS or not word.isalpha():
        return ()
    lengths = {(len(word) - 1) // 2, (len(word) - 2) // 2}
    return tuple(hash(half) for each in lengths for half in (f"{word[:each]}-", f"-{word[-each:]}"))
