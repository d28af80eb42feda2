"""`GET /llms.txt` and the files that it names: a list of the book's pages, and their text."""

from __future__ import annotations

import hashlib
from typing import Annotated, Final

from functions.dependencies.allowances import ask_a_question
from functions.dependencies.book import OpenBook
from shared.app import build_handler
from shared.errors import NotFound
from shared.retrieval.reading import read_files
from shared.retrieval.search import Book
from shared.web import APIRouter, Depends, Header, Path, Response

router = APIRouter(dependencies=[Depends(ask_a_question)])

KEPT: Final = "public, max-age=3600, stale-while-revalidate=86400"
PLAIN: Final = "text/plain; charset=utf-8"
INDEX: Final = "llms.txt"
FULL: Final = "llms-full.txt"

Tags = Annotated[str, Header(alias="if-none-match", include_in_schema=False)]
Name = Annotated[str, Path(max_length=200, pattern=r"^[\w.-]+\.txt$", description="As `llms.txt` names it")]


@router.get("/llms.txt", response_class=Response)
async def index(book: OpenBook, if_none_match: Tags = "") -> Response:
    """List the pages of the book; of several sites, one list after the other."""
    return _answer(book, INDEX, if_none_match)


@router.get("/llms-full.txt", response_class=Response)
async def full(book: OpenBook, if_none_match: Tags = "") -> Response:
    """Give the text of all pages; 404 where that is too much for one file, whose parts `llms.txt` names."""
    return _answer(book, FULL, if_none_match)


@router.get("/llms-full/{file}", response_class=Response)
async def part(book: OpenBook, file: Name, if_none_match: Tags = "") -> Response:
    """Give the text of a part of the pages."""
    return _answer(book, f"llms-full/{file}", if_none_match)


def _answer(book: Book, name: str, known: str) -> Response:
    found = read_files(book, name)
    if not found:
        raise NotFound
    tag = f'"{hashlib.sha256("".join(each.version for each in found).encode()).hexdigest()[:16]}"'
    headers = {"cache-control": KEPT, "etag": tag, "vary": "Origin"}
    if tag in known:
        return Response(status_code=304, headers=headers)
    return Response("\n".join(each.text for each in found), media_type=PLAIN, headers=headers)


handler = build_handler(router)
