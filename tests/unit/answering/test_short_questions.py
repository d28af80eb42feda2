"""A few words without a verb, in a conversation about something else that the same passage tells of."""

from __future__ import annotations

from dataclasses import dataclass

from shared.answering.models import Mode
from shared.answering.turn.respondent import Respondent
from shared.retrieval.blocks import Paragraph
from shared.retrieval.lexical import terms
from shared.retrieval.models import Found, Passage

TEXT = "Tare the scale in the evening. The mean of 20 samples has an error of less than 50 g."
SURE = 0.8
"""Share of a question's words that the passage must hold."""


@dataclass(frozen=True)
class Said:
    role: str
    content: str


CONVERSATION = [Said("user", "How accurate is the scale in winter?"), Said("assistant", "It says nothing of that.")]


class Book:
    """One passage; it is on topic where it holds nearly all of a question."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def search(self, question: str) -> Found:
        self.asked.append(question)
        passage = Passage("https://b.test/tare", "tare", "Tare", ("Tare",), (Paragraph(TEXT),), 1.0, cosine=0.5)
        wanted = set(terms(question))
        return Found((passage,), 0.5, len(wanted & set(terms(TEXT))) >= SURE * len(wanted), question)


def test_it_is_answered_alone_where_the_book_does_not_tell_of_both_together() -> None:
    book = Book()
    answer = Respondent(book.search, set()).in_conversation("Why 20 samples?", CONVERSATION)

    assert answer.mode is Mode.EXTRACTIVE
    assert "The mean of 20 samples" in answer.text
    assert len(book.asked) == 2


def test_what_the_book_does_not_tell_alone_either_is_refused_after_one_search_more() -> None:
    book = Book()
    answer = Respondent(book.search, set()).in_conversation("Why 20 eggs?", CONVERSATION)

    assert answer.mode is Mode.REFUSED
    assert len(book.asked) == 2
