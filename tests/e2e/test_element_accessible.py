"""Everybody can use `<docs-chat>`: by keyboard, by ear, in colours of their own, from left to right and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.reading import ask_and_wait, sign_up
from tests.e2e.sites import REPLY, axe

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.e2e.sites import Site

RICH = """Run it: [1]

1. First
2. Second `code`

| A | B |
|---|---|
| 1 | 2 |

```sh
make run
```

> Quoted"""

TIME = "2026-11-22T10:00:00.000Z"
LISTED = [{"id": "01939d7e-3f4a-7000-8000-000000000000", "title": "How?", "pinned": True, "updatedAt": TIME}]
LOGINS = [
    {"id": "1", "token": "here", "userAgent": "Mozilla/5.0 (X11; Linux) Chrome/1", "updatedAt": TIME},
    {"id": "2", "token": "there", "userAgent": "Mozilla/5.0 (Windows) Firefox/1", "updatedAt": TIME},
]


def signed_in(page: Page) -> None:
    """Answer for a reader with a history."""
    user = {"id": "u", "name": "Ada Lovelace", "email": "ada@example.com"}
    session = {"user": user, "session": {"token": "here"}}
    page.route("**/api/auth/get-session", lambda route: route.fulfill(json=session))
    page.route("**/api/auth/list-sessions", lambda route: route.fulfill(json=LOGINS))
    page.route("**/api/conversations", lambda route: route.fulfill(json={"conversations": LISTED, "nextCursor": None}))


def test_axe_looks_into_the_element(site: Site) -> None:
    page = site.open('placement="inline"')
    button = page.locator("docs-chat .send")
    expect(button).to_be_visible()
    button.evaluate("node => (node.removeAttribute('aria-label'), node.removeAttribute('title'))")

    assert [each.partition(":")[0] for each in axe(page)] == ["button-name"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_axe_finds_nothing_in_any_state_of_a_guest(site: Site, language: str, theme: str) -> None:
    site.reply(answer=RICH, followUps=["And why?"], degraded=["retrieval"])
    page = site.open(f'theme="{theme}" privacy-url="https://example.com"', language=language)
    root = page.locator("docs-chat .root")
    expect(root).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")
    found = {"closed": axe(page)}
    page.locator("docs-chat .launcher").click()
    expect(page.locator("docs-chat .privacy")).to_be_visible()
    found["nothing asked"] = axe(page)
    page.locator("docs-chat textarea").fill("How?")
    page.keyboard.press("Enter")
    expect(page.locator("docs-chat .opinions")).to_be_visible()
    found["answered"] = axe(page)
    page.locator("docs-chat .opinions button").last.click()
    expect(page.locator("docs-chat .why, docs-chat .banner p").first).to_be_visible()
    found["rated"] = axe(page)
    page.locator("docs-chat .edit").click()
    expect(page.locator("docs-chat .editing textarea")).to_be_focused()
    found["editing"] = axe(page)
    page.keyboard.press("Escape")
    page.locator("docs-chat .sign-in").click()
    expect(page.locator("docs-chat dialog")).to_be_visible()
    found["signing in"] = axe(page)
    page.locator("docs-chat dialog .link").first.click()
    expect(page.locator("docs-chat dialog [name=name]")).to_be_visible()
    found["signing up"] = axe(page)

    assert {state: each for state, each in found.items() if each} == {}


@pytest.mark.parametrize("placement", ["bubble", "page"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_axe_finds_nothing_in_any_state_of_a_reader(site: Site, language: str, placement: str) -> None:
    signed_in(site.page)
    site.reply(answer=RICH, saved="queued", degraded=["database"])
    page = site.open(f'placement="{placement}"', language=language)
    if placement == "bubble":
        page.locator("docs-chat .launcher").click()
        page.locator("docs-chat .to-history").click()
    menu = page.locator("docs-chat .conversations .more button").first
    expect(menu).to_be_visible()
    found = {"history": axe(page)}
    menu.click()
    found["menu"] = axe(page)
    page.locator("docs-chat .menu button").first.click()
    expect(page.locator("docs-chat dialog")).to_be_visible()
    found["renaming"] = axe(page)
    page.keyboard.press("Escape")
    page.locator("docs-chat .tools button").nth(2).click()
    expect(page.locator("docs-chat .logins li")).to_have_count(2)
    found["account"] = axe(page)
    page.locator("docs-chat dialog .danger").last.click()
    found["leaving"] = axe(page)
    page.keyboard.press("Escape")
    if placement == "bubble":
        page.locator("docs-chat .to-history").click()
    page.locator("docs-chat [role=switch]").check()
    expect(page.locator("docs-chat .temporary")).not_to_be_empty()
    found["temporary"] = axe(page)
    page.locator("docs-chat [role=switch]").uncheck()
    page.locator("docs-chat textarea").fill("How?")
    page.keyboard.press("Enter")
    expect(page.locator("docs-chat .banner p")).to_be_visible()
    found["outage"] = axe(page)

    assert {state: each for state, each in found.items() if each} == {}


def test_everything_of_an_answer_is_reached_with_the_tab_key_in_the_order_in_which_it_stands(site: Site) -> None:
    site.reply(answer=RICH, followUps=["And why?"])
    page = site.open('placement="inline"')
    ask_and_wait(page, "How?")
    expect(page.get_by_role("button", name="Good answer")).to_be_visible()
    expect(page.get_by_role("button", name="Edit and ask again")).to_be_visible()
    page.locator("docs-chat .scroll").focus()

    reached: list[str] = []
    while (name := focused(page)) != "Your question" and len(reached) < 20:
        reached.append(name)
        page.keyboard.press("Tab")

    assert reached == [
        "Ask the documentation",
        "Edit and ask again",
        "Source 1: Guide: How it works",
        "Table: A, B",
        "Code: sh",
        "Copy code",
        "Guide: How it works",
        "Copy answer",
        "Good answer",
        "Bad answer",
        "And why?",
    ]


def focused(page: Page) -> str:
    """What has the focus, by its name."""
    return page.evaluate(
        """() => {
            const node = document.querySelector('docs-chat').shadowRoot.activeElement;
            const own = node.matches('a, button') ? node.textContent : '';
            return node.labels?.[0]?.textContent ?? node.getAttribute('aria-label') ?? own;
        }"""
    )


def test_a_new_answer_is_read_aloud_when_it_is_whole_and_an_old_one_is_not(site: Site) -> None:
    site.reply()
    page = site.open('placement="inline"')
    log = page.get_by_role("log")
    expect(log).to_have_attribute("aria-live", "off")
    ask_and_wait(page, "How?")
    expect(log).to_have_attribute("aria-live", "polite")
    expect(log).to_have_attribute("aria-busy", "false")

    page.reload()
    expect(page.get_by_role("article", name="Answer")).to_be_visible()
    expect(log).to_have_attribute("aria-live", "off")


def test_in_colours_of_the_readers_own_states_are_told_by_lines(site: Site) -> None:
    site.reply()
    site.page.emulate_media(forced_colors="active")
    page = site.open()
    page.locator("docs-chat .launcher").click()
    ask_and_wait(page, "How?")
    good = page.get_by_role("button", name="Good answer")
    page.route("**/feedback", lambda route: route.fulfill(json={"messageId": REPLY["messageId"], "value": "up"}))

    before = good.evaluate("node => getComputedStyle(node).outlineStyle")
    good.click()
    expect(good).to_have_attribute("aria-pressed", "true")
    page.get_by_label("Your question").focus()
    after = good.evaluate("node => getComputedStyle(node).outlineStyle")
    field = page.locator("docs-chat .field")

    assert (before, after) == ("none", "solid")
    assert field.evaluate("node => getComputedStyle(node).borderTopStyle") == "solid"
    assert (
        page.locator("docs-chat .panel").evaluate("node => getComputedStyle(node).backgroundColor")
        != "rgba(0, 0, 0, 0)"
    )
    assert axe(page) == []


def test_whoever_wants_no_motion_sees_none(site: Site) -> None:
    site.page.emulate_media(reduced_motion="reduce")
    page = site.open()
    page.locator("docs-chat .launcher").click()

    assert page.locator("docs-chat .panel").evaluate("node => getComputedStyle(node).animationName") == "none"


def test_from_right_to_left_everything_stands_on_the_other_side(site: Site) -> None:
    signed_in(site.page)
    page = site.open('placement="page"', language="ur")
    expect(page.locator("docs-chat .conversations .open")).to_be_visible()

    side, panel = (page.locator(f"docs-chat .{each}").bounding_box() for each in ("side", "panel"))
    assert side is not None
    assert panel is not None
    assert side["x"] + side["width"] == panel["x"] + panel["width"]
    expect(page.locator("docs-chat textarea")).to_have_attribute("placeholder", "سوال پوچھیں…")


def test_a_dialog_keeps_the_focus_and_gives_it_back(page: Page) -> None:
    sign_up(page)
    button = page.get_by_role("button", name="Account of")
    button.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Your account")
    expect(dialog).to_be_visible()
    for _ in range(12):
        page.keyboard.press("Tab")
        inside = page.evaluate(
            """() => {
                const focused = document.querySelector('docs-chat').shadowRoot.activeElement;
                return !focused || Boolean(focused.closest('dialog'));
            }"""
        )
        assert inside, "or the browser's own controls"
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
