"""`GET /api/search`: the passages that belong to a question, the best one of each page."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from functions.dependencies.allowances import ask_a_question
from functions.dependencies.book import OpenBook
from shared.answering.citations import plain
from shared.answering.snippets import snippet
from shared.app import build_handler
from shared.retrieval.models import Found, Passage, one_of_each_page
from shared.web import APIRouter, Depends, Query

router = APIRouter(dependencies=[Depends(ask_a_question)])

PASSAGES_A_PAGE = 3
"""Asked for beyond the limit, because several of the best passages are often of one page."""


Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000, pattern=r"^[^\x00]*$"), Query()
]


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
async def passages(book: OpenBook, q: Words, limit: Annotated[int, Query(ge=1, le=20)] = 8) -> Results:
    """Search the book; no account is needed."""
    found = book.search(q, limit=limit * PASSAGES_A_PAGE)
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
