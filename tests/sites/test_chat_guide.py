"""What specs/guides/chat.md says works: each block is built by its generator, and the chat is on every page."""

from __future__ import annotations

import re
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from infra.local.origins import own_other_name
from infra.local.program import PROJECT
from tests.e2e.conftest import PATIENCE_MILLISECONDS, browser
from tests.e2e.reading import answer, ask_and_wait, in_history, sign_in, sign_up
from tests.sites.generators import run
from tests.sites.guide import API, NAMED, PLAIN, SECTIONS, blocks, site

if TYPE_CHECKING:
    from collections.abc import Generator

    from playwright.sync_api import Browser, Error, Locator, Page

    from infra.local.platform import Platform

__all__ = ["browser"]

SMOKE = (PLAIN, "mkdocs", "sphinx")
ALL = [
    pytest.param(each, id=each, marks=[*([pytest.mark.smoke] if each in SMOKE else []), pytest.mark.xdist_group(each)])
    for each in SECTIONS.values()
]
NO_PAGES = (
    "404.html",
    "toc.html",
    "print.html",
    "search.html",
    "genindex.html",
    "_static",
    "assets",
    "tags",
    "categories",
)
"""Beside a book's pages; Sphinx fills its search page and its index in ways of its own."""
OTHER_PAGE = {
    "docusaurus": "a.pagination-nav__link",
    "mkdocs": "article a[href]:not([href^=http]):not([href^='#']):visible",
    "vitepress": "a[href*='guide']:visible",
    "mdbook": "a[href$='.html']:visible",
    "sphinx": "a[href$='.html']:visible",
    "hugo": "a[href*=setup]:visible",
    "starlight": "main a[href*=setup]:visible, a[rel=next]:visible",
    PLAIN: "a[href$='.html']:visible",
}
DARK = {
    "docusaurus": ["nav button[class*=toggleButton]:visible"],
    "mkdocs": ["label[for^=__palette]:visible"],
    "vitepress": [".VPNavBar .VPSwitchAppearance:visible"],
    "mdbook": ["button[id$=theme-toggle]", "button[id$=coal]"],
    "sphinx": [".theme-toggle:visible"],
    "hugo": ["#dark"],
    "starlight": ["starlight-theme-select select:visible"],
    PLAIN: ["#dark"],
}
"""What a reader presses on such a site to have it dark."""

QUESTION = "What is Lantern?"
ANSWER = re.compile("a lamp that is lit over HTTP")
HOW = {
    "": ("How do I install the lantern by package?", re.compile("apt install lantern")),
    PLAIN: ("How do I light the wick of the lantern?", re.compile("light its wick with a match")),
}
"""What a site's second page answers."""

ACCOUNTS = [
    pytest.param(each, id=each, marks=pytest.mark.xdist_group(each))
    for each in (PLAIN, "docusaurus", "mkdocs", "vitepress")
]
"""Where a reader has one, too: nothing draws the first, React the second, Python the third, Vue the last.

They are the first of `ALL`: what has the same place in its list is run together, so that each site is built once.
"""


class Tags(HTMLParser):
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
    """As hosts of static sites do, it finds a page without its ending."""

    def translate_path(self, path: str) -> str:
        found = super().translate_path(path)
        page = Path(f"{found}.html")
        return str(page) if not Path(found).exists() and page.exists() else found

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the standard library's name)
        del format, args


@contextmanager
def served(folder: Path) -> Generator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://localhost:{server.server_port}"
        finally:  # or its thread would keep the process
            server.shutdown()
            thread.join()


@pytest.mark.smoke
def test_every_block_of_the_guide_is_tried() -> None:
    assert {*blocks()} == {*SECTIONS}
    assert all(blocks().values())


@pytest.mark.smoke
def test_two_lines_are_enough_for_any_page() -> None:
    [block] = blocks()[""]
    page = Tags(block.text)

    assert (page.scripts, page.elements) == ([f"{API}/docs-chat.js"], 1)


@dataclass(frozen=True, slots=True)
class Published:
    """A site with the chat, at an origin of its own, whose documentation was ingested."""

    name: str
    folder: Path
    origin: str
    api: str

    @property
    def first(self) -> str:
        return f"{self.origin}/book/{'docs/' if self.name == 'docusaurus' else ''}"


@pytest.fixture(scope="module")
def published(
    request: pytest.FixtureRequest, platform: Platform, tmp_path_factory: pytest.TempPathFactory
) -> Generator[Published]:
    """Each generator builds once for all tests."""
    name: str = request.param
    out = tmp_path_factory.mktemp(name)
    with served(out) as origin, platform.another_gateway(f"for {name}", "http", {"SITE_ORIGIN": origin}) as gateway:
        api = own_other_name(gateway.port)
        site(name, api, out, origin)
        ingest(out / "book", platform.qdrant.url, f"{origin}/book/")
        yield Published(name, out / "book", origin, api)


def ingest(folder: Path, qdrant_url: str, address: str) -> None:
    """In the place of the site before: all of them say the same."""
    command = [sys.executable, "-m", "infra.ingestion", str(folder), "--qdrant-url", qdrant_url]
    command += ["--site", "lantern", "--site-url", address, "--force"]
    run(command, PROJECT)


