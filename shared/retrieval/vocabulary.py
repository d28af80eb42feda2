"""The words of the book: how rare each is, and what a reader who mistyped one meant.

Ingestion writes them as the payload of one point without vectors, so no search ever finds it. Words stand there as
`stem.ending,ending`, the commonest first, under the number of passages that hold any of them.
"""

from __future__ import annotations

import math
import re
from dataclasses import field
from typing import TYPE_CHECKING, Any, Final

from shared.record import record
from shared.retrieval.lexical import COMMON_WORDS, COMPOUND, STEMS, STOP_WORDS, as_one, stem, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

POINT: Final = "6b1cbb5c-3c4c-5c5c-9d5b-0b0a6f0d2c11"
"""Its id in every collection."""

LEAST_LETTERS: Final = 4
SURE_LETTERS: Final = 6
"""A shorter word has too many neighbours: only swapped letters are put right, and in five letters one left out."""
FAR_LETTERS: Final = 9
"""A word this long is known in spite of two mistakes."""

DERIVED: Final = re.compile(r"(?:re|un|non|pre)(\w{3,})")
SPELLED: Final = re.compile(r"[a-z]+")


@record
class Vocabulary:
    """What the book's words are.

    Attributes:
        version: Of the ingestion that wrote it; empty where there is none.
        passages: How many there are.
        frequencies: By stem, how many passages hold it.
        complete: It holds every word, so that one that it does not hold stands nowhere in the book.
        places: Version by the beginning of its pages' paths, of the versions that readers do not have.
        compounds: As the book writes them, by what they are as one word: `wi-fi` by `wifi`.
        by_beginning: Stems by how they begin in any language; `cognates` fills it when it is first asked.
    """

    version: str = ""
    passages: int = 0
    frequencies: Mapping[str, int] = field(default_factory=dict[str, int])
    complete: bool = False
    places: Mapping[str, str] = field(default_factory=dict[str, str])
    compounds: Mapping[str, str] = field(default_factory=dict[str, str])
    _by_shape: Mapping[tuple[str, int], list[str]] = field(default_factory=dict[tuple[str, int], list[str]])
    by_beginning: dict[str, list[tuple[str, str]]] = field(
        default_factory=dict[str, list[tuple[str, str]]], repr=False, compare=False
    )

    @classmethod
    def read(cls, payload: Mapping[str, Any]) -> Vocabulary:
        """The vocabulary that ingestion wrote.

        Raises:
            KeyError, ValueError: It is none.
        """
        frequencies: dict[str, int] = {}
        known = payload.get("stems") == STEMS
        by_shape: dict[tuple[str, int], list[str]] = {}
        for count, entries in payload["words"].items():
            for entry in entries.split():
                base, _, endings = entry.partition(".")
                spelled = [base + ending for ending in endings.split(",")]
                for root in (base,) if known else map(stem, spelled):
                    frequencies[root] = max(int(count), frequencies.get(root, 0))
                for word in spelled:
                    by_shape.setdefault((word[0], len(word)), []).append(word)
        return cls(
            version=str(payload["version"]),
            passages=int(payload["passages"]),
            frequencies=frequencies,
            complete=bool(payload["complete"]),
            places=_places(payload.get("places") or {}),
            compounds={as_one(each): each for each in str(payload.get("compounds") or "").split()},
            _by_shape=by_shape,
        )

    def rarity(self, term: str) -> float:
        """The weight of a stem: 0 for one in every passage; the greatest for one that the book does not hold."""
        count = self.frequencies.get(term, 0)
        return math.log(1 + (self.passages - count + 0.5) / (count + 0.5)) if self.passages else 1.0

    def repaired(self, question: str) -> str:
        """The question with misspelt words and compounds as the book spells them; the rest stays to the letter."""
        if not self.frequencies:
            return question
        question = COMPOUND.sub(lambda found: self._joined(found[0]), question)
        for word in dict.fromkeys(words(question)):
            right = self.compounds.get(stem(word)) or self.nearest(word) if self._is_unknown(word) else None
            if right:
                question = re.sub(rf"\b{re.escape(word)}\b", right, question, flags=re.IGNORECASE)
        return question

    def missing(self, question: str) -> list[str]:
        """The words of the question that the book does not hold, as they were asked."""
        if not self.complete:
            return []
        return [word for word in dict.fromkeys(words(question)) if self._is_unknown(word) and not self.nearest(word)]

    def nearest(self, word: str) -> str | None:
        """The book's word that was meant: one mistake away, or two in a long word; of several, the commonest."""
        if len(word) < LEAST_LETTERS or not SPELLED.fullmatch(word) or self._is_derived(word):
            return None
        meant = [each for each in self._of_similar_length(word) if is_near(word, each)]
        return max(meant, key=lambda each: (-distance(word, each), self.frequencies[stem(each)], each), default=None)

    def word(self, term: str) -> str:
        """A word of the book of this stem, the shortest; the stem itself where the words are not known."""
        lengths = sorted(length for first, length in self._by_shape if first == term[:1] and length >= len(term))
        spelled = (each for length in lengths for each in self._by_shape[term[0], length])
        return next((each for each in spelled if stem(each) == term), term)

    def _joined(self, compound: str) -> str:
        """A compound as one word, where the book knows that one and not all of its parts."""
        is_known = as_one(compound) in self.frequencies and any(map(self._is_unknown, words(compound)))
        return compound.replace("-", "") if is_known else compound

    def _is_derived(self, word: str) -> bool:
        """Whether it is made of a word that is known: nobody who types "reuse" means "refuse"."""
        found = DERIVED.fullmatch(word)
        return bool(found) and not self._is_unknown(found[1])

    def _is_unknown(self, word: str) -> bool:
        return word not in STOP_WORDS and word not in COMMON_WORDS and stem(word) not in self.frequencies

    def _of_similar_length(self, word: str) -> Iterator[str]:
        for length in range(len(word) - 2, len(word) + 3):
            yield from self._by_shape.get((word[0], length), ())


def _places(told: Mapping[str, object]) -> dict[str, str]:
    return {path: str(version) for path, version in told.items()}


def is_near(word: str, other: str) -> bool:
    """Whether somebody who typed `word` may have meant `other`."""
    if len(set(word) ^ set(other)) > 4:  # noqa: PLR2004 (two changed letters make four; it is much the quickest to see)
        return False
    if len(word) < SURE_LETTERS:
        swapped = len(word) == len(other) and sorted(word) == sorted(other)
        left_out = len(other) == len(word) + 1 == SURE_LETTERS and other[-1] == word[-1]
        return (swapped or left_out) and distance(word, other) == 1
    return distance(word, other) <= (2 if len(word) >= FAR_LETTERS else 1)


def distance(word: str, other: str) -> int:
    """Letters added, lost, changed or swapped with their neighbour; 3 where there are more than 2."""
    if abs(len(word) - len(other)) > 2:  # noqa: PLR2004 (see above)
        return 3
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(word, 1):
        before, last, row = row, before, [i]
        for j, its in enumerate(other, 1):
            cost = min(row[-1] + 1, before[j] + 1, before[j - 1] + (letter != its))
            if i > 1 and j > 1 and letter == other[j - 2] and word[i - 2] == its:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > 2:  # noqa: PLR2004 (see above)
            return 3
    return row[-1]
