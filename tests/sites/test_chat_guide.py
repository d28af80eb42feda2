"""What specs/guides/chat.md says works: each block is built by its generator, and the chat is on every page."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from infra.local.origins import own_other_name
from tests.e2e.conftest import browser
from tests.sites.guide import API, SECTIONS, blocks, site

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from playwright.sync_api import Browser

    from infra.local.platform import Platform

__all__ = ["browser"]

SMOKE = ("mkdocs", "mdbook", "sphinx")
ALL = [
    pytest.param(each, id=each, marks=[*([pytest.mark.smoke] if each in SMOKE else []), pytest.mark.xdist_group(each)])
    for each in SECTIONS.values()
    if each
]
NO_PAGES = ("404.html", "toc.html", "print.html", "search.html", "genindex.html", "_static", "assets")
"""Beside a book's pages; Sphinx fills its search page and its index in ways of its own."""
OTHER_PAGE = {
    "docusaurus": "a.pagination-nav__link--next",
    "mkdocs": "article a[href]:not([href^=http]):not([href^='#']):visible",
    "vitepress": "a[href*='guide']:visible",
    "mdbook": "a[href$='.html']:visible",
    "sphinx": "a[href$='.html']:visible",
}


class Page(HTMLParser):
    """Counts what the guide adds."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.elements = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        source = dict(attrs).get("src") or ""
        self.scripts += [source] if tag == "script" and source else []
        self.elements += tag == "docs-chat"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the standard library's name)
        del format, args


@contextmanager
def served(folder: Path) -> Generator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.smoke
def test_every_block_of_the_guide_is_tried() -> None:
    assert {*blocks()} == {*SECTIONS}
    assert all(blocks().values())


@pytest.mark.smoke
def test_two_lines_are_enough_for_any_page() -> None:
    [block] = blocks()[""]
    page = Page(block.text)

    assert (page.scripts, page.elements) == ([f"{API}/docs-chat.js"], 1)


@pytest.mark.parametrize("name", ALL)
def test_every_page_that_the_generator_builds_has_the_chat(name: str, tmp_path: Path) -> None:
    folder = site(name, API, tmp_path) / "book"
    pages = [each for each in folder.rglob("*.html") if not {*each.relative_to(folder).parts} & {*NO_PAGES}]

    assert len(pages) >= 3
    for each in pages:
        page = Page(each.read_text(encoding="utf-8"))
        if name == "mdbook":
            assert [1 for script in page.scripts if "chat-" in script] == [1] or not page.scripts, each
        elif page.scripts:  # else it only redirects
            assert (page.scripts.count(f"{API}/docs-chat.js"), page.elements) == (1, 1), each


@pytest.mark.parametrize("name", ALL)
def test_a_reader_finds_it_there_and_it_stays_from_page_to_page(
    name: str, tmp_path: Path, platform: Platform, browser: Browser
) -> None:
    api = own_other_name(0)
    with served(tmp_path) as origin, platform.beside(f"for {name}", "http", {"SITE_ORIGIN": origin}) as gateway:
        api = own_other_name(gateway.port)
        site(name, api, tmp_path)
        page = browser.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{origin}/book/{'docs/' if name == 'docusaurus' else ''}")
        ready: Any = "document.querySelector('docs-chat')?.shadowRoot?.querySelector('button')"
        page.wait_for_function(ready)
        page.evaluate("document.querySelector('docs-chat').before = true")
        before = page.url
        page.locator(OTHER_PAGE[name]).first.click()
        page.wait_for_url(lambda url: url.split("#")[0] != before.split("#")[0])
        page.wait_for_function(ready)
        assert page.locator("docs-chat").count() == 1
        if name in {"docusaurus", "vitepress"}:
            assert page.evaluate("document.querySelector('docs-chat').before"), "the element was made anew"
        assert errors == []
        page.close()
