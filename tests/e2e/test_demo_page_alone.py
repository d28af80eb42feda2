"""What the demo page does with answers that the platform gives rarely; here they are given by the test."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.e2e.reading import ask, banner, history

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request

QUESTION = "How does it work?"
REPLY: dict[str, Any] = {
    "answer": "It works. [1]",
    "sources": [{"n": 1, "title": "How it works", "url": "/docs/book/works", "snippet": "It works."}],
    "conversationId": "01939d7e-3f4a-7000-8000-000000000000",
    "messageId": "01939d7e-3f4a-7000-8000-000000000001",
    "mode": "extractive",
    "saved": "no",
    "degraded": [],
}
UNAVAILABLE = {"message": "Service Unavailable"}
UNSAFE = """<img src=x onerror="document.title='taken over'"> <b>bold</b> [1] [2] [7]

- **one** with `code <i>`

- two

> said

3. third
7. seventh

```html
<script>document.title = "taken over"</script>
```
"""


@pytest.fixture
def sent(page: Page) -> list[dict[str, str]]:
    """All questions that the page sent."""
    questions: list[dict[str, str]] = []

    def note(request: Request) -> None:
        if request.url.endswith("/api/chat") and request.post_data:
            questions.append(json.loads(request.post_data))

    page.on("request", note)
    return questions


def reply(page: Page, status: int = 200, **fields: Any) -> None:  # noqa: ANN401 (JSON)
    """Answer questions with this from now on."""
    body = REPLY | fields if status == 200 else fields
    page.unroute("**/api/chat")
    page.route("**/api/chat", lambda route: route.fulfill(status=status, json=body))


@pytest.mark.smoke
def test_an_answer_becomes_text_whatever_it_contains(page: Page) -> None:
    bad = {"n": 2, "title": "<i>Bad</i>", "url": "javascript:document.title='taken over'", "snippet": "<u>x</u>"}
    reply(page, answer=UNSAFE, sources=[*REPLY["sources"], bad])

    ask(page, QUESTION)

    answer = page.get_by_role("article", name="Answer")
    expect(answer).to_contain_text("<img src=x onerror=")
    expect(answer.locator("img, b, i, u, script")).to_have_count(0)
    expect(answer.locator("a[href^='javascript']")).to_have_count(0)
    expect(answer.get_by_role("link")).to_have_count(2)  # the marker and the source of number 1
    expect(answer.locator("[style], [onerror]")).to_have_count(0)
    expect(answer).to_contain_text("[7]")
    expect(page).to_have_title("Ask the documentation")


def test_markdown_of_an_answer_is_shown_as_what_it_means(page: Page) -> None:
    reply(page, answer=UNSAFE)

    ask(page, QUESTION)

    answer = page.get_by_role("article", name="Answer")
    expect(answer.locator(".text > ul > li")).to_have_text(["one with code <i>", "two"])
    expect(answer.locator("strong")).to_have_text("one")
    expect(answer.locator("li code")).to_have_text("code <i>")
    expect(answer.locator("blockquote")).to_have_text("said")
    expect(answer.locator(".text > ol > li")).to_have_text(["third", "seventh"])
    expect(answer.locator(".text > ol > li").last).to_have_attribute("value", "7")
    expect(answer.get_by_role("group", name="Code")).to_have_text(re.compile("^<script>.*</script>$"))


ADDRESSES = [
    ("See https://a.example/x_y_z/set_up.html.", "https://a.example/x_y_z/set_up.html"),
    ("<https://a.example/x?a=1&b=2#c>", "https://a.example/x?a=1&b=2#c"),
    ("**https://a.example/y**\uff08note\uff09", "https://a.example/y"),
    ("(see https://a.example/z)", "https://a.example/z"),
    ("https://a.example/Kettle_(device), or", "https://a.example/Kettle_(device)"),
    ("[https://a.example/one_two](https://a.example/other)", "https://a.example/other"),
    ("Open http://localhost:3000/ now", "http://localhost:3000/"),
]


def test_an_address_that_stands_there_alone_can_be_followed_as_far_as_it_goes(page: Page) -> None:
    code = "`https://a.example/code` and https:// and ftp://a.example/ and https://[bad"
    reply(page, answer="\n\n".join([*(text for text, _ in ADDRESSES), code]), sources=[])

    ask(page, QUESTION)

    links = page.get_by_role("article", name="Answer").get_by_role("link")
    expect(links).to_have_count(len(ADDRESSES))
    assert links.evaluate_all("nodes => nodes.map((node) => node.href)") == [address for _, address in ADDRESSES]
    expect(links.nth(5)).to_have_text("https://a.example/one_two")
    assert {*links.evaluate_all("nodes => nodes.map((node) => node.rel)")} == {"noopener"}


def test_what_is_bold_and_slanted_is_both_and_a_line_between_parts_is_one(page: Page) -> None:
    reply(page, answer="***Both*** of it\n\n---\n\nBelow\n* * *\n- one\n- two", sources=[])

    ask(page, QUESTION)

    answer = page.get_by_role("article", name="Answer")
    expect(answer.locator("strong em")).to_have_text("Both")
    expect(answer.get_by_role("separator")).to_have_count(2)
    expect(answer.get_by_role("listitem")).to_have_text(["one", "two"])
    expect(answer.locator(".text")).not_to_contain_text("*")


def test_what_was_typed_is_kept_when_it_cannot_be_answered(page: Page, sent: list[dict[str, str]]) -> None:
    reply(page, 503, **UNAVAILABLE)
    ask(page, QUESTION)
    expect(banner(page)).to_contain_text("not available right now. Nothing is lost")
    expect(page.get_by_label("Your question")).to_have_value(QUESTION)
    expect(page.get_by_role("article")).to_have_count(0)

    reply(page)
    page.get_by_role("button", name="Ask").click()

    expect(page.get_by_role("article", name="Answer")).to_contain_text("It works.")
    expect(page.get_by_label("Your question")).to_have_value("")
    expect(banner(page)).to_be_empty()
    # a gateway's refusal is no function's: the API is asked too, beside the address for streams
    assert len(sent) == 3
    assert [each for each in sent if each != sent[0]] == [], "with the same ids, so that it is stored once"


def test_what_was_typed_is_kept_when_the_server_cannot_be_reached(page: Page) -> None:
    page.route("**/api/chat", lambda route: route.abort())

    ask(page, QUESTION)

    expect(banner(page)).to_contain_text("Nothing is lost")
    expect(page.get_by_label("Your question")).to_have_value(QUESTION)


def test_a_session_that_has_ended_asks_to_sign_in_and_keeps_the_question(page: Page) -> None:
    reply(page, 401, message="Sign in to do this.", code="not_signed_in")

    ask(page, QUESTION)

    form = page.get_by_role("dialog", name="Sign in")
    expect(form.get_by_role("alert")).to_contain_text("Your session has ended")
    page.keyboard.press("Escape")
    expect(form).to_be_hidden()
    expect(page.get_by_label("Your question")).to_have_value(QUESTION)


def test_a_deleted_conversation_gives_way_to_a_new_one(page: Page, sent: list[dict[str, str]]) -> None:
    reply(page, 410, message="This was deleted.", code="gone")
    ask(page, QUESTION)
    expect(banner(page)).to_contain_text("This conversation was deleted. Your question is kept")

    reply(page)
    page.get_by_role("button", name="Ask").click()

    expect(page.get_by_role("article", name="Answer")).to_be_visible()
    first, second = sent
    assert first["conversationId"] != second["conversationId"]


def test_a_conversation_that_had_to_go_leaves_the_list_and_a_match_is_text(page: Page) -> None:
    time = "2026-11-22T10:00:00.000Z"
    gone, kept = REPLY["conversationId"], REPLY["messageId"]
    listed = [{"id": each, "title": each, "pinned": False, "updatedAt": time} for each in (kept, gone)]
    evil = "<img src=x onerror=\"document.title='taken over'\">"
    pieces = [{"text": evil, "match": True}]
    found = listed[0] | {"match": {"title": pieces, "snippet": pieces}}
    signed_in = {"user": {"id": "u", "name": "Ada", "email": "ada@example.com"}, "session": {}}
    page.route("**/api/auth/get-session", lambda route: route.fulfill(json=signed_in))
    page.route("**/api/conversations", lambda route: route.fulfill(json={"conversations": listed, "nextCursor": None}))
    page.route("**/api/conversations?search=*", lambda route: route.fulfill(json={"conversations": [found]}))
    reply(page, evictedId=gone, saved="queued", degraded=["database"])
    page.reload()
    expect(history(page).get_by_role("button", name=f"More about {gone}")).to_be_visible()

    ask(page, QUESTION)

    expect(banner(page)).to_contain_text("the oldest one made room for this")
    expect(history(page).get_by_role("button", name=f"More about {gone}")).to_have_count(0)
    expect(history(page).get_by_role("button", name=f"More about {kept}")).to_be_visible()

    page.get_by_label("Search your conversations").fill("img")
    page.keyboard.press("Enter")

    expect(history(page).locator("mark")).to_have_text([evil, evil])
    expect(history(page).locator("img")).to_have_count(0)
    expect(page).to_have_title("Ask the documentation")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"degraded": ["retrieval"]}, "The documentation cannot be searched right now."),
        ({"degraded": ["model"]}, "The answer quotes the documentation"),
        ({"degraded": ["database"]}, "this one is not saved to your conversations"),
        ({"degraded": ["database"], "saved": "queued"}, "This answer will appear in it later."),
    ],
)
def test_the_banner_says_in_plain_words_what_was_missing(page: Page, fields: dict[str, Any], told: str) -> None:
    reply(page, **fields)

    ask(page, QUESTION)

    expect(banner(page)).to_contain_text(told)


def test_ids_of_a_question_are_made_by_the_page_and_sort_by_time(page: Page, sent: list[dict[str, str]]) -> None:
    reply(page)
    ask(page, QUESTION)
    expect(page.get_by_role("article", name="Answer")).to_have_count(1)
    ask(page, "And why?")
    expect(page.get_by_role("article", name="Answer")).to_have_count(2)

    first, second = sent

    for each in (first["messageId"], first["conversationId"]):
        assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", each)
    assert first["messageId"] < second["messageId"]
    assert first["conversationId"] == second["conversationId"]


def test_everything_can_be_done_with_the_keyboard(page: Page) -> None:
    page.route("**/api/suggestions*", lambda route: route.fulfill(json={"suggestions": []}))
    page.reload()
    reply(page)
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()

    for name in ("New conversation", "Sign in"):
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name=name, exact=True)).to_be_focused()
    page.keyboard.press("Tab")  # what was said, which can be scrolled
    page.keyboard.press("Tab")
    expect(page.get_by_label("Your question")).to_be_focused()
    page.keyboard.type("How does it")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("work?")
    expect(page.get_by_label("Your question")).to_have_value("How does it\nwork?")
    page.keyboard.press("Enter")

    expect(page.get_by_role("article", name="Answer")).to_be_visible()
    expect(page.get_by_label("Your question")).to_be_focused()


def test_a_new_answer_is_announced_and_an_old_conversation_is_not(page: Page) -> None:
    messages = page.get_by_role("log")
    reply(page)

    ask(page, QUESTION)
    expect(page.get_by_role("article", name="Answer")).to_be_visible()
    expect(messages).to_have_attribute("aria-live", "polite")
    expect(messages).to_have_attribute("aria-busy", "false")

    page.get_by_role("button", name="New conversation").click()
    expect(messages).to_have_attribute("aria-live", "off")


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_nothing_has_to_be_scrolled_sideways(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    long = "a" * 300
    reply(page, answer=f"{long} `{long}`\n\n```\n{long}\n```", sources=[REPLY["sources"][0] | {"title": long}])

    ask(page, long)
    expect(page.get_by_role("article", name="Answer")).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") <= width
