"""What a reader does with the demo page, from the first visit to an outage."""

from __future__ import annotations

import itertools
import json
import re
import time
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from infra.local.platform import Relays
    from infra.local.postgres import Postgres

pytestmark = pytest.mark.usefixtures("book")

QUESTION = "How often should I descale the Brindlewood kettle?"
ANSWER = re.compile("every six weeks with two spoons of citric acid")

PATIENCE_SECONDS = 120.0

_numbers = itertools.count(1)


def sign_up(page: Page) -> str:
    """A new reader; the email address."""
    email = f"reader-{next(_numbers)}@example.com"
    page.get_by_role("button", name="Create an account").click()
    form = page.get_by_role("dialog", name="Create an account")
    form.get_by_label("Name").fill("Ada Lovelace")
    form.get_by_label("Email address").fill(email)
    form.get_by_label("Password").fill("correct horse battery")
    form.get_by_role("button", name="Create account").click()
    expect(page.get_by_text("Signed in as Ada Lovelace")).to_be_visible()
    return email


def until_queue_answers(page: Page) -> None:
    """The local SQS needs some seconds to start."""
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while page.request.get("/health").json()["components"]["outbox"]["status"] != "ok":
        assert time.monotonic() < ends_at
        page.wait_for_timeout(200)


def ask(page: Page, question: str = QUESTION) -> None:
    page.get_by_label("Your question").fill(question)
    page.get_by_role("button", name="Ask").click()


def in_history(page: Page, title: str = QUESTION) -> Locator:
    return page.get_by_role("complementary").get_by_role("button", name=re.compile(f"^{re.escape(title)}"))


def test_a_reader_signs_up_asks_reloads_and_finds_the_conversation_again(page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))

    sign_up(page)
    ask(page)
    expect(page.get_by_role("article", name="Answer")).to_contain_text(ANSWER)
    expect(in_history(page)).to_be_visible()

    page.reload()
    in_history(page).click()

    expect(page.get_by_role("article", name="You asked")).to_have_text(QUESTION)
    expect(page.get_by_role("article", name="Answer")).to_contain_text(ANSWER)
    expect(page.get_by_role("heading", name=QUESTION)).to_be_focused()
    expect(page.get_by_role("status").first).to_be_empty()
    assert complaints == []


def test_a_source_of_an_answer_opens_the_page_it_names(page: Page) -> None:
    ask(page)

    with page.expect_popup() as opened:
        page.get_by_role("region", name="Sources").get_by_role("link").first.click()

    source = opened.value
    expect(source).to_have_title("The Brindlewood kettle")
    expect(source.locator("#descaling-the-kettle")).to_be_in_viewport()
    expect(source.get_by_text(ANSWER)).to_be_visible()


def test_a_marker_in_the_answer_links_to_its_source(page: Page) -> None:
    ask(page)

    marker = page.get_by_role("link", name=re.compile("^Source 1: ")).first
    listed = page.get_by_role("region", name="Sources").get_by_role("link").first

    expect(marker).to_have_text("1")
    assert marker.get_attribute("href") == listed.get_attribute("href")


@pytest.mark.smoke
def test_a_guest_gets_an_answer_and_no_complaint(page: Page) -> None:
    ask(page)

    expect(page.get_by_role("article", name="Answer")).to_contain_text(ANSWER)
    expect(page.get_by_role("status").first).to_be_empty()
    expect(page.get_by_text("Sign in to keep your conversations")).to_be_visible()


def test_a_guests_question_brings_along_what_was_said_before_it(page: Page) -> None:
    ask(page)
    expect(page.get_by_text(ANSWER).first).to_be_visible()

    with page.expect_request("**/api/chat") as sent:
        ask(page, "And with which acid?")

    turns: list[dict[str, str]] = json.loads(sent.value.post_data or "{}")["turns"]
    assert [turn["role"] for turn in turns] == ["user", "assistant"]
    assert turns[0]["content"] == QUESTION


def test_a_conversation_is_deleted_only_when_that_is_confirmed(page: Page) -> None:
    sign_up(page)
    ask(page)
    expect(in_history(page)).to_be_visible()
    delete = page.get_by_role("button", name=f"Delete {QUESTION}")
    really = page.get_by_role("dialog", name="Delete this conversation?")

    delete.click()
    really.get_by_role("button", name="Keep it").click()
    expect(in_history(page)).to_be_visible()

    delete.click()
    really.get_by_role("button", name="Delete").click()
    expect(in_history(page)).to_have_count(0)
    page.reload()
    expect(page.get_by_text("Nothing here yet")).to_be_visible()


