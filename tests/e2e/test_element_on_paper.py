"""What of `<docs-chat>` is printed: what was asked and answered, and nothing that is to be pressed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.e2e.reading import ask_and_wait
from tests.e2e.sites import REPLY
from tests.e2e.test_element_accessible import RICH, signed_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.e2e.sites import Site

LONG = "\n\n".join(f"Sentence {number} of a long answer." for number in range(120))
SEEN: Any = """(selector) => [...document.querySelector('docs-chat').shadowRoot.querySelectorAll(selector)]
    .filter((node) => node.checkVisibility() && node.getBoundingClientRect().height > 0)
    .map((node) => node.getAttribute('aria-label') ?? node.className ?? node.textContent)"""
IS_ABOVE: Any = (
    """() => document.querySelector('docs-chat').shadowRoot.querySelector('.root').matches(':popover-open')"""
)


def sheets(page: Page) -> int:
    """How many the browser itself prints."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4")))


def printed(page: Page) -> None:
    """As the page is laid out while it is printed."""
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")


def opened(site: Site, attributes: str) -> Page:
    page = site.open(attributes)
    if "inline" not in attributes and "page" not in attributes:
        page.locator("docs-chat .launcher").click()
    expect(page.locator("docs-chat .privacy")).to_be_visible()  # how it is printed comes with the file that says this
    return page


def test_of_a_closed_chat_nothing_is_printed(site: Site) -> None:
    page = site.open()
    expect(page.locator("docs-chat .launcher")).to_be_visible()

    printed(page)

    assert page.evaluate(SEEN, "*") in ([], ["root floats"])


@pytest.mark.parametrize("placement", ["bubble", "inline"])
def test_where_nothing_was_asked_nothing_is_printed(site: Site, placement: str) -> None:
    page = opened(site, f'placement="{placement}"')

    printed(page)

    assert page.evaluate(SEEN, "*") == []


@pytest.mark.parametrize("placement", ["panel", "inline"])
def test_answers_are_printed_with_their_sources_and_without_what_can_be_pressed(site: Site, placement: str) -> None:
    signed_in(site.page)
    site.reply(answer=RICH, followUps=["And why?"], saved="stored", degraded=["model"])
    page = opened(site, f'placement="{placement}" theme="dark"')
    given = ask_and_wait(page, "How?")
    expect(page.locator("docs-chat .banner p")).to_be_visible()

    printed(page)

    assert page.evaluate(SEEN, "button, input, textarea, dialog, .launcher, .banner, .side, .next, .composer") == []
    expect(page.get_by_role("article", name="You asked")).to_be_visible()
    expect(given.get_by_role("table")).to_be_visible()
    source = given.get_by_role("group", name="Sources").get_by_role("link")
    shown = source.evaluate("node => [getComputedStyle(node, '::after').content, getComputedStyle(node).color]")
    assert re.search(r"http://\S+/guide\.html#works", shown[0])
    assert shown[1] == "rgb(0, 0, 0)"
    assert given.evaluate("node => getComputedStyle(node).color") == "rgb(0, 0, 0)"


@pytest.mark.parametrize("placement", ["bubble", "page"])
def test_a_conversation_is_printed_whole_below_the_page(site: Site, placement: str) -> None:
    site.reply(answer=LONG)
    page = opened(site, f'placement="{placement}"')
    before = sheets(page)
    ask_and_wait(page, "How?")

    assert before == 1
    assert sheets(page) >= 4
    printed(page)
    text, chat = (page.locator(each).bounding_box() for each in ("main", "docs-chat .panel"))
    assert text is not None
    assert chat is not None
    assert chat["y"] >= text["y"] + text["height"]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_after_printing_the_chat_lies_above_the_page_again_with_what_was_typed(site: Site) -> None:
    site.reply(answer=REPLY["answer"])
    page = opened(site, "")
    ask_and_wait(page, "How?")
    page.get_by_label("Your question").fill("And why")
    assert page.evaluate(IS_ABOVE)

    page.pdf()

    assert page.evaluate(IS_ABOVE)
    expect(page.get_by_label("Your question")).to_be_focused()
    expect(page.get_by_label("Your question")).to_have_value("And why")
    assert site.violations == []
