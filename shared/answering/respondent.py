"""Answers one message, whatever kind it is of, in the words of the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from shared.answering.extractive import quote, quote_selection, refuse
from shared.answering.models import Answer, Mode
from shared.answering.words import USUAL, Words
from shared.degraded import Missing, tolerate
from shared.errors import RetrievalUnavailable
from shared.links import is_linkable
from shared.retrieval.models import Found

Search: TypeAlias = Callable[[str], Found]
"""Finds passages for a question, or raises RetrievalUnavailable."""


@dataclass(frozen=True, slots=True)
class Respondent:
    """Who answers.

    Attributes:
        search: How the book is searched.
        missing: What an answer had to do without is noted here.
        words: What is said beside what the book says.
        language: One that there are words in.
    """

    search: Search
    missing: set[Missing]
    words: Words = field(default_factory=Words)
    language: str = USUAL

    def small_talk(self, kind: str) -> Answer:
        """Answer what is not about the book; nothing is searched."""
        return Answer(self.words.text(self.language, f"{kind}.reply"), Mode.SMALL_TALK)

    def alone(self, question: str) -> Answer:
        """Answer a question that says all that it means."""
        with tolerate(RetrievalUnavailable, Missing.RETRIEVAL, self.missing):
            found = self.search(question)
            write = quote if found.on_topic and found.passages else refuse
            return write(question, found.passages)
        return Answer(self.words.text(self.language, "unavailable.reply"), Mode.UNAVAILABLE)

    def about_selection(self, question: str, selection: str, page: str | None) -> Answer:
        """Answer from what the reader marked on a page."""
        return quote_selection(question, selection, _address(page))


def _address(page: str | None) -> str | None:
    """The page as a link, if it is a web address or a path on the site's own host."""
    return page if page and is_linkable(page) else None
