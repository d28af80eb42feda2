"""A container's example questions: read now and then, those of the reader's page first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from shared.errors import RetrievalUnavailable
from shared.retrieval.examples import FORM, FRESH_SECONDS, ExampleReader, Examples
from tests.fixtures.clock import Clock

if TYPE_CHECKING:
    from shared.retrieval.search import Book

PAGES = ["https://site.test/docs/arm#calibrate", "https://site.test/docs/leg/#walk", "https://site.test/docs/arm#stop"]


def payload(*urls: str) -> dict[str, Any]:
    return {"form": FORM, "examples": [{"question": f"Q{url}?", "title": "T", "url": url} for url in urls]}


class Store:
    """Stands where a book is asked."""

    def __init__(self, found: dict[str, Any] | None) -> None:
        self.found, self.asked, self.is_away = found, 0, False

    def ask(self, _body: bytes, _seconds: float) -> list[list[dict[str, Any]]]:
        self.asked += 1
        if self.is_away:
            raise RetrievalUnavailable
        return [[{"payload": self.found}] if self.found else []]


def reader_of(store: Store, clock: Clock) -> ExampleReader:
    book: Book = store  # pyright: ignore[reportAssignmentType] (all of a book that is used)
    return ExampleReader(book, clock)


@pytest.mark.parametrize(
    "page",
    [
        "/docs/leg",
        "/docs/leg/",
        "/docs/leg.html",
        "/docs/leg/index.html",
        "https://else.test/docs/leg?a=1#b",
        "/docs/l%65g",
    ],
)
def test_those_of_the_readers_page_come_first_however_it_is_addressed(page: str) -> None:
    found = Examples.read(payload(*PAGES)).of_page(page, 2)

    assert [each.url for each in found] == [PAGES[1], PAGES[0]]


@pytest.mark.parametrize("page", [None, "", "/", "/docs/nowhere", "http://[", "x" * 2000])
def test_a_page_without_any_gets_those_that_introduce_the_book(page: str | None) -> None:
    assert [each.url for each in Examples.read(payload(*PAGES)).of_page(page, 2)] == PAGES[:2]


def test_they_are_read_once_and_again_after_a_while() -> None:
    store, clock = Store(payload(*PAGES)), Clock()
    reader = reader_of(store, clock)
    assert len(reader.first(3)) == len(reader.first(3)) == 3
    assert store.asked == 1

    store.found = payload(PAGES[0])
    clock.now += FRESH_SECONDS + 1
    assert len(reader.first(3)) == 1
    assert store.asked == 2


def test_while_the_store_is_away_those_of_before_are_shown_and_nobody_asks_again_soon() -> None:
    store, clock = Store(payload(*PAGES)), Clock()
    reader = reader_of(store, clock)
    before = reader.first(3)
    store.is_away = True
    clock.now += FRESH_SECONDS + 1

    assert reader.first(3) == reader.first(3) == before
    assert store.asked == 2


def test_where_they_were_never_read_a_route_says_so_and_small_talk_does_without() -> None:
    store = Store(None)
    store.is_away = True
    reader = reader_of(store, Clock())

    assert reader.first(3) == []
    with pytest.raises(RetrievalUnavailable):
        reader.examples()


@pytest.mark.parametrize("found", [None, {"form": FORM + 1, "examples": [1]}])
def test_a_book_without_any_or_with_those_of_a_later_version_has_none(found: dict[str, Any] | None) -> None:
    assert reader_of(Store(found), Clock()).examples() == Examples()


DAMAGED: list[dict[str, Any]] = [{"form": FORM}, {"form": FORM, "examples": [{}]}, {"form": FORM, "examples": 7}]


@pytest.mark.parametrize("found", DAMAGED)
def test_what_is_damaged_is_unavailable_and_no_fault(found: dict[str, Any]) -> None:
    with pytest.raises(RetrievalUnavailable):
        reader_of(Store(found), Clock()).examples()
