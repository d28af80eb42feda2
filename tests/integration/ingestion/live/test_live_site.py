"""A published site is ingested as its readers see it, and an outage takes nothing from the store."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from infra.ingestion.choosing import Order, choose_reader
from infra.ingestion.form import Excluded, Page, Skipped
from infra.ingestion.ingest import TooMuchWouldGo, ingest
from infra.ingestion.progress import Silent
from infra.ingestion.sources import NothingToIngest
from tests.integration.ingestion.live.site import LiveSite, Told, html, published, sitemap

if TYPE_CHECKING:
    from pathlib import Path

    from infra.ingestion.form import Found
    from infra.ingestion.ingest import Report
    from tests.integration.ingestion.conftest import Book

NAMES = ("", "a", "b", "c", "d", "e")


def site_of(site: LiveSite) -> None:
    site.pages["/robots.txt"] = Told("User-agent: *\nDisallow: /d\n")
    site.pages["/sitemap.xml"] = sitemap(*(f"{site.url}/{each}" for each in NAMES))
    site.pages |= {f"/{each}": html(f"Page {each or 'one'}") for each in NAMES}


def read(site: LiveSite, cache: Path) -> list[Found]:
    choice = choose_reader(Order([site.url], cache=cache), Silent())
    return list(choice.reader.read(choice.documents))


def ingested(site: LiveSite, book: Book, cache: Path, *, force: bool = False) -> Report:
    return ingest(Order([site.url], site="live", cache=cache), book.server.url, replace(book.options, force=force))


def test_pages_have_the_addresses_they_were_fetched_from(tmp_path: Path) -> None:
    with published({}) as site:
        site_of(site)
        site.pages["/b"] = "<html><body><div id=root></div><script src=x.js></script></body></html>"
        found = read(site, tmp_path)
        pages = [each for each in found if isinstance(each, Page)]
        assert [each.address for each in pages] == [f"{site.url}/{each}" for each in ("a", "c", "e", "")]
        left = {each.path: each.reason for each in found if isinstance(each, Excluded)}
        assert left == {"d": "robots.txt", "b": "empty until a script runs: rendered in the browser only"}


def test_pages_that_only_a_script_fills_are_named(tmp_path: Path, book: Book) -> None:
    class Warned(Silent):
        messages: list[str] = []  # noqa: RUF012 (one test)

        def warn(self, message: str) -> None:
            self.messages.append(message)

    with published({}) as site:
        site_of(site)
        site.pages["/b"] = "<html><body><div id=root></div><script src=x.js></script></body></html>"
        ingest(Order([site.url], site="live", cache=tmp_path), book.server.url, book.options, Warned())
        reason = "empty until a script runs: rendered in the browser only"
        assert Warned.messages == [f"{site.url}/b is left out: {reason}"]


@pytest.mark.long  # it waits for the site as an ingestion does
def test_a_page_that_cannot_be_fetched_now_keeps_what_is_stored(tmp_path: Path, book: Book) -> None:
    with published({}) as site:
        site_of(site)
        assert ingested(site, book, tmp_path).pages == 5
        before = book.texts()
        site.pages["/a"] = Told("", 500)
        assert [each.path for each in read(site, tmp_path) if isinstance(each, Skipped)] == ["a"]
        report = ingested(site, book, tmp_path)
        assert (report.removed, len(report.warnings)) == (0, 1)
        assert book.texts() == before


@pytest.mark.long
def test_many_pages_less_need_a_word_and_a_site_that_is_away_changes_nothing(tmp_path: Path, book: Book) -> None:
    with published({}) as site:
        site_of(site)
        ingested(site, book, tmp_path)
        before = book.texts()
        site.pages["/sitemap.xml"] = sitemap(*(f"{site.url}/{each}" for each in ("", "a", "b")))
        with pytest.raises(TooMuchWouldGo, match="2 of the 5 pages of site live"):
            ingested(site, book, tmp_path)
        site.pages |= {each: Told("", 502) for each in list(site.pages)}
        with pytest.raises(NothingToIngest):
            ingested(site, book, tmp_path)
        assert book.texts() == before
        site_of(site)
        site.pages["/sitemap.xml"] = sitemap(*(f"{site.url}/{each}" for each in ("", "a", "b")))
        assert ingested(site, book, tmp_path, force=True).pages == 3
