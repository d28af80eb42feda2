"""The book as a dependency of routes: one client a container, with its connection and its circuit breaker."""

from __future__ import annotations

from functools import cache
from typing import Annotated, TypeAlias

from shared.guarded_client import GuardedClient
from shared.retrieval.examples import ExampleReader
from shared.retrieval.search import Book
from shared.settings.answers import RetrievalSettings
from shared.web import Depends


@cache
def _book() -> Book:
    settings = RetrievalSettings.read()
    return Book(GuardedClient(settings.url, "the search"), settings)


async def book() -> Book:
    """The container's book. `async`, because FastAPI would run a plain function on a thread of its own."""
    return _book()


OpenBook: TypeAlias = Annotated[Book, Depends(book)]


@cache
def _examples(its: Book) -> ExampleReader:
    return ExampleReader(its)


async def examples(its: OpenBook) -> ExampleReader:
    """The container's example questions."""
    return _examples(its)


Examples: TypeAlias = Annotated[ExampleReader, Depends(examples)]
