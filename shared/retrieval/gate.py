"""Whether the book speaks about a question at all: by meaning and by words together.

The cosine of the closest passage alone refuses what the book says in other words, and answers what only sounds alike.
What a model's cosines are worth is measured: `make calibrate` prints the gate for a book and its own questions.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from shared.retrieval import beginning
from shared.retrieval.lexical import COMMON_WORDS, STOP_WORDS, stem, terms, words
from shared.retrieval.models import Found
from shared.retrieval.queries import reads
from shared.retrieval.synonyms import lacking

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shared.retrieval.models import Passage
    from shared.retrieval.vocabulary import Vocabulary
    from shared.settings.answers import RetrievalSettings

COVERED: Final = 0.31
"""What it adds to the cosine that all the question's words stand in one passage."""
NAMED: Final = 0.2
"""What it adds that a heading is named in the question and is all that is asked."""
OF_IT: Final = 0.05
"""What it adds that all is said of "it", which names nothing that could be close in meaning: the book's subject."""
SAYS_IT: Final = re.compile(
    r"^\W*(?:(?:and|but|so|ok|hi|hey)\W+)?(?:(?:does|is|can|could|has|will|did|was|would)(?:n['’]?t)? it\b"  # noqa: RUF001 (as typed)
    r"|(?:how|where|when|why|what|which)\b[^?.!]*?\b(?:does|is|can|will|did|has|was|do (?:i|you|we)|can (?:i|we)|to)\b"
    r"[^?.!]*? ?\bit\b|(?:can|could|may|should|do) (?:i|we|you)\b[^?.!]*?\bit\b)",
    re.IGNORECASE,
)
DONE: Final = re.compile(
    r"\b(?:how|where|can|could|may|should)\s(?:(?:do|can|could|should|would)\s)?(?:i|we|you)\s(\w+)|\bhow to\s(\w+)",
    re.IGNORECASE,
)
"""What the reader wants to do: a verb, which any subject may have. What it is done with tells what is asked about."""
HALF: Final = 0.5
"""What an everyday word counts, what the reader wants to do, and what was put right: none of them tells the subject."""
ENOUGH: Final = 3
"""Telling words that one passage holds, beside which a word that the book does not hold counts half."""
SHAPES: Final = frozenset(
    """
    version versions price prices cost costs percentage percent default defaults duration date year
    difference differences differ differs compare compared between vs versus
    """.split()  # noqa: SIM905 (a paragraph is easier to read than quoted words)
)
"""What readers call the answer that they want, and pages need not: "Which Go version?" is told by "Go 1.22 will do"."""
READ: Final = 3
"""Passages of which the best counts."""
WORDS_COVERED: Final = 0.5
"""Share of the question's words that a passage must hold, where words are all there is to judge by."""


def judged(
    settings: RetrievalSettings,
    asked: tuple[str, str],
    passages: tuple[Passage, ...],
    cosine: float,
    vocabulary: Vocabulary,
) -> Found:
    """What was found, with whether it is about the question.

    Args:
        settings: The gate.
        asked: As the reader typed it, and as it was searched.
        passages: That were found.
        cosine: Of the closest.
        vocabulary: Of the book.
    """
    typed, question = asked
    missing = tuple(vocabulary.missing(question))
    if reads(settings, question):
        near = closeness(typed, question, passages, cosine, vocabulary) >= settings.threshold
        on_topic = near or _begins(question, passages, vocabulary)
        return Found(passages, cosine, on_topic, question, missing, vocabulary)
    covered = coverage(question, passages[:READ], vocabulary)
    return Found(passages, covered, covered >= WORDS_COVERED, question, missing, vocabulary)


def _begins(question: str, passages: Sequence[Passage], vocabulary: Vocabulary) -> bool:
    """A book that has a page to begin with speaks about beginning, whatever it is called."""
    wanted = beginning.asked(question, vocabulary)
    return wanted is not None and any(beginning.told(wanted, each) >= beginning.OF_ITS_PAGE for each in passages)


def closeness(typed: str, question: str, passages: Sequence[Passage], cosine: float, vocabulary: Vocabulary) -> float:
    """What is compared with the gate: the best cosine, and something for the words that passages and headings hold."""
    asked = [word for word in words(question) if word not in STOP_WORDS] or words(question)
    asked = [word for word in asked if word not in SHAPES] or asked
    if SAYS_IT.match(typed):  # "does it work on Windows?" is told by what one does there, whether it says "work" or not
        asked = [word for word in asked if word not in COMMON_WORDS] or asked
    done = {word.lower() for found in DONE.findall(question) for word in found}
    weights = {
        stem(word): vocabulary.rarity(stem(word)) * (HALF if word in COMMON_WORDS or word in done else 1)
        for word in asked
    }
    as_typed = set(map(stem, words(typed)))
    put_right = {word for word in asked if stem(word) not in as_typed}
    others = lacking(question, vocabulary)
    said = [_said(each, put_right, others) for each in passages[:READ]]
    telling = {stem(word) for word in asked if word not in COMMON_WORDS} & as_typed
    if vocabulary.complete and any(len(telling & each) >= ENOUGH for each in said):
        absent = weights.keys() - vocabulary.frequencies.keys() - others.keys()
        weights |= {term: HALF * weights[term] for term in absent}
    total = sum(weights.values())
    if not total:
        return cosine
    worth = {term: weight if term in as_typed else HALF * weight for term, weight in weights.items()}
    covered = max((_held(worth, each) for each in said), default=0.0)
    named = max((_named(weights, each.heading) for each in passages[:READ]), default=0.0)
    of_it = OF_IT if SAYS_IT.match(typed) and covered >= total and not _only_everyday(asked) else 0.0
    return cosine + (COVERED * covered + NAMED * named) / total + of_it


def _only_everyday(asked: Sequence[str]) -> bool:
    return all(word in SHAPES or word in COMMON_WORDS or word in STOP_WORDS for word in asked)


def _said(passage: Passage, put_right: set[str], others: Mapping[str, frozenset[str]]) -> set[str]:
    """The stems of a passage, and those that only the question has where the passage says the same otherwise."""
    stems = _stems(passage, put_right)
    return stems | {each for each, told in others.items() if not told.isdisjoint(stems)}


def coverage(question: str, passages: Sequence[Passage], vocabulary: Vocabulary) -> float:
    """The share of a question's words, in a script of its own, that one of the passages holds; rare ones count more."""
    asked = set(terms(question) or words(question))
    # in a book of another script only names and code can be found: they are all there is to judge by
    asked = {term for term in asked if term.isascii() or term in vocabulary.frequencies} or asked
    weights = {term: vocabulary.rarity(term) for term in asked}
    total = sum(weights.values())
    return max((_held(weights, _stems(each)) for each in passages), default=0.0) / total if total else 0.0


def _stems(passage: Passage, put_right: set[str] | None = None) -> set[str]:
    """Those in a passage; of a word that was put right only where it stands there to the letter."""
    text = " ".join([passage.title, *passage.heading_path, passage.text])
    return set(terms(text)) - {stem(word) for word in (put_right or set[str]()).difference(words(text))}


def _held(weights: Mapping[str, float], stems: set[str]) -> float:
    return sum(weight for term, weight in weights.items() if term in stems)


def _named(weights: Mapping[str, float], heading: str) -> float:
    """The weight of a heading of which the question says every word."""
    stems = set(terms(heading))
    return _held(weights, stems) if stems <= weights.keys() else 0.0
