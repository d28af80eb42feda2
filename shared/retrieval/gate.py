"""Whether the book speaks about a question at all: by meaning and by words together.

The cosine of the closest passage alone refuses what the book says in other words, and answers what only sounds alike.
What a model's cosines are worth is measured: `make calibrate` prints the gate for a book and its own questions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.retrieval.lexical import mostly_latin, terms, words
from shared.retrieval.models import Found

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.retrieval.models import Passage
    from shared.retrieval.vocabulary import Vocabulary
    from shared.settings import RetrievalSettings

COVERED: Final = 0.4
"""What it adds to the cosine that all the question's words stand in one passage."""
READ: Final = 3
"""Passages of which the best counts."""
WORDS_COVERED: Final = 0.5
"""Share of the question's words that a passage must hold, where words are all there is to judge by."""


def judged(
    settings: RetrievalSettings, question: str, passages: tuple[Passage, ...], cosine: float, vocabulary: Vocabulary
) -> Found:
    """What was found, with whether it is about the question."""
    missing = tuple(vocabulary.missing(question))
    if mostly_latin(question):
        on_topic = closeness(question, passages, cosine, vocabulary) >= settings.threshold
        return Found(passages, cosine, on_topic, question, missing, vocabulary)
    covered = coverage(question, passages[:READ], vocabulary)
    return Found(passages, covered, covered >= WORDS_COVERED, question, missing, vocabulary)


def closeness(question: str, passages: Sequence[Passage], cosine: float, vocabulary: Vocabulary) -> float:
    """What is compared with the gate: the best cosine, and up to COVERED for the words that the passages hold."""
    return cosine + COVERED * coverage(question, passages[:READ], vocabulary)


def coverage(question: str, passages: Sequence[Passage], vocabulary: Vocabulary) -> float:
    """The share of the question's words that one of the passages holds, rare words counting more."""
    asked = set(terms(question) or words(question))
    if not mostly_latin(question):
        # in a book of another script only names and code can be found: they are all there is to judge by
        asked = {term for term in asked if term.isascii() or term in vocabulary.frequencies} or asked
    weights = {term: vocabulary.rarity(term) for term in asked}
    total = sum(weights.values())
    if not total:
        return 0.0
    return max((_held(weights, each) for each in passages), default=0.0) / total


def _held(weights: dict[str, float], passage: Passage) -> float:
    held = set(terms(" ".join([passage.title, *passage.heading_path, passage.text])))
    return sum(weight for term, weight in weights.items() if term in held)
