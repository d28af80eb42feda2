"""The book as a dependency of routes: one client a container, with its connection and its circuit breaker."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Annotated, TypeAlias

from shared.guarded_client import GuardedClient
from shared.retrieval.search import search
from shared.settings import RetrievalSettings
from shared.web import Depends

if TYPE_CHECKING:
    from shared.retrieval.models import Found


class Book:
    """Searches the collection that the settings name."""

    def __init__(self, settings: RetrievalSettings) -> None:
        self.settings = settings
        self.client = GuardedClient(settings.url, "the search")

    def search(self, question: str, *, limit: int = 8) -> Found:
        """As `shared.retrieval.search.search`."""
        return search(self.client, self.settings, question, limit=limit)


@cache
def _book() -> Book:
    return Book(RetrievalSettings.read())


async def book() -> Book:
    """The container's book. `async`, because FastAPI would run a plain function on a thread of its own."""
    return _book()


OpenBook: TypeAlias = Annotated[Book, Depends(book)]