@pytest.fixture
def reader(published: Published, browser: Browser) -> Generator[Page]:
    """The site's first page, before somebody who was never here; no script of it fails."""
    with visitor(browser, published) as page:
        errors: list[str] = []
        page.on("pageerror", lambda error: None if is_elsewhere(error, published) else errors.append(str(error)))
        page.goto(published.first)
        page.wait_for_function(READY)
        yield page
        assert errors == []


def is_elsewhere(error: Error, published: Published) -> bool:
    """A script of the generator's asks another host (mdBook the playground of Rust), and there is no network."""
    return error.message == "Failed to fetch" and published.api not in (error.stack or "")


READY: Any = "document.querySelector('docs-chat')?.shadowRoot?.querySelector('button')"


@contextmanager
def visitor(browser: Browser, published: Published) -> Generator[Page]:
    """A browser profile of its own."""
    context = browser.new_context(base_url=published.origin, locale="en-GB")
    context.set_default_timeout(PATIENCE_MILLISECONDS)
    yield context.new_page()
    context.close()


def open_chat(page: Page) -> None:
    page.locator("docs-chat .launcher").click()
    expect(page.get_by_label("Your question")).to_be_focused()


def ask_how(page: Page, published: Published) -> Locator:
    """What another page of the site answers; the answer."""
    question, said = HOW.get(published.name, HOW[""])
    given = ask_and_wait(page, question)
    expect(given).to_contain_text(said)
    return given


def open_source(page: Page, published: Published) -> None:
    """The first one of the newest answer: a page of the site that says it, beside which the answer stays."""
    _, said = HOW.get(published.name, HOW[""])
    before = page.url
    answer(page).get_by_role("group", name="Sources").get_by_role("link").first.click()
    page.wait_for_url(lambda url: url.startswith(f"{published.origin}/book/") and url != before)
    text = NAMED[published.name].main if published.name in NAMED else "main"
    expect(page.locator(text).first).to_contain_text(said)
    expect(answer(page)).to_contain_text(said)


def other_page(page: Page, name: str) -> None:
    before = page.url
    page.locator(OTHER_PAGE[name]).first.click()
    page.wait_for_url(lambda url: url.split("#")[0] != before.split("#")[0])
    page.wait_for_function(READY)


@pytest.mark.parametrize("published", ALL, indirect=True)
def test_every_page_that_the_generator_builds_has_the_chat(published: Published) -> None:
    folder = published.folder
    pages = [each for each in folder.rglob("*.html") if not {*each.relative_to(folder).parts} & {*NO_PAGES}]

    assert len(pages) >= 2
    for each in pages:
        page = Tags(each.read_text(encoding="utf-8"))
        if published.name == "mdbook":
            assert [1 for script in page.scripts if "chat-" in script] == [1] or not page.scripts, each
        elif page.scripts:  # else it only redirects
            assert (page.scripts.count(f"{published.api}/docs-chat.js"), page.elements) == (1, 1), each


@pytest.mark.parametrize("published", ALL, indirect=True)
def test_it_stays_from_page_to_page(published: Published, reader: Page) -> None:
    reader.evaluate("document.querySelector('docs-chat').before = true")

    other_page(reader, published.name)

    assert reader.locator("docs-chat").count() == 1
    if published.name in {"docusaurus", "vitepress"}:
        assert reader.evaluate("document.querySelector('docs-chat').before"), "the element was made anew"


@pytest.mark.parametrize("published", ALL, indirect=True)
def test_a_question_is_answered_from_the_site_and_its_source_is_a_page_of_it(
    published: Published, reader: Page
) -> None:
    open_chat(reader)

    given = ask_and_wait(reader, QUESTION)

    expect(given).to_contain_text(ANSWER)
    source = given.get_by_role("group", name="Sources").get_by_role("link").first
    assert source.evaluate("link => link.href").startswith(f"{published.origin}/book/")
    ask_how(reader, published)
    open_source(reader, published)


@pytest.mark.parametrize("published", ALL, indirect=True)
def test_it_is_dark_as_soon_as_the_site_is(published: Published, reader: Page) -> None:
    root = reader.locator("docs-chat .root")
    expect(root).to_have_attribute("data-scheme", "light")

    for each in DARK[published.name]:
        control = reader.locator(each).first
        if "select" in each:
            control.select_option("dark")
        else:
            control.click()

    expect(root).to_have_attribute("data-scheme", "dark")


@pytest.mark.parametrize("published", ACCOUNTS, indirect=True)
def test_a_reader_of_the_site_has_an_account_and_finds_everything_again(
    published: Published, reader: Page, browser: Browser
) -> None:
    question, said = HOW.get(published.name, HOW[""])
    open_chat(reader)
    email = sign_up(reader)
    with reader.expect_response("**/api/chat") as replied:
        ask_how(reader, published)
    assert replied.value.header_value("content-type").startswith("text/event-stream")  # pyright: ignore[reportOptionalMemberAccess]

    open_source(reader, published)
    reader.locator("docs-chat").evaluate("element => element.close()")
    reader.goto(published.first)
    reader.reload()
    open_chat(reader)
    expect(answer(reader)).to_contain_text(said)

    with visitor(browser, published) as elsewhere:
        elsewhere.goto(published.first)
        open_chat(elsewhere)
        elsewhere.get_by_role("button", name="Sign in", exact=True).click()
        sign_in(elsewhere, email)
        elsewhere.get_by_role("button", name="Your conversations").click()
        in_history(elsewhere, question).click()
        expect(answer(elsewhere)).to_contain_text(said)
