"""Questions that the book is known to answer: ingestion asked each, and kept those that their own section answered.

They are the payload of one point without vectors, so no search ever finds it; a container reads it now and then.
"""

from __future__ import annotations

import json
import time
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from shared.errors import RetrievalUnavailable
from shared.links import page_path
from shared.observability import log
from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from shared.retrieval.search import Book

POINT: Final = "b3a1f0c2-9d0f-5a57-8f5e-3a0f1e6f7c55"
"""Its id in every collection."""

FORM: Final = 1
BODY: Final = json.dumps(
    {"searches": [{"filter": {"must": [{"has_id": [POINT]}]}, "limit": 1, "with_payload": True}]}
).encode()
FRESH_SECONDS: Final = 300.0
"""For so long a container uses what it has read."""
PATIENCE_SECONDS: Final = 1.0
"""Nobody waits for an example as for an answer; yet a slow name server lies within."""


@record
class Example:
    """A question and the section that answers it.

    Attributes:
        title: The section's, as a reader sees it.
        url: Its address.
    """

    question: str
    title: str
    url: str


@record
class Examples:
    """All of a book's, those that serve best to introduce it first."""

    all: tuple[Example, ...] = ()

    @classmethod
    def read(cls, payload: Mapping[str, Any]) -> Examples:
        """Those that ingestion wrote; none of a form that came later.

        Raises:
            KeyError, TypeError: They are none.
        """
        if payload["form"] != FORM:
            return cls()
        return cls(tuple(Example(str(e["question"]), str(e["title"]), str(e["url"])) for e in payload["examples"]))

    def of_page(self, page: str | None, limit: int) -> list[Example]:
        """So many: the page's own first, then those of the book."""
        return [*islice(self._ordered(page_path(page)), limit)]

    def _ordered(self, page: str) -> Iterator[Example]:
        own = [each for each in self.all if page and page_path(each.url) == page]
        yield from own
        yield from (each for each in self.all if each not in own)


class ExampleReader:
    """Reads the book's examples, and remembers them for a while.

    Args:
        book: Whose.
        clock: Seconds; only differences count.
    """

    def __init__(self, book: Book, clock: Callable[[], float] = time.monotonic) -> None:
        self._book, self._clock = book, clock
        self._known: Examples | None = None
        self._read_at = 0.0

    def examples(self) -> Examples:
        """As they are now, or were a while ago; none of a book that was ingested before there were any.

        Raises:
            RetrievalUnavailable: They cannot be read, and never were.
        """
        if self._known is None or self._clock() - self._read_at > FRESH_SECONDS:
            try:
                self._known = self._read()
            except RetrievalUnavailable:
                if self._known is None:
                    raise
            self._read_at = self._clock()
        return self._known

    def first(self, limit: int) -> list[str]:
        """Questions that introduce the book; none where they cannot be read now."""
        try:
            return [each.question for each in self.examples().of_page(None, limit)]
        except RetrievalUnavailable as error:
            log.info("the book's example questions could not be read", exc_info=error)
            return []

    def _read(self) -> Examples:
        points = self._book.ask(BODY, PATIENCE_SECONDS)[0]
        try:
            return Examples.read(points[0]["payload"]) if points else Examples()
        except (LookupError, TypeError) as error:
            raise RetrievalUnavailable from error
