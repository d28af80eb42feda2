"""How much each word of a question tells: a rare one much, an everyday one little; and which two stand together."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from shared.answering.question.asked import adjacent_pair
from shared.retrieval.lexical import COMMON_WORDS, stem, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shared.answering.question.asked import Asked
    from shared.retrieval.vocabulary import Vocabulary

EVERYDAY: Final = 0.5
"""What an everyday word counts."""
FEW: Final = 2
"""Words of a question that says so little that each letter of them counts."""
TOGETHER: Final = 0.6
"""Of the sections that hold two words, those that have them side by side, where together they name one thing."""
LEAST_TOGETHER: Final = 2


def pairs_of(asked: Asked, weights: Mapping[str, float], held: Sequence[frozenset[str]]) -> dict[str, float]:
    """Those that are no accident: "dead letter", but not what only one section has side by side.

    Of a longer question only what is written as a name: its other words tell more than which of them stand together.
    """
    found: dict[str, float] = {}
    for pair in asked.pairs:
        both = [each for each in held if each.issuperset(pair)]
        together = sum(adjacent_pair(*pair) in each for each in both)
        if pair in asked.names or (
            len(weights) <= FEW and together >= LEAST_TOGETHER and together >= TOGETHER * len(both)
        ):
            found[adjacent_pair(*pair)] = min(weights.get(each, 0.0) for each in pair)
    return found


def weights_of(
    question: str, focus: frozenset[str], asked: Asked, held: Sequence[frozenset[str]], vocabulary: Vocabulary
) -> dict[str, float]:
    """Of each term of a question, in sections that hold these stems; what is asked now, its focus, counts for half."""
    everyday = {stem(word) for word in words(question) if word in COMMON_WORDS}
    weights = {
        term: _weight(term, held, vocabulary) * (EVERYDAY if term in everyday else 1) for term in sorted(asked.terms)
    }
    return _balanced(weights, focus)


def _balanced(weights: dict[str, float], focus: frozenset[str]) -> dict[str, float]:
    """What is asked now counts at least as much as all that it is about, however much was told."""
    now = sum(weight for term, weight in weights.items() if term in focus)
    rest = sum(weights.values()) - now
    if not now or rest <= now:
        return weights
    return {term: weight if term in focus else weight * now / rest for term, weight in weights.items()}


def _weight(term: str, texts: Sequence[frozenset[str]], vocabulary: Vocabulary) -> float:
    """Rarity in the book, where its words are known, and among what was found."""
    holding = sum(term in each for each in texts)
    among = math.log(1 + (len(texts) - holding + 0.5) / (holding + 0.5)) + 0.25
    return (among + 0.5 * vocabulary.rarity(term)) if vocabulary.passages else among
