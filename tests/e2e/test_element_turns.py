"""What becomes of a conversation in `<docs-chat>`: a question is edited, nothing is kept, its address, an outage."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.e2e.reading import ANSWER, QUESTION, answer, ask, ask_and_wait, banner, in_history, sign_up
from tests.e2e.sites import REPLY
from tests.e2e.test_element_interrupted import hold

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Page, Route

    from infra.local.platform import Relays
    from tests.e2e.sites import Site

OTHER = "01939d7e-3f4a-7000-8000-000000000002"
TIME = "2026-11-22T10:00:00.000Z"
CONVERSATION = {"id": "", "title": "How?", "pinned": False, "updatedAt": TIME}


def signed_in(page: Page) -> None:
    session = {"user": {"id": "u", "name": "Ada", "email": "ada@example.com"}, "session": {"token": "t"}}
    page.route("**/api/auth/get-session", lambda route: route.fulfill(json=session))
    page.route("**/api/conversations", lambda route: route.fulfill(json={"conversations": [], "nextCursor": None}))


def opened(site: Site, attributes: str = "", *, reader: bool = False) -> Page:
    if reader:
        signed_in(site.page)
    page = site.open(attributes)
    if not attributes:
        page.locator("docs-chat .launcher").click()
    name = "Account of Ada" if reader else "Sign in"
    expect(page.get_by_role("button", name=name, exact=True)).to_be_visible()
    return page


def edit(page: Page, question: str) -> None:
    page.get_by_role("button", name="Edit and ask again").click()
    page.get_by_label("Edited question").fill(question)
    page.keyboard.press("Enter")


def questions(page: Page) -> Locator:
    return page.get_by_role("article", name="You asked")


def stored(site: Site, *messages: dict[str, Any]) -> None:
    """What the server has of any conversation."""
    body = {"conversation": CONVERSATION, "messages": messages, "nextCursor": None}
    site.page.route("**/api/conversations/*", lambda route: route.fulfill(json=body))


def test_the_last_question_is_edited_where_it_stands_and_its_turn_takes_the_old_ones_place(site: Site) -> None:
    site.reply(saved="stored")
    page = opened(site, reader=True)
    ask_and_wait(page, "How?")
    ask_and_wait(page, "And wy?")
    expect(page.get_by_role("button", name="Edit and ask again")).to_have_count(1)
    site.reply(saved="stored", answer="Because.", messageId=OTHER)

    edit(page, "And why?")

    expect(answer(page)).to_contain_text("Because.")
    expect(questions(page)).to_have_text(["How?", "And why?"])
    expect(page.get_by_role("article", name="Answer")).to_have_count(2)
    second, third = site.sent[1:]
    assert (third["message"], third["replaces"]) == ("And why?", second["messageId"])
    assert third["messageId"] != second["messageId"]
    assert [turn["content"] for turn in third["turns"]] == ["How?", REPLY["answer"]]


def test_what_was_asked_before_it_was_known_who_asks_is_offered_for_editing_once_it_is(site: Site) -> None:
    site.reply()
    held = hold(site.page, "**/api/auth/get-session")
    page = site.open()
    page.locator("docs-chat .launcher").click()
    ask_and_wait(page, "How?")
    expect(page.get_by_role("button", name="Good answer")).to_be_visible()
    expect(page.get_by_role("button", name="Edit and ask again")).to_have_count(0)

    held[0].fulfill(body="null")

    expect(page.get_by_role("button", name="Edit and ask again")).to_be_visible()


def test_what_is_being_edited_stays_while_it_is_found_out_who_asks(site: Site) -> None:
    site.reply(saved="stored")
    page = opened(site, reader=True)
    ask_and_wait(page, "How?")
    page.get_by_role("button", name="Edit and ask again").click()
    page.get_by_label("Edited question").fill("How much?")
    page.unroute("**/api/auth/get-session")
    page.route("**/api/auth/get-session", lambda route: route.fulfill(status=503, json={"message": "Away."}))
    page.evaluate("new BroadcastChannel('docs-chat ' + location.origin).postMessage('')")
    expect(banner(page)).to_contain_text("Accounts and conversations cannot be reached right now.")
    signed_in(page)
    page.get_by_role("button", name="Try again").click()

    expect(banner(page)).to_be_empty()
    expect(page.get_by_label("Edited question")).to_have_value("How much?")


def test_editing_is_given_up_without_a_trace(site: Site) -> None:
    site.reply()
    page = opened(site)
    ask_and_wait(page, "How?")

    page.get_by_role("button", name="Edit and ask again").press("Enter")
    expect(page.get_by_label("Edited question")).to_be_focused()
    expect(page.get_by_label("Edited question")).to_have_value("How?")
    page.keyboard.press("Escape")

    expect(page.get_by_role("button", name="Edit and ask again")).to_be_focused()
    expect(questions(page)).to_have_text(["How?"])
    assert len(site.sent) == 1


def test_another_question_ends_what_was_being_edited(site: Site) -> None:
    site.reply()
    page = opened(site)
    ask_and_wait(page, "How?")
    page.get_by_role("button", name="Edit and ask again").click()
    page.get_by_label("Edited question").fill("How much?")

    page.get_by_label("Your question", exact=True).fill("And why?")
    page.get_by_label("Your question", exact=True).press("Enter")

    expect(questions(page)).to_have_text(["How?", "And why?"])
    expect(page.get_by_label("Edited question")).to_have_count(0)


def test_what_a_guest_edits_replaces_nothing_but_what_is_on_the_page(site: Site) -> None:
    site.reply()
    page = opened(site)
    ask_and_wait(page, "How?")

    edit(page, "How much?")

    expect(questions(page)).to_have_text(["How much?"])
    assert "replaces" not in site.sent[1]
    assert site.sent[1]["turns"] == []
    page.reload()
    expect(questions(page)).to_have_text(["How much?"])


def test_a_question_about_a_selection_is_still_about_it_when_it_is_edited(site: Site) -> None:
    site.reply()
    page = site.open()
    page.locator("#text").select_text()
    page.get_by_role("button", name="Ask about this").click()
    ask_and_wait(page, "Fast?")

    edit(page, "How fast?")

    expect(questions(page)).to_contain_text(["How fast?"])
    expect(page.get_by_role("article", name="Answer")).to_have_count(1)
    assert site.sent[1]["selectedText"] == site.sent[0]["selectedText"] != ""


def test_an_edited_question_that_cannot_be_answered_stays_and_is_sent_again_as_the_same(site: Site) -> None:
    site.reply(saved="stored")
    page = opened(site, reader=True)
    ask_and_wait(page, "How?")
    page.get_by_label("Your question", exact=True).fill("Something else")
    site.reply(503, message="Service Unavailable")
    edit(page, "How much?")
    expect(banner(page)).to_contain_text("Nothing is lost")
    expect(page.get_by_label("Edited question")).to_have_value("How much?")
    expect(page.get_by_label("Your question", exact=True)).to_have_value("Something else")

    site.reply(saved="stored", messageId=OTHER)
    page.keyboard.press("Enter")

    expect(questions(page)).to_have_text(["How much?"])
    assert site.sent[1] == site.sent[2]


@pytest.mark.parametrize("status", [404, 409])
def test_where_another_turn_has_come_since_the_conversation_is_read_again(site: Site, status: int) -> None:
    site.reply(saved="stored")
    page = opened(site, reader=True)
    ask_and_wait(page, "How?")
    stored(site, {"id": OTHER, "role": "user", "content": "From another device"})
    site.reply(status, message="replaces: only the last turn of a conversation can be replaced", code="conflict")

    edit(page, "How much?")

    expect(questions(page)).to_have_text(["From another device"])
    expect(banner(page)).to_contain_text("This conversation has changed meanwhile. Your question is kept.")
    expect(page.get_by_label("Your question", exact=True)).to_have_value("How much?")


def test_a_question_that_waits_for_the_database_is_not_offered_for_editing(site: Site) -> None:
    site.reply(saved="queued", degraded=["database"])
    page = opened(site, reader=True)
    ask_and_wait(page, "How?")
    expect(page.get_by_role("button", name="Copy answer")).to_be_visible()

    expect(page.get_by_role("button", name="Edit and ask again")).to_have_count(0)


def test_a_question_that_is_stopped_before_a_word_came_is_taken_back(site: Site) -> None:
    page = opened(site)
    page.route("**/api/chat", lambda _: None)
    ask(page, "How?")
    page.get_by_role("button", name="Stop").click()

    expect(page.get_by_role("article")).to_have_count(0)
    expect(page.get_by_label("Your question", exact=True)).to_have_value("How?")


def test_of_a_temporary_conversation_nothing_is_kept_and_that_is_said(site: Site) -> None:
    site.reply(saved="no")
    page = opened(site, reader=True)
    page.get_by_role("switch", name="Temporary conversation").check()
    line = page.get_by_role("status").filter(has_text="Temporary: nothing of this conversation is kept.")
    expect(line).to_be_visible()
    ask_and_wait(page, "A secret?")
    page.get_by_label("Your question", exact=True).fill("A second one")

    assert site.sent[0]["temporary"] is True
    expect(banner(page)).to_be_empty()
    expect(line).to_be_visible()
    kept = page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")
    assert "secret" not in kept
    assert "second" not in kept
    page.get_by_label("Your question", exact=True).press("Enter")
    expect(questions(page)).to_have_count(2)
    assert [each["content"] for each in site.sent[1]["turns"]] == ["A secret?", REPLY["answer"]]

    page.reload()
    expect(page.get_by_role("switch", name="Temporary conversation")).not_to_be_checked()
    expect(page.get_by_role("article")).to_have_count(0)


def test_a_new_conversation_is_kept_again(site: Site) -> None:
    site.reply(saved="no")
    page = opened(site, reader=True)
    page.get_by_role("switch", name="Temporary conversation").check()
    ask_and_wait(page, "How?")
    site.reply(saved="stored")

    page.get_by_role("button", name="New conversation").click()
    expect(page.get_by_text("Temporary: nothing")).to_have_count(0)
    ask_and_wait(page, "How much?")

    assert ["temporary" in each for each in site.sent] == [True, False]
    assert site.sent[0]["conversationId"] != site.sent[1]["conversationId"]


def test_a_guest_who_has_no_history_is_offered_no_temporary_conversation(site: Site) -> None:
    page = opened(site)
    expect(page.get_by_text("What would you like to know?")).to_be_visible()

    expect(page.get_by_role("switch")).to_have_count(0)


def test_a_function_that_knows_no_temporary_conversation_gets_no_question_that_it_would_store(site: Site) -> None:
    refusal: dict[str, Any] = {
        "message": "temporary: there is no such field",
        "code": "unknown_field",
        "fields": ["temporary"],
    }
    site.reply(400, **refusal)
    page = opened(site, reader=True)
    page.get_by_role("switch", name="Temporary conversation").check()
    ask(page, "A secret?")

    expect(banner(page)).to_contain_text("temporary: there is no such field")
    assert [each["temporary"] for each in site.sent] == [True]


@pytest.mark.usefixtures("book")
def test_a_temporary_conversation_is_in_no_history(page: Page) -> None:
    sign_up(page)
    page.get_by_role("switch", name="Temporary conversation").check()
    expect(ask_and_wait(page)).to_contain_text(ANSWER)

    page.reload()

    expect(page.get_by_text("Nothing here yet")).to_be_visible()
    expect(page.get_by_role("article")).to_have_count(0)


@pytest.mark.usefixtures("book")
def test_where_the_chat_is_the_page_its_address_names_the_conversation_and_the_way_back_leads_there(page: Page) -> None:
    sign_up(page)
    ask_and_wait(page)
    expect(in_history(page)).to_be_visible()
    first = in_history(page).get_attribute("data-id")
    expect(page).to_have_url(re.compile(f"#chat={first}$"))

    page.get_by_role("button", name="New conversation").click()
    expect(page).not_to_have_url(re.compile("#"))
    ask_and_wait(page, "How do I clean the lid?")
    expect(page).to_have_url(re.compile("#chat="))
    page.go_back()
    expect(page.get_by_role("article")).to_have_count(0)
    page.go_back()
    expect(questions(page)).to_have_text([QUESTION])
    page.reload()
    expect(questions(page)).to_have_text([QUESTION])
    page.go_forward()
    page.go_forward()
    expect(questions(page)).to_have_text(["How do I clean the lid?"])


def test_elsewhere_the_address_belongs_to_the_page(site: Site) -> None:
    site.reply(saved="stored")
    page = opened(site, reader=True)
    ask_and_wait(page, "How?")
    expect(page.locator("docs-chat nav.history")).to_be_attached()

    assert page.url.endswith("/a.html")


@pytest.mark.usefixtures("book")
def test_after_a_reload_the_answer_of_an_outage_is_announced_and_comes_by_itself(page: Page, relays: Relays) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/api/replay", hold)
    sign_up(page)
    ask_and_wait(page)
    relays.http.refuse()
    relays.queue.refuse()
    ask_and_wait(page, "How do I clean the lid?")
    expect(banner(page)).to_contain_text("This page keeps your answer")
    relays.http.restore()

    with page.expect_request("**/api/replay"):
        page.reload()

    expect(questions(page)).to_have_text([QUESTION])
    expect(banner(page)).to_contain_text("Your last answer, from the outage, is not in your history yet.")
    held[-1].continue_()
    page.unroute("**/api/replay")
    expect(questions(page)).to_have_text([QUESTION, "How do I clean the lid?"])


@pytest.mark.parametrize("begun", [True, False], ids=["a later question", "the first question"])
def test_a_conversation_without_its_queued_turn_is_not_called_gone(
    site: Site,
    begun: bool,  # noqa: FBT001 (a case)
) -> None:
    site.reply(saved="queued", degraded=["database"])
    page = opened(site, 'placement="page"', reader=True)
    ask_and_wait(page, "How?")
    conversation: list[Callable[[Route], None]] = []
    older = [{"id": OTHER, "role": "user", "content": "Older"}] if begun else []
    whole = [*older, {"id": "01939d7e-3f4a-7000-8000-000000000003", "role": "user", "content": "How?"}]
    whole.append({"id": REPLY["messageId"], "role": "assistant", "content": REPLY["answer"]})

    def give(route: Route) -> None:
        if begun or len(conversation) > 1:
            messages = whole if len(conversation) > 1 else older
            route.fulfill(json={"conversation": CONVERSATION, "messages": messages, "nextCursor": None})
        else:
            route.fulfill(status=404, json={"message": "There is nothing here.", "code": "not_found"})
        conversation.append(give)

    page.route("**/api/conversations/*", give)
    page.reload()

    expect(banner(page)).to_contain_text("is not in your history yet")
    expect(questions(page).last).to_have_text("How?")
    expect(banner(page)).to_be_empty()
    assert json.loads(page.evaluate("Object.values(sessionStorage)[0]"))["waits"] is None
