"""Nothing of the chat is cut off, covered, broken inside a word, or put where nobody looks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.reading import ask_and_wait, banner
from tests.e2e.sites import Site
from tests.e2e.test_element_accessible import signed_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page, ViewportSize

    from infra.local.platform import Platform

WIDE = """Set it first. [1]

| Setting | Default | What it does and why you would change it |
|---|---|---|
| KETTLE_DESCALING_INTERVAL_IN_WEEKS | six | For how long it goes on before it has to be done again |

```sh
kettle descale --minutes 30 --with-citric-acid --spoons 2 --then rinse --times 2 --verbose
```"""

BROKEN = """(nodes) => nodes.flatMap((node) => {
    const text = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    const broken = [];
    while (text.nextNode()) {
        for (const word of text.currentNode.data.matchAll(/[^\\s-]+/g)) {
            const range = document.createRange();
            range.setStart(text.currentNode, word.index);
            range.setEnd(text.currentNode, word.index + word[0].length);
            if (new Set([...range.getClientRects()].map(({ top }) => top)).size > 1) broken.push(word[0]);
        }
    }
    return broken;
})"""
"""The words that go on in another line."""

EDGES = """(node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    return Math.round(range.getBoundingClientRect().right);
}"""
"""Where what is written in a node ends on the right."""

ON_SCREEN = """(part) => {
    const { shadowRoot } = document.querySelector("docs-chat");
    const { left, top, right, bottom } = shadowRoot.querySelector(part).getBoundingClientRect();
    const { width, height } = visualViewport;
    return right > left && left >= 0 && top >= 0 && right <= width + 0.5 && bottom <= height + 0.5;
}"""
"""Whether what a reader sees without moving anything holds all of it."""

TO_LOWER_EDGE = """(node) => {
    const scroll = node.closest(".scroll");
    scroll.scrollTop += node.getBoundingClientRect().bottom - scroll.getBoundingClientRect().bottom;
}"""

CUT_OFF = """(title) => {
    const style = getComputedStyle(title), pen = document.createElement("canvas").getContext("2d");
    pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const ink = pen.measureText(title.textContent);
    const above = (parseFloat(style.lineHeight) - ink.fontBoundingBoxAscent - ink.fontBoundingBoxDescent) / 2;
    return ink.actualBoundingBoxAscent - ink.fontBoundingBoxAscent - above - parseFloat(style.paddingTop);
}"""
"""How many pixels of the highest letter of a title are above what is shown of it."""


def opened(site: Site, attributes: str = "", language: str = "en") -> Page:
    page = site.open(attributes, language=language)
    page.locator("docs-chat .launcher").click()
    expect(page.locator("docs-chat .privacy")).to_be_visible()
    return page


def ends(found: Locator) -> int:
    return found.evaluate(EDGES)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_on_a_phone_whose_page_is_wider_than_its_screen_all_of_it_stands_on_the_screen(
    browser: Browser, platform: Platform, language: str
) -> None:
    screen: ViewportSize = {"width": 390, "height": 700}
    phone = browser.new_context(base_url=platform.url("http"), viewport=screen, is_mobile=True, has_touch=True)
    page = Site(phone.new_page()).open(language=language)
    page.evaluate("(way) => (document.dir = way)", "rtl" if language == "ar" else "ltr")
    page.evaluate("document.querySelector('main').style.width = '470px'")
    page.wait_for_function("innerWidth >= 470")

    for part in (".launcher", ".panel"):
        page.wait_for_function(ON_SCREEN, arg=part)
        page.evaluate("document.querySelector('docs-chat').open()")
    phone.close()


def test_of_a_table_only_what_is_longer_than_a_column_is_broken(site: Site) -> None:
    site.reply(answer=WIDE)
    page = opened(site)
    ask_and_wait(page, "How?")

    assert page.locator("docs-chat :is(th, td)").evaluate_all(BROKEN) == ["KETTLE_DESCALING_INTERVAL_IN_WEEKS"]


def test_code_that_runs_on_behind_its_button_is_not_seen_through_it(site: Site) -> None:
    site.reply(answer=WIDE)
    page = opened(site)
    ask_and_wait(page, "How?")
    block, button = (page.locator(f"docs-chat .code {each}") for each in ("pre", ".copy"))

    assert block.evaluate("node => node.scrollWidth > node.clientWidth")
    expect(button).to_have_css("background-color", block.evaluate("node => getComputedStyle(node).backgroundColor"))


@pytest.mark.parametrize("what", ["opinion", "edit"])
def test_a_form_that_opens_at_the_lower_edge_is_seen_whole(site: Site, what: str) -> None:
    begins, named = {"opinion": ("Bad answer", "What is wrong"), "edit": ("Edit and ask again", "Edited question")}[
        what
    ]
    site.reply(answer="\n\n".join(["It works."] * 30))
    site.page.route("**/feedback", lambda route: route.fulfill(json={"value": "down"}))
    page = opened(site)
    ask_and_wait(page, "How?")
    ask_and_wait(page, "And why?")
    button = page.get_by_role("button", name=begins).last
    lowest = "node => node.getBoundingClientRect().bottom"
    scroll = page.locator("docs-chat .scroll")
    button.evaluate(TO_LOWER_EDGE)

    button.click()

    form = page.locator("docs-chat form").filter(has=page.get_by_label(named))
    expect(page.get_by_label(named)).to_be_focused()
    assert form.evaluate(lowest) < scroll.evaluate(lowest) + 1


def test_from_right_to_left_a_name_in_latin_letters_begins_where_all_else_does(site: Site) -> None:
    signed_in(site.page)
    site.reply(saved="stored")
    page = opened(site, language="ar")
    page.locator("docs-chat textarea").fill("How? And why does the kettle then have to be rinsed?")
    page.keyboard.press("Enter")
    expect(page.locator("docs-chat .after")).to_be_visible()
    title = page.locator("docs-chat h2").first
    assert ends(title) == title.evaluate("node => Math.round(node.getBoundingClientRect().right)")

    page.locator("docs-chat .to-history").click()
    listed = page.locator("docs-chat .open").first
    assert ends(listed.locator(".title")) == ends(listed.locator("small"))

    page.locator("docs-chat .tools button").nth(2).click()
    account = page.locator("docs-chat dialog")
    heading = account.get_by_role("heading").first
    assert ends(account.get_by_text("ada@example.com")) == ends(heading)


def test_marks_above_letters_are_not_cut_off_in_a_title(site: Site) -> None:
    page = opened(site, language="ar")

    assert page.locator("docs-chat h2").first.evaluate(CUT_OFF) <= 0


def test_on_a_small_phone_no_word_of_a_button_is_broken(site: Site) -> None:
    signed_in(site.page)
    site.page.set_viewport_size({"width": 320, "height": 640})
    page = opened(site, language="de")
    page.locator("docs-chat .tools button").nth(2).click()
    expect(page.locator("docs-chat .logins li")).to_have_count(2)

    assert page.locator("docs-chat button:visible").evaluate_all(BROKEN) == []


@pytest.mark.parametrize("placement", ["bubble", "page"])
def test_in_an_outage_whoever_is_signed_in_is_still_in_sight_beside_what_is_said_of_it(
    site: Site, placement: str
) -> None:
    signed_in(site.page)
    site.reply(answer="\n\n".join(["It works."] * 30), saved="queued", degraded=["database"])
    site.page.set_viewport_size({"width": 390, "height": 600})
    page = site.open(f'placement="{placement}"')
    if placement == "bubble":
        page.locator("docs-chat .launcher").click()
    else:
        page.evaluate("document.querySelector('main').remove()")  # then the chat is the page
    account = page.get_by_role("button", name="Account of Ada Lovelace")
    expect(account).to_be_visible()
    ask_and_wait(page, "How?")
    page.locator("docs-chat .scroll").evaluate("node => { node.scrollTop = node.scrollHeight; }")

    expect(banner(page)).to_contain_text("Your history is not available right now.")
    expect(banner(page)).to_be_in_viewport(ratio=0.95)
    expect(account).to_be_in_viewport(ratio=0.95)