def test_a_conversation_is_rated_renamed_pinned_found_by_its_words_and_exported(page: Page) -> None:
    sign_up(page)
    ask(page)
    page.get_by_role("button", name="Good answer").click()
    expect(page.get_by_role("button", name="Good answer")).to_have_attribute("aria-pressed", "true")

    page.get_by_role("button", name="Rename").press("Enter")
    page.keyboard.type("Kettles & lids")
    page.keyboard.press("Enter")
    renamed = "Kettles & lids"
    expect(page.get_by_role("heading", name=renamed)).to_be_visible()
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_role("button", name="Pin", exact=True).press("Space")
    expect(in_history(page, renamed)).to_contain_text("Pinned")
    expect(page.get_by_role("button", name="Pin", exact=True)).to_be_focused()

    page.get_by_role("button", name="New conversation").click()
    ask(page, "Which kettle do you mean?")
    expect(in_history(page, "Which kettle")).to_be_visible()
    page.get_by_label("Search your conversations").fill("often")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 conversation found.")).to_be_visible()
    expect(in_history(page, renamed).locator("mark")).to_have_text("often")

    in_history(page, renamed).click()
    expect(page.get_by_role("button", name="Good answer")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="Bad answer")).to_have_attribute("aria-pressed", "false")
    page.get_by_label("Search your conversations").fill("")
    expect(in_history(page, "Which kettle")).to_be_visible()

    with page.expect_download() as downloaded:
        page.get_by_role("button", name="Export everything").click()
    exported = json.loads(downloaded.value.path().read_text("utf-8"))
    assert {each["title"]: len(each["messages"]) for each in exported["conversations"]} == {
        renamed: 2,
        "Which kettle do you mean?": 2,
    }


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

    ask(page)

    expect(page.get_by_role("article", name="Answer")).to_contain_text(ANSWER)
    expect(page.get_by_role("status").first).to_contain_text("This answer will appear in it later.")
    expect(page.get_by_text("Signed in as Ada Lovelace")).to_be_visible()

    stoppable.start()
    until_in_history(page)
    in_history(page).click()
    expect(page.get_by_role("article", name="You asked")).to_have_count(1)
    expect(page.get_by_role("article", name="Answer")).to_contain_text(ANSWER)


def test_without_the_queue_the_page_keeps_the_answer_and_saves_it_when_the_database_is_back(
    page: Page, relays: Relays
) -> None:
    sign_up(page)
    relays.http.refuse()
    relays.queue.refuse()
    ask(page)
    expect(page.get_by_role("status").first).to_contain_text("This page keeps your answer")

    relays.http.restore()

    expect(page.get_by_role("status").first).to_contain_text("Your answer from the outage is saved now.")
    page.reload()
    in_history(page).click()
    expect(page.get_by_role("article", name="You asked")).to_have_count(1)
    expect(page.get_by_role("article", name="Answer")).to_contain_text(ANSWER)
    assert page.evaluate("localStorage.getItem('receipts')") == "[]"


def test_a_page_opened_in_an_outage_does_not_say_that_the_reader_is_signed_out(page: Page, relays: Relays) -> None:
    sign_up(page)
    relays.http.refuse()

    page.reload()

    expect(page.get_by_text("Accounts cannot be reached right now.")).to_be_visible()
    expect(page.get_by_text("Your conversations cannot be shown right now. Nothing is lost.")).to_be_visible()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_hidden()


def test_when_the_database_is_back_everything_works_again(page: Page, relays: Relays) -> None:
    sign_up(page)
    relays.http.refuse()
    page.reload()
    expect(page.get_by_text("Accounts cannot be reached right now.")).to_be_visible()

    relays.http.restore()
    page.wait_for_timeout(2500)  # for so long a function does not ask a database that was away
    page.get_by_role("button", name="Try again").first.click()
    ask(page)

    expect(page.get_by_text("Signed in as Ada Lovelace")).to_be_visible()
    expect(in_history(page)).to_be_visible()
    expect(page.get_by_role("status").first).to_be_empty()


def test_signing_out_and_in_again_brings_the_conversations_back(page: Page) -> None:
    email = sign_up(page)
    ask(page)
    expect(in_history(page)).to_be_visible()

    page.get_by_role("button", name="Sign out").click()
    expect(in_history(page)).to_have_count(0)
    page.get_by_role("button", name="Sign in", exact=True).click()
    form = page.get_by_role("dialog", name="Sign in")
    form.get_by_label("Email address").fill(email)
    form.get_by_label("Password").fill("a wrong password")
    form.get_by_role("button", name="Sign in").click()
    expect(form.get_by_role("alert")).to_have_text("Invalid email or password")
    form.get_by_label("Password").fill("correct horse battery")
    page.keyboard.press("Enter")

    expect(in_history(page)).to_be_visible()
