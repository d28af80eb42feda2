"""`<docs-chat>` on a site of another origin than the API's, as most sites are: allowed or not, cookies or none."""

from __future__ import annotations

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import PATIENCE_MILLISECONDS
from tests.e2e.reading import ANSWER, answer, ask, ask_and_wait, in_history, sign_out, sign_up

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from infra.local.platform import Platform

pytestmark = pytest.mark.usefixtures("book")

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>A book</title>
<script defer src="{api}/docs-chat.js"></script><h1>A book</h1><docs-chat placement="page" {attributes}></docs-chat>"""


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves a folder."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the standard library's name)
        del format, args


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("elsewhere")


@pytest.fixture(scope="module")
def origin(folder: Path) -> Generator[str]:
    """Of the site: `localhost` is another site than 127.0.0.1, where the API is, so that no `Lax` cookie goes along."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def allowing(platform: Platform, origin: str) -> Generator[str]:
    """An API that knows the site, and has made nothing else of its settings."""
    with platform.another_gateway("for a site with the element", "http", {"SITE_ORIGIN": origin}) as gateway:
        yield gateway.url


@pytest.fixture
def reader(browser: Browser) -> Generator[Callable[[], Page]]:
    """Opens a browser that was never here before, as often as a test asks for."""
    contexts = [browser.new_context() for _ in range(2)]
    pages = iter([context.new_page() for context in contexts])
    for context in contexts:
        context.set_default_timeout(PATIENCE_MILLISECONDS)
    yield lambda: next(pages)
    for context in contexts:
        context.close()


def put(folder: Path, api: str, attributes: str = "") -> str:
    """The path of a page with the tag."""
    name = f"page-{len(list(folder.iterdir()))}.html"
    (folder / name).write_text(PAGE.format(api=api, attributes=attributes), "utf-8")
    return f"/{name}"


def test_on_an_origin_that_is_not_allowed_one_line_names_the_setting(
    platform: Platform, folder: Path, origin: str, reader: Callable[[], Page]
) -> None:
    page = reader()
    page.goto(origin + put(folder, platform.url("http")))

    line = page.get_by_text("This chat does not answer pages of")
    expect(line).to_contain_text(origin)
    expect(line).to_contain_text("SITE_ORIGIN")
    page.get_by_label("Your question").fill("How?")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your question")).to_have_value("How?")
    expect(line).to_be_visible()


def test_an_api_that_is_gone_is_no_origin_that_is_refused(
    allowing: str, folder: Path, origin: str, reader: Callable[[], Page]
) -> None:
    page = reader()
    page.route("**/api/**", lambda route: route.abort())
    page.route("**/health/live", lambda route: route.abort())
    page.goto(origin + put(folder, allowing))

    expect(page.get_by_text("Accounts and conversations cannot be reached right now.")).to_be_visible()


def test_where_no_cookie_sticks_a_token_of_this_tab_keeps_the_reader_signed_in(
    allowing: str, folder: Path, origin: str, reader: Callable[[], Page]
) -> None:
    page = reader()
    told: list[str] = []
    page.on("console", lambda said: told.append(said.text))
    page.add_init_script(
        """for (const name of ["open", "close", "ask", "answer", "feedback", "source", "error"])
            document.addEventListener(`docs-chat:${name}`, (event) => console.log(JSON.stringify(event.detail)));"""
    )
    page.goto(origin + put(folder, allowing))
    sign_up(page)
    expect(ask_and_wait(page)).to_contain_text(ANSWER)
    expect(in_history(page)).to_be_visible()
    page.reload()
    expect(answer(page)).to_contain_text(ANSWER)

    assert page.context.cookies() == []
    token = page.evaluate("Object.entries(sessionStorage).find(([name]) => name.startsWith('docs-chat token'))?.[1]")
    assert token
    assert page.evaluate("Object.keys(localStorage).filter((name) => name.includes('token'))") == []
    assert [text for text in told if token.strip('"') in text] == []
    assert token.strip('"') not in page.url

    sign_out(page)
    assert page.evaluate("Object.keys(sessionStorage).filter((name) => name.includes('token'))") == []


def test_only_where_the_owner_says_so_the_token_outlives_the_tab(
    allowing: str, folder: Path, origin: str, reader: Callable[[], Page]
) -> None:
    forgetful, remembering = put(folder, allowing), put(folder, allowing, "remember")
    page = reader()
    page.goto(origin + forgetful)
    sign_up(page)
    other = page.context.new_page()
    other.goto(origin + forgetful)
    expect(other.get_by_role("button", name="Sign in", exact=True)).to_be_visible()

    page = reader()
    page.goto(origin + remembering)
    sign_up(page)
    other = page.context.new_page()
    other.goto(origin + remembering)
    expect(other.get_by_role("button", name="Account of Ada Lovelace")).to_be_visible()


def test_a_guest_asks_from_another_origin(allowing: str, folder: Path, origin: str, reader: Callable[[], Page]) -> None:
    page = reader()
    page.goto(origin + put(folder, allowing))
    ask(page)

    expect(answer(page)).to_contain_text(ANSWER)
