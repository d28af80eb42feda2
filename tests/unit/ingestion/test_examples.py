"""Only questions that their own section answered are offered, spread over the pages of a book."""

from __future__ import annotations

from typing import Any

import pytest

from infra.ingestion import examples
from infra.ingestion.progress import Silent
from shared.errors import RetrievalUnavailable
from shared.retrieval.blocks import Paragraph
from shared.retrieval.models import Found, Passage

SITE = "https://wombat.test/docs"


def fields(page: str, heading: str, **others: object) -> dict[str, Any]:
    anchor = heading.lower().replace(" ", "-")
    known = {"path": f"{page}.md", "url": f"{SITE}/{page}#{anchor}", "title": page.title(), "position": 0}
    return known | {"heading_path": [page.title(), heading], "lang": "en", "release": "current"} | others


class Book:
    """Answers each question from the section whose heading has the most words in common with it."""

    def __init__(self, *passages: dict[str, Any], missing: tuple[str, ...] = (), on_topic: bool = True) -> None:
        self.passages, self.missing, self.on_topic = passages, missing, on_topic
        self.asked: list[str] = []

    def search(self, question: str) -> Found:
        self.asked.append(question)
        wanted = {*question.lower().strip("?").split()}
        best = max(self.passages, key=lambda each: len(wanted & {*each["heading_path"][-1].lower().split()}))
        text = f"{best['heading_path'][-1]} with great care, and then rest."
        path = tuple(best["heading_path"])
        found = Passage(best["url"], best["path"], best["title"], path, (Paragraph(text),), 1.0, cosine=0.9)
        return Found((found,), 0.9, on_topic=self.on_topic, question=question, missing=self.missing)


def offered(book: Book) -> list[tuple[str, str]]:
    found = examples.payload(book.passages, book.search, Silent())
    return [(each["question"], each["url"]) for each in found["examples"]]


def test_a_question_is_offered_with_the_section_that_answered_it() -> None:
    book = Book(fields("arm", "Calibrate the arm"), fields("arm", "Specifications"))

    assert offered(book) == [("How do I calibrate the arm?", f"{SITE}/arm#calibrate-the-arm")]
    assert book.asked == ["How do I calibrate the arm?"]


def test_one_that_another_section_answers_is_not_offered() -> None:
    lead, other = fields("arm", "Calibrate the arm"), fields("leg", "How do I calibrate the arm")

    assert (lead["url"],) not in {(url,) for _, url in offered(Book(other, lead))}


@pytest.mark.parametrize("book", [{"on_topic": False}, {"missing": ("calibrate",)}])
def test_one_that_is_refused_or_answered_with_a_word_of_doubt_is_not_offered(book: dict[str, Any]) -> None:
    assert offered(Book(fields("arm", "Calibrate the arm"), **book)) == []


def test_every_page_has_its_turn_and_pages_at_the_top_come_first() -> None:
    book = Book(
        fields("deep/b", "Clean the lens"),
        fields("arm", "Stop the arm", position=1),
        fields("arm", "Calibrate the arm", position=0),
        fields("zoo", "Feed the wombat"),
    )

    assert [question for question, _ in offered(book)] == [
        "How do I calibrate the arm?",
        "How do I clean the lens?",
        "How do I stop the arm?",
    ]


def test_a_page_offers_a_few_and_a_book_has_an_end() -> None:
    book = Book(
        *(fields(f"p{page}", f"Calibrate the arm {page} {n}", position=n) for page in range(99) for n in range(9))
    )

    found = offered(book)
    assert len(book.asked) <= examples.MOST
    assert max(sum(url.startswith(f"{SITE}/p{page}#") for _, url in found) for page in range(99)) <= examples.OF_A_PAGE


def test_an_older_version_of_the_product_offers_nothing() -> None:
    assert offered(Book(fields("arm", "Calibrate the arm", release="other"))) == []


def test_a_book_that_cannot_be_searched_is_told_and_not_taken_for_one_without_answers() -> None:
    def closed(_: str) -> Found:
        raise RetrievalUnavailable

    with pytest.raises(RetrievalUnavailable):
        examples.payload([fields("arm", "Calibrate the arm")], closed, Silent())
