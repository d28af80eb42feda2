"""What a reader does with the demo page, from the first visit to an outage."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.reading import (
    ANSWER,
    QUESTION,
    answer,
    ask,
    ask_and_wait,
    banner,
    do_with,
    history,
    in_history,
    sign_in,
    sign_out,
    sign_up,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from infra.local.platform import Relays
    from infra.local.postgres import Postgres

pytestmark = pytest.mark.usefixtures("book")

PATIENCE_SECONDS = 120.0


def until_queue_answers(page: Page) -> None:
    """The local SQS needs some seconds to start."""
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while page.request.get("/health").json()["components"]["outbox"]["status"] != "ok":
        assert time.monotonic() < ends_at
        page.wait_for_timeout(200)


def test_a_reader_signs_up_asks_reloads_and_finds_the_conversation_again(page: Page) -> None:
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))

    sign_up(page)
    expect(ask_and_wait(page)).to_contain_text(ANSWER)
    expect(in_history(page)).to_be_visible()

    page.reload()

    expect(page.get_by_role("article", name="You asked")).to_have_text(QUESTION)
    expect(answer(page)).to_contain_text(ANSWER)
    page.get_by_role("button", name="New conversation").click()
    in_history(page).click()
    expect(page.get_by_role("article", name="You asked")).to_have_text(QUESTION)
    expect(page.get_by_role("heading", name=QUESTION)).to_be_focused()
    expect(banner(page)).to_be_empty()
    assert complaints == []


def test_a_source_of_an_answer_opens_the_page_it_names(page: Page) -> None:
    sources = ask_and_wait(page).get_by_role("group", name="Sources")

    with page.expect_popup() as opened:
        sources.get_by_role("link").first.click()

    source = opened.value
    expect(source).to_have_title("The Brindlewood kettle")
    expect(source.locator("#descaling-the-kettle")).to_be_in_viewport()
    expect(source.get_by_text(ANSWER)).to_be_visible()


def test_a_marker_in_the_answer_links_to_its_source(page: Page) -> None:
    given = ask_and_wait(page)

    marker = given.get_by_role("link", name=re.compile("^Source 1: ")).first
    listed = given.get_by_role("group", name="Sources").get_by_role("link").first

    expect(marker).to_have_text("1")
    assert marker.get_attribute("href") == listed.get_attribute("href")


@pytest.mark.smoke
def test_a_guest_gets_an_answer_and_no_complaint(page: Page) -> None:
    expect(ask_and_wait(page)).to_contain_text(ANSWER)
    expect(banner(page)).to_be_empty()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()


def test_the_empty_page_offers_three_questions_and_each_is_answered(page: Page) -> None:
    offered = page.get_by_role("group", name="For example").get_by_role("button")
    expect(offered).to_have_count(3)
    questions = offered.all_inner_texts()

    for question in questions:
        given = page.request.post("/api/chat", data={"message": question}).json()
        assert (given["mode"], bool(given["sources"])) == ("extractive", True), question
    offered.first.click()
    expect(page.get_by_role("article", name="You asked")).to_have_text(questions[0])
    expect(answer(page)).to_be_visible()


def test_a_guests_question_brings_along_what_was_said_before_it(page: Page) -> None:
    ask_and_wait(page)

    with page.expect_request("**/api/chat") as sent:
        ask(page, "And with which acid?")

    turns: list[dict[str, str]] = json.loads(sent.value.post_data or "{}")["turns"]
    assert [turn["role"] for turn in turns] == ["user", "assistant"]
    assert turns[0]["content"] == QUESTION


def test_a_conversation_is_deleted_only_when_that_is_confirmed(page: Page) -> None:
    sign_up(page)
    ask_and_wait(page)
    expect(in_history(page)).to_be_visible()
    really = page.get_by_role("dialog", name="Delete this conversation?")

    do_with(page, QUESTION, "Delete")
    expect(really.get_by_role("button", name="Keep")).to_be_focused()
    really.get_by_role("button", name="Keep").click()
    expect(in_history(page)).to_be_visible()

    do_with(page, QUESTION, "Delete")
    really.get_by_role("button", name="Delete").click()
    expect(in_history(page)).to_have_count(0)
    page.reload()
    expect(page.get_by_text("Nothing here yet")).to_be_visible()


def test_a_conversation_is_rated_renamed_pinned_found_by_its_words_and_exported(page: Page) -> None:
    sign_up(page)
    ask_and_wait(page)
    page.get_by_role("button", name="Good answer").click()
    expect(page.get_by_role("button", name="Good answer")).to_have_attribute("aria-pressed", "true")

    do_with(page, QUESTION, "Rename")
    page.keyboard.type("Kettles & lids")
    page.keyboard.press("Enter")
    renamed = "Kettles & lids"
    expect(page.get_by_role("heading", name=renamed)).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    do_with(page, renamed, "Pin")
    expect(in_history(page, renamed)).to_contain_text("Pinned")
    expect(history(page).get_by_role("button", name=f"More about {renamed}")).to_be_focused()

    page.get_by_role("button", name="New conversation").click()
    ask_and_wait(page, "Which kettle do you mean?")
    expect(in_history(page, "Which kettle")).to_be_visible()
    page.get_by_label("Search your conversations").fill("often")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Conversations found: 1")).to_be_visible()
    expect(in_history(page, renamed).locator("mark")).to_have_text("often")

    in_history(page, renamed).click()
    expect(page.get_by_role("button", name="Good answer")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="Bad answer")).to_have_attribute("aria-pressed", "false")
    page.get_by_label("Search your conversations").fill("")
    expect(in_history(page, "Which kettle")).to_be_visible()

    page.get_by_role("button", name="Account of").click()
    with page.expect_download() as downloaded:
        page.get_by_role("button", name="Export everything").click()
    exported = json.loads(downloaded.value.path().read_text("utf-8"))
    assert {each["title"]: len(each["messages"]) for each in exported["conversations"]} == {
        renamed: 2,
        "Which kettle do you mean?": 2,
    }


def test_a_bad_answer_is_explained_and_the_opinion_taken_back(page: Page) -> None:
    ask_and_wait(page)
    bad = page.get_by_role("button", name="Bad answer")

    bad.click()
    page.get_by_label("What is wrong with it?").fill("It names no brand of acid.")
    with page.expect_request("**/feedback") as sent:
        page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Thank you.")).to_be_visible()
    expect(bad).to_have_attribute("aria-pressed", "true")
    told = json.loads(sent.value.post_data or "{}")
    assert (told["value"], told["comment"]) == ("down", "It names no brand of acid.")

    bad.click()
    expect(bad).to_have_attribute("aria-pressed", "false")


def test_what_a_guest_said_goes_along_into_the_new_account(page: Page) -> None:
    ask_and_wait(page)
    sign_up(page)
    expect(in_history(page)).to_be_visible()

    ask_and_wait(page, "How do I clean the lid?")
    page.reload()

    expect(page.get_by_role("article", name="You asked")).to_have_text([QUESTION, "How do I clean the lid?"])
    expect(in_history(page)).to_have_count(1)


def until_in_history(page: Page) -> None:
    """Reloads, as a reader does, until what was queued is stored."""
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while not in_history(page).count():
        assert time.monotonic() < ends_at
        page.wait_for_timeout(500)
        page.reload()
        page.wait_for_load_state("networkidle")


def test_a_question_of_an_outage_is_answered_announced_and_there_after_a_reload(
    page: Page, stoppable: Postgres
) -> None:
    sign_up(page)
    until_queue_answers(page)
    stoppable.stop()

    expect(ask_and_wait(page)).to_contain_text(ANSWER)
    expect(banner(page)).to_contain_text("This answer will appear in it later.")
    expect(page.get_by_role("button", name="Account of Ada Lovelace")).to_be_visible()

    stoppable.start()
    until_in_history(page)
    in_history(page).click()
    expect(page.get_by_role("article", name="You asked")).to_have_count(1)
    expect(answer(page)).to_contain_text(ANSWER)


def test_without_the_queue_the_page_keeps_the_answer_and_saves_it_when_the_database_is_back(
    page: Page, relays: Relays
) -> None:
    sign_up(page)
    relays.http.refuse()
    relays.queue.refuse()
    ask_and_wait(page)
    expect(banner(page)).to_contain_text("This page keeps your answer")

    relays.http.restore()

    expect(banner(page)).to_contain_text("Your answers from the outage are saved now.")
    page.reload()
    in_history(page).click()
    expect(page.get_by_role("article", name="You asked")).to_have_count(1)
    expect(answer(page)).to_contain_text(ANSWER)
    assert page.evaluate("localStorage.getItem('docs-chat receipts')") == "[]"


def test_a_page_opened_in_an_outage_does_not_say_that_the_reader_is_signed_out_and_heals_by_itself(
    page: Page, relays: Relays
) -> None:
    sign_up(page)
    ask_and_wait(page)
    relays.http.refuse()

    page.reload()

    expect(banner(page)).to_contain_text("Accounts and conversations cannot be reached right now.")
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_hidden()

    relays.http.restore()

    expect(page.get_by_role("button", name="Account of Ada Lovelace")).to_be_visible()
    expect(in_history(page)).to_be_visible()
    expect(banner(page)).to_be_empty()


def test_signing_out_and_in_again_brings_the_conversations_back(page: Page) -> None:
    email = sign_up(page)
    ask_and_wait(page)
    expect(in_history(page)).to_be_visible()

    sign_out(page)
    expect(in_history(page)).to_have_count(0)
    expect(page.get_by_role("article")).to_have_count(0)
    page.get_by_role("button", name="Sign in", exact=True).click()
    form = sign_in(page, email, "a wrong password")
    expect(form.get_by_role("alert")).to_have_text("Invalid email or password")
    form.get_by_label("Password", exact=True).fill("correct horse battery")
    page.keyboard.press("Enter")

    expect(in_history(page)).to_be_visible()


def test_a_link_to_a_conversation_opens_it(page: Page) -> None:
    sign_up(page)
    ask_and_wait(page)
    expect(in_history(page)).to_be_visible()
    number = in_history(page).get_attribute("data-id")
    page.get_by_role("button", name="New conversation").click()

    page.goto("about:blank")
    page.goto(f"/#chat={number}")

    expect(page.get_by_role("article", name="You asked")).to_have_text(QUESTION)


def test_a_link_to_a_conversation_opens_it_once_its_reader_has_signed_in(page: Page) -> None:
    email = sign_up(page)
    ask_and_wait(page)
    expect(in_history(page)).to_be_visible()
    number = in_history(page).get_attribute("data-id")
    sign_out(page)

    page.goto("about:blank")
    page.goto(f"/#chat={number}")
    sign_in(page, email)

    expect(page.get_by_role("article", name="You asked")).to_have_text(QUESTION)


def test_a_reader_ends_the_session_of_another_device_and_then_the_account(page: Page) -> None:
    sign_up(page)
    page.get_by_role("button", name="Account of").click()
    account = page.get_by_role("dialog", name="Your account")
    expect(account.get_by_role("listitem")).to_contain_text("this browser")
    account.get_by_role("button", name="Sign out everywhere else").click()
    expect(account.get_by_role("alert")).to_have_text("You are signed out everywhere else.")

    account.get_by_role("button", name="Delete account").click()
    really = page.get_by_role("dialog", name="Delete your account?")
    really.get_by_label("Password", exact=True).fill("not this one")
    really.get_by_role("button", name="Delete account").click()
    expect(really.get_by_role("alert")).to_have_text("Invalid password")
    really.get_by_label("Password", exact=True).fill("correct horse battery")
    really.get_by_role("button", name="Delete account").click()

    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
