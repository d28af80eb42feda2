"""Networks go away, pages are left, too much is pasted: nothing that a reader typed is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.reading import ANSWER, QUESTION, answer, ask, ask_and_wait, banner
from tests.e2e.sites import REPLY, hold
from tests.e2e.test_element_accessible import signed_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.e2e.sites import Site

CONVERSATION = "01939d7e-3f4a-7000-8000-000000000000"


def opened(site: Site, attributes: str = "") -> Page:
    page = site.open(attributes)
    page.locator("docs-chat .launcher").click()
    return page


def field(page: Page) -> str:
    return page.get_by_label("Your question").input_value()


def test_a_chat_that_was_opened_without_a_network_is_whole_when_there_is_one_again(site: Site, book: str) -> None:
    assert book
    page = site.open()
    page.locator("docs-chat .launcher").wait_for()
    page.context.set_offline(True)
    page.locator("docs-chat .launcher").click()
    expect(banner(page)).not_to_be_empty()
    ask(page)
    expect(page.get_by_role("article")).to_have_count(0)
    assert field(page) == QUESTION

    page.context.set_offline(False)
    expect(page.locator("docs-chat .privacy")).to_be_visible()
    expect(banner(page)).to_be_empty()
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(answer(page)).to_contain_text(ANSWER)


def test_accounts_that_could_not_be_loaded_are_loaded_at_the_next_try(site: Site) -> None:
    page = opened(site)
    sign_in = page.get_by_role("button", name="Sign in", exact=True)
    expect(page.locator("docs-chat .privacy")).to_be_visible()
    page.context.set_offline(True)
    sign_in.click()
    expect(banner(page)).to_contain_text("A part of the chat could not be loaded.")

    page.context.set_offline(False)
    sign_in.click()

    expect(page.get_by_role("dialog", name="Sign in")).to_be_visible()


def test_over_a_slow_network_a_question_may_be_asked_before_everything_is_there(site: Site) -> None:
    site.reply()
    held = hold(site.page, "**/docs-chat/*.js")
    page = opened(site)

    ask_and_wait(page, "How?")
    expect(answer(page)).to_contain_text("It works.")
    for each in held:
        each.continue_()

    expect(page.get_by_role("button", name="Good answer")).to_be_visible()
    assert site.violations == []


def test_a_page_that_is_opened_in_an_outage_waits_for_one_request_until_it_says_so(site: Site) -> None:
    asked: list[str] = []
    site.page.on("request", lambda request: asked.append(request.url) if "/api/" in request.url else None)
    held = hold(site.page, "**/api/auth/get-session")
    page = site.open('placement="page"')
    expect(page.get_by_role("button", name="New conversation")).to_be_visible()
    expect(page.locator("docs-chat .privacy")).to_be_visible()
    assert banner(page).inner_text() == ""

    held[0].fulfill(status=503, json={"message": "Away.", "code": "database_unavailable"})

    expect(banner(page)).to_contain_text("Accounts and conversations cannot be reached right now.")
    assert [url.rpartition("/")[2].partition("?")[0] for url in sorted(asked)] == ["get-session", "suggestions"]


def test_a_conversation_that_is_read_again_takes_the_focus_from_nobody_who_types(site: Site) -> None:
    signed_in(site.page)
    site.reply(saved="stored")
    page = opened(site)
    expect(page.get_by_role("button", name="Account of Ada Lovelace")).to_be_visible()
    ask_and_wait(page, "How?")
    held = hold(page, "**/api/conversations/*")
    page.reload()
    page.get_by_label("Your question").press_sequentially("And ")
    messages = [{"id": site.sent[0]["messageId"], "role": "user", "content": "How, then?"}]
    conversation = {"id": CONVERSATION, "title": "How?", "pinned": False, "updatedAt": "2026-11-22T10:00:00.000Z"}
    expect(page.locator("docs-chat .to-history")).to_be_visible()
    page.wait_for_function("() => document.querySelector('docs-chat').shadowRoot.querySelector('.history')")
    held[0].fulfill(json={"conversation": conversation, "messages": messages, "nextCursor": None})
    expect(page.get_by_role("article", name="You asked")).to_have_text("How, then?")
    page.keyboard.type("why?")

    assert field(page) == "And why?"


def test_a_guest_who_leaves_before_the_answer_finds_the_question_again(site: Site) -> None:
    hold(site.page, "**/api/chat")
    page = opened(site)
    with page.expect_request("**/api/chat"):
        ask(page, "How?")
    assert field(page) == ""

    page.reload()

    expect(page.get_by_label("Your question")).to_have_value("How?")


def test_a_chat_that_was_closed_meanwhile_shows_the_answer_when_it_is_opened_again(site: Site) -> None:
    held = hold(site.page, "**/api/chat")
    page = opened(site)
    with page.expect_request("**/api/chat"):
        ask(page, "How?")
    page.keyboard.press("Escape")
    held[0].fulfill(json=REPLY)
    page.locator("docs-chat .launcher").click()

    expect(answer(page)).to_contain_text("It works.")
    page.reload()
    expect(answer(page)).to_contain_text("It works.")


def test_more_than_can_be_sent_stays_as_it_was_pasted_and_that_is_said(site: Site) -> None:
    site.reply()
    page = opened(site)
    expect(page.locator("docs-chat .privacy")).to_be_visible()
    page.get_by_label("Your question").focus()
    page.keyboard.insert_text("x" * 5000)
    note = page.get_by_text("1000 characters too many: at most 4000 can be sent.")

    expect(note).to_be_visible()
    page.keyboard.press("Enter")
    assert (len(field(page)), site.sent) == (5000, [])
    page.reload()
    expect(note).to_be_visible()
    page.get_by_label("Your question").fill("\N{ELECTRIC LIGHT BULB}" * 4000)
    expect(note).to_have_count(0)
    page.keyboard.press("Enter")
    expect(answer(page)).to_be_visible()


@pytest.mark.parametrize("placement", ["bubble", "inline"])
def test_a_guest_who_follows_a_link_to_a_conversation_is_asked_to_sign_in(site: Site, placement: str) -> None:
    page = site.open(f'placement="{placement}"', path=f"/a.html#chat={CONVERSATION}")

    expect(page.get_by_role("dialog", name="Sign in")).to_contain_text("Sign in to open this conversation.")


def test_the_way_back_from_a_source_leads_to_the_open_chat(site: Site) -> None:
    site.reply(sources=[{"n": 1, "title": "Guide", "url": "/other.html#works", "snippet": ""}])
    page = opened(site)
    ask_and_wait(page, "How?").get_by_role("group", name="Sources").get_by_role("link").click()
    page.wait_for_url("**/other.html#works")
    expect(answer(page)).to_be_visible()

    page.go_back()
    page.wait_for_url("**/a.html")

    expect(answer(page)).to_be_visible()


@pytest.mark.parametrize("height", [300, 375])
def test_on_a_phone_that_lies_on_its_side_nothing_is_cut_off(site: Site, height: int) -> None:
    site.reply()
    site.page.set_viewport_size({"width": 812, "height": height})
    page = opened(site)
    ask_and_wait(page, "How?")

    expect(page.get_by_role("button", name="Close")).to_be_in_viewport(ratio=1)
    expect(page.get_by_label("Your question")).to_be_in_viewport(ratio=1)
