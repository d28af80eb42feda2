"""`<docs-chat>` looks the same whatever a page does to its own elements, and nothing of the page covers it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.e2e.reading import ask_and_wait

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.e2e.sites import Site

HOSTILE = {
    "everything unset": "* { all: unset }",
    "everything loud": "* { font-size: 40px !important; line-height: 3 !important; color: red !important; opacity: 1; "
    "letter-spacing: 9px !important; transition: all 9s !important; box-sizing: content-box !important }",
    "no buttons": "button, input, textarea, section, p, ul, svg { display: none !important }",
    "small root": "html { font-size: 62.5% } body { font-size: 1.6rem }",
    "large root": "html { font-size: 150% }",
    "inherited": "body { text-transform: uppercase; letter-spacing: 0.5em; word-spacing: 2em; line-height: 3; "
    "font: italic small-caps 900 30px/3 serif; font-family: initial; text-align: right; white-space: pre; "
    "text-indent: 4em; cursor: none; pointer-events: none; list-style: square inside; text-shadow: 1px 1px red }",
    "a lid on the page": "h1 { position: fixed; inset: 0; z-index: 2147483647; background: red }",
    "a body that cuts off": "body { transform: translateX(40px); filter: blur(0); contain: paint; height: 90px; "
    "overflow: hidden }",
    "a corner of its own": "docs-chat { display: block; position: relative; z-index: -1; isolation: isolate }",
    "a grid": "body { display: grid; grid-template-columns: 1fr 1fr; gap: 200px } body > * { place-self: center; "
    "min-width: 300px; padding: 50px; margin: 50px; border: 9px solid }",
}

LOOK = """() => {
    const shadow = document.querySelector('docs-chat').shadowRoot;
    const kept = ['fontSize', 'fontWeight', 'fontStyle', 'fontVariant', 'lineHeight', 'letterSpacing', 'wordSpacing',
        'textTransform', 'textIndent', 'textAlign', 'textShadow', 'whiteSpace', 'color', 'pointerEvents', 'cursor',
        'listStyle', 'visibility', 'direction', 'transition'];
    return ['.panel', 'h2', '.question p', '.text', '.text li', '.sources a', '.after button', '.send', 'textarea']
        .map((name) => [name, shadow.querySelector(name)])
        .map(([name, node]) => {
            const box = node.getBoundingClientRect();
            const style = getComputedStyle(node);
            const at = [box.x, box.y, box.width, box.height].map(Math.round);
            return [name, at, ...kept.map((each) => `${each}: ${style[each]}`)];
        });
}"""


def open_with(site: Site, css: str, attributes: str = "") -> Page:
    """A page with that style sheet, on which the chat was opened and a question answered."""
    site.reply(answer="It **works** so: [1]\n\n- Fill it\n- Boil it")
    site.page.emulate_media(reduced_motion="reduce")
    site.page.unroute("**/hostile.css")
    site.page.route("**/hostile.css", lambda route: route.fulfill(body=css, content_type="text/css"))
    page = site.open(attributes, head='<link rel="stylesheet" href="/hostile.css">')
    expect(page.locator("docs-chat .launcher")).to_be_attached()
    page.evaluate("document.querySelector('docs-chat').open()")
    ask_and_wait(page, "How?")
    for name in ("Good answer", "Edit and ask again"):  # the last that come, once it is known who asks
        page.get_by_role("button", name=name).wait_for()
    page.mouse.move(0, 0)
    return page


@pytest.mark.parametrize("placement", ["bubble", "panel"])
def test_no_style_of_a_page_reaches_in(site: Site, placement: str) -> None:
    attributes = f'placement="{placement}"'
    wanted: list[Any] = open_with(site, "", attributes).evaluate(LOOK)

    found: dict[str, list[Any]] = {}
    for name, css in HOSTILE.items():
        site.page.evaluate("sessionStorage.clear()")
        look = open_with(site, css, attributes).evaluate(LOOK)
        found[name] = [(each, should) for each, should in zip(look, wanted, strict=True) if each != should]

    assert {name: each for name, each in found.items() if each} == {}
    assert site.violations == []


@pytest.mark.parametrize("width", [1100, 390])
def test_nothing_of_a_page_covers_it(site: Site, width: int) -> None:
    site.page.set_viewport_size({"width": width, "height": 640})
    page = open_with(site, HOSTILE["a lid on the page"])

    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("dialog", name="Sign in")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Close").click()
    expect(page.locator("docs-chat .panel")).to_be_hidden()
    page.locator("docs-chat .launcher").click()

    expect(page.locator("docs-chat .panel")).to_be_visible()


def test_a_placement_may_change_while_it_is_open(site: Site) -> None:
    page = open_with(site, "")
    element = page.locator("docs-chat")
    panel = page.locator("docs-chat .panel")

    element.evaluate("node => node.setAttribute('placement', 'inline')")
    expect(panel).to_have_css("position", "static")
    element.evaluate("node => node.setAttribute('placement', 'panel')")
    expect(panel).to_have_css("position", "fixed")
    page.get_by_role("button", name="Close").click()
    expect(panel).to_be_hidden()


def test_an_owner_may_still_hide_it(site: Site) -> None:
    page = open_with(site, "body.away docs-chat { visibility: hidden }")
    panel = page.locator("docs-chat .panel")
    expect(panel).to_have_css("visibility", "visible")

    page.evaluate("document.body.classList.add('away')")

    expect(panel).to_have_css("visibility", "hidden")
