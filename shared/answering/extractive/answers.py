"""Answers without a model: from the book, from what the reader marked, or the admission that the book does not say.

`written` decides between them; `quote`, `quote_selection` and `refuse` write one kind each.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from shared.answering.extractive.citations import Citations
from shared.answering.extractive.composer import quote
from shared.answering.extractive.excerpts import excerpt
from shared.answering.extractive.sections import ranked
from shared.answering.extractive.sentences import split
from shared.answering.extractive.units import QUESTION_MARKS
from shared.answering.languages import foreign_language
from shared.answering.models import Answer, Mode
from shared.answering.question.asked import Asked
from shared.answering.words import USUAL, Words
from shared.retrieval import beginning
from shared.retrieval.lexical import terms
from shared.retrieval.markup import inline
from shared.retrieval.models import Found, Passage, one_of_each_page
from shared.retrieval.payloads import plain_blocks
from shared.retrieval.vocabulary import Vocabulary

__all__ = ["quote", "quote_selection", "refuse", "written"]

CLOSEST_PAGES: Final = 3
LEAST_COSINE: Final = 0.3
"""Below it even the closest page has nothing to do with the question."""
SELECTION: Final = 1_500
"""Characters shown of what the reader marked."""
MOST_NAMED: Final = 3
SUBJECT: Final = 0.25
"""Share of the question's weight that words must have whose absence is worth telling."""


def written(question: str, found: Found, words: Words, language: str = USUAL, *, focus: str = "") -> Answer:
    """Answer from what was found, or say that it is not there; in whatever language, in the reader's words.

    Args:
        question: As the reader asked it.
        found: By a search for it.
        words: What is said beside what the book says.
        language: The reader's, one that there are words in.
        focus: What of the question is asked now, where the rest was asked before.
    """
    book = found.passages[0].language if found.passages else USUAL
    asked_in = foreign_language(question, language, book, found.missing) if book == USUAL else None
    if not found.on_topic or not found.passages:
        return refuse(found.question or question, found, words, asked_in or language, foreign=asked_in is not None)
    focus = focus or asking(question)
    # of words in another language it is not known what they ask
    has_line = asked_in is None
    answer = quote(found.question or question, found.passages, found.vocabulary, focus=focus, has_line=has_line)
    if asked_in:
        return _led(words.text(asked_in, f"language.{USUAL}"), answer)
    named = _unknown_subject(question, found)
    return _led(words.text(language, "refusal.closest_answer").format(words=named), answer) if named else answer


def refuse(question: str, found: Found, words: Words, language: str = USUAL, *, foreign: bool = False) -> Answer:
    """Say that the book does not answer this; which words it lacks; and the pages that come close, if any does."""
    citations = Citations()
    lead = words.text(language, f"language.{USUAL}" if foreign else "refusal.reply")
    named = "" if foreign else _unknown_subject(question, found)
    parts = [lead, words.text(language, "refusal.missing").format(words=named)] if named else [lead]
    closest = [each for each in one_of_each_page(found.passages) if _is_close(question, each)][:CLOSEST_PAGES]
    if closest:
        pages = " ".join(map(citations.cite_passage, closest))
        parts.append(words.text(language, "refusal.closest").format(pages=pages))
    return Answer(" ".join(parts), Mode.REFUSED, citations.sources())


def quote_selection(question: str, selection: str, url: str | None) -> Answer:
    """Answer with the best of what the reader marked; its page is the only source, where it is known."""
    passage = Passage(url or "", "", "Selected text", (), tuple(plain_blocks(selection)), 1.0)
    wanted, sections = ranked(question, [passage], Vocabulary())
    shown = excerpt(sections[0].units, wanted, SELECTION)
    text = shown.text if shown else inline(selection)
    if not url:
        return Answer(text, Mode.EXTRACTIVE)
    citations = Citations()
    mark = citations.cite(sections[0], text)
    cited = f"**{sections[0].label}** {mark}\n\n{text}" if "\n" in text else f"{text} {mark}"
    return Answer(cited, Mode.EXTRACTIVE, citations.sources())


def _led(line: str, answer: Answer) -> Answer:
    return replace(answer, text=f"{line}\n\n{answer.text}")


def _unknown_subject(question: str, found: Found) -> str:
    """The words that the book lacks, as code, where the question is about them."""
    if not found.missing or beginning.asked(question, found.vocabulary):
        return ""  # who begins "on my machine" does not ask about machines
    asked = set(terms(asking(question) or question))
    weights = {term: found.vocabulary.rarity(term) for term in asked}
    others = Asked.of(question).others
    missing = [
        each
        for each in found.missing
        if asked.intersection(terms(each))
        and not each.isdigit()
        and not any(found.vocabulary.frequencies.keys() & others.get(term, frozenset()) for term in terms(each))
    ]
    lacking = sum(found.vocabulary.rarity(term) for each in missing for term in terms(each))
    if lacking < SUBJECT * (sum(weights.values()) or 1.0):
        return ""
    return ", ".join(f"`{each}`" for each in missing[:MOST_NAMED])


def asking(message: str) -> str:
    """The sentences of a longer message that ask; empty where all of it asks, or nothing does."""
    told = split(" ".join(message.split()))
    asked = [each for each in told if each.endswith(QUESTION_MARKS)]
    return " ".join(asked) if len(asked) < len(told) else ""


def _is_close(question: str, passage: Passage) -> bool:
    """Near in meaning, and with a word in common; where meaning is unknown, the word must do."""
    shared = set(terms(question)) & set(terms(f"{' '.join(passage.heading_path)} {passage.text}"))
    return bool(shared) and (passage.cosine >= LEAST_COSINE or not passage.cosine)
