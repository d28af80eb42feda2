"""This project's own pages: real documentation that is always there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from infra.local.program import PROJECT

if TYPE_CHECKING:
    from tests.integration.ingestion.conftest import Book

QUESTIONS = {
    "How are the functions deployed to AWS?": "aws",
    "How do I put the chat into a Docusaurus site?": "docusaurus",
    "What does it cost a month?": "costs",
}


@pytest.mark.smoke
def test_our_guides_are_ingested_whole_and_a_question_finds_the_page_that_answers_it(book: Book) -> None:
    guides = PROJECT / "specs" / "guides"

    report = book.ingest(guides, site="own")

    assert (report.warnings, report.pages) == ((), len(list(guides.glob("*.md"))))
    for question, page in QUESTIONS.items():
        assert page in [each["path"] for each in book.ask(question)[:3]], question
    assert book.ingest(guides, site="own").unchanged == report.added
