"""`GET /api/suggestions`: questions that the book answers, those of the page that the reader is on first."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field, StringConstraints

from functions.dependencies.allowances import ask_a_question
from functions.dependencies.book import Examples
from functions.wire import Json
from shared.app import build_handler
from shared.web import APIRouter, Depends, Query, Response

router = APIRouter(dependencies=[Depends(ask_a_question)])

KEPT: Final = "public, max-age=300"
"""They are the same for everybody, and change with the book alone."""

Page = Annotated[
    str | None,
    StringConstraints(max_length=2000),
    Query(description="Address of the page that the reader is on, or its path"),
]


class Suggestion(Json):
    """A question and where it is answered."""

    question: str = Field(description="In the language of the book; sent to `POST /api/chat` it is answered")
    title: str = Field(description="Of the section that answers it")
    url: str


class Suggestions(Json):
    """Those that fit the page come first, then those that introduce the book."""

    suggestions: list[Suggestion]


@router.get("/api/suggestions")
async def of_page(
    response: Response, examples: Examples, page: Page = None, limit: Annotated[int, Query(ge=1, le=20)] = 3
) -> Suggestions:
    """Suggest questions; ingestion asked each of them, and its own section answered."""
    response.headers["cache-control"] = KEPT
    response.headers["vary"] = "Origin"  # API Gateway names the site that asked in each answer
    shown = examples.examples().of_page(page, limit)
    return Suggestions(suggestions=[Suggestion.model_validate(each) for each in shown])


handler = build_handler(router)
