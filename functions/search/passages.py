"""`GET /api/search`: the passages that belong to a question, the best one of each page."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from functions.dependencies.allowances import ask_a_question
from functions.dependencies.book import OpenBook
from shared.answering.extractive.citations import plain
from shared.answering.extractive.snippets import snippet
from shared.app import build_handler
from shared.retrieval.models import Found, Passage, one_of_each_page
from shared.retrieval.queries import Edition
from shared.web import APIRouter, Depends, Query

router = APIRouter(dependencies=[Depends(ask_a_question)])

PASSAGES_A_PAGE = 3
"""Asked for beyond the limit, because several of the best passages are often of one page."""


Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000, pattern=r"^[^\x00]*$"), Query()
]


Version = Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00]*$")]
Address = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*$")]
Language = Annotated[str, StringConstraints(max_length=35, pattern=r"^[^\x00]*$")]


class Result(BaseModel):
    """The best passage of a page."""

    title: str
    url: str
    page: str = Field(description="The source file's path without its ending")
    snippet: str
    score: float = Field(description="Orders the results of one search; says nothing across searches")


class Results(BaseModel):
    """Best first."""

    results: list[Result]


@router.get("/api/search")
async def passages(
    book: OpenBook,
    q: Words,
    limit: Annotated[int, Query(ge=1, le=20)] = 8,
    version: Version | None = None,
    pages_language: Annotated[Language | None, Query(alias="pagesLanguage")] = None,
    page: Address | None = None,
) -> Results:
    """Search the book; no account is needed.

    Pages of `version` are found, else those of the version of the reader's `page`, else of the one that readers have;
    with `pagesLanguage` only those in that language.
    """
    edition = Edition(version or None, pages_language or None, page)
    found = book.search(q, limit=limit * PASSAGES_A_PAGE, edition=edition)
    return Results(results=[_result(found, each) for each in one_of_each_page(found.passages)[:limit]])


def _result(found: Found, passage: Passage) -> Result:
    return Result(
        title=plain(passage.label),
        url=passage.url,
        page=passage.page,
        snippet=snippet(found.question, passage, found.vocabulary),
        score=passage.score,
    )


handler = build_handler(router)
