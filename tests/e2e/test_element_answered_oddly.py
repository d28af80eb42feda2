"""What stands between a reader and the API answers in its place, or cuts it off: that is said, and loses nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.e2e.reading import answer, ask, ask_and_wait, banner
from tests.e2e.sites import hold
from tests.e2e.test_element_accessible import signed_in

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

    from tests.e2e.sites import Site

PORTAL = "<!doctype html><title>Welcome to our hotel</title><h1>Sign in to the network</h1>"
ODD: dict[str, dict[str, Any]] = {
    "a page": {"status": 200, "content_type": "text/html", "body": PORTAL},
    "a page said to be JSON": {"status": 200, "content_type": "application/json", "body": PORTAL},
    "nothing": {"status": 200, "content_type": "application/json", "body": ""},
    "half of it": {"status": 200, "content_type": "application/json", "body": '{"answer": "It wor'},
    "null": {"status": 200, "content_type": "application/json", "body": "null"},
    "something else": {"status": 200, "json": {"ok": True}},
    "a stream of something else": {"status": 200, "content_type": "text/event-stream", "body": "data: hello\n\n"},
    "a stream without an answer": {
        "status": 200,
        "content_type": "text/event-stream",
        "body": "event: done\ndata: {}\n\n",
    },
    "a firewall": {"status": 403, "content_type": "text/html", "body": "<h1>403 Forbidden</h1>"},
    "a gateway without the route": {"status": 404, "json": {"message": "Not Found"}},
    "a host of pages": {"status": 404, "content_type": "text/html", "body": "<h1>Page not found</h1>"},
    "a host of pages that only reads": {"status": 405, "body": ""},
    "a proxy": {"status": 502, "content_type": "text/html", "body": "<h1>Bad Gateway</h1>"},
}
STREAMS = """([begun, breaks]) => {
    const real = window.fetch;
    window.fetch = (address, options = {}) => {
        if (!String(address).endsWith("/api/chat")) return real(address, options);
        const body = new ReadableStream({
            start(stream) {
                options.signal.addEventListener("abort", () => stream.error(new DOMException("x", "AbortError")));
            },
            pull(stream) {
                if (begun) stream.enqueue(new TextEncoder().encode(begun));
                else if (breaks) stream.error(new TypeError("network error"));
                begun = "";
            },
        });
        return Promise.resolve(new Response(body, { headers: { "content-type": "text/event-stream" } }));
    };
}"""
"""A stream that goes on for ever, or breaks off as a browser tells of a connection that was lost.

No server of the tests can send half an answer and wait, nor lose a connection.
"""
EMPTY_BANNER = "document.querySelector('docs-chat').shadowRoot.querySelector('.banner').replaceChildren()"
DELTA = 'event: delta\ndata: {"text": "So far"}\n\n'
UNSTOPPABLE = 'event: sources\ndata: {"sources": [], "stoppable": false}\n\n'


def opened(site: Site, attributes: str = "") -> Page:
    page = site.open(attributes)
    page.locator("docs-chat .launcher").click()
    expect(page.locator("docs-chat .privacy")).to_be_visible()
    return page


def give(page: Page, pattern: str, fields: dict[str, Any]) -> None:
    def fulfill(route: Route) -> None:
        route.fulfill(**fields)

    page.unroute(pattern)
    page.route(pattern, fulfill)


def test_what_is_no_answer_of_the_api_is_an_outage_and_the_question_is_asked_again_as_the_same(site: Site) -> None:
    page = opened(site)
    for name, odd in ODD.items():
        give(page, "**/api/chat", odd)
        with page.expect_request("**/api/chat"):  # that it has ended, Chromium's shell does not tell of each of these
            ask(page, "How?")

        expect(page.get_by_role("button", name="Ask", exact=True), name).to_be_visible()
        expect(banner(page), name).to_contain_text("Nothing is lost")
        expect(page.get_by_label("Your question"), name).to_have_value("How?")
        expect(page.get_by_role("article"), name).to_have_count(0)
        assert site.violations == [], name
        page.evaluate(EMPTY_BANNER)

    site.reply()
    expect(ask_and_wait(page, "How?")).to_contain_text("It works.")
    assert len(site.sent) == len(ODD) + 1
    assert len({each["messageId"] for each in site.sent}) == 1


@pytest.mark.parametrize("begun", ["", DELTA], ids=["at once", "in the middle"])
def test_a_connection_that_is_lost_while_an_answer_comes_keeps_the_question(site: Site, begun: str) -> None:
    page = opened(site)
    page.evaluate(STREAMS, [begun, True])

    ask(page, "How?")

    expect(banner(page)).to_contain_text("Nothing is lost")
    expect(page.get_by_label("Your question")).to_have_value("How?")
    assert site.violations == []


def test_an_answer_of_an_older_function_that_says_less_is_shown(site: Site) -> None:
    page = opened(site)
    give(page, "**/api/chat", {"status": 200, "json": {"answer": "It works.", "mode": "extractive", "saved": "no"}})

    expect(ask_and_wait(page, "How?")).to_contain_text("It works.")
    assert site.violations == []


def test_whoever_is_signed_in_is_not_signed_out_by_what_answers_in_the_apis_place(site: Site) -> None:
    signed_in(site.page)
    page = site.open()
    token = "docs-chat token " + page.evaluate("location.origin")
    page.evaluate("([key]) => sessionStorage.setItem(key, JSON.stringify('secret'))", [token])
    page.reload()
    page.locator("docs-chat .launcher").click()
    expect(page.get_by_role("button", name="Account of Ada Lovelace")).to_be_visible()
    for odd in ("a page", "nothing", "half of it", "a firewall"):
        give(page, "**/api/auth/get-session", ODD[odd])
        page.evaluate(EMPTY_BANNER)
        page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")

        expect(banner(page), odd).to_contain_text("Accounts and conversations cannot be reached right now.")
        expect(page.get_by_role("button", name="Sign in", exact=True), odd).to_have_count(0)
        assert page.evaluate("([key]) => sessionStorage.getItem(key)", [token]) == '"secret"', odd
    assert site.violations == []


def test_an_opinion_that_does_not_arrive_is_told(site: Site) -> None:
    site.reply()
    page = opened(site)
    given = ask_and_wait(page, "How?")
    give(page, "**/feedback", ODD["a firewall"])

    given.get_by_role("button", name="Good answer").click()

    expect(banner(page)).to_contain_text("not available right now")
    expect(given.get_by_role("button", name="Good answer")).to_have_attribute("aria-pressed", "false")


def test_where_no_stop_arrives_the_button_ends_the_answer_and_asks_nobody(site: Site) -> None:
    signed_in(site.page)
    stops: list[str] = []
    site.page.on("request", lambda request: stops.append(request.url) if request.url.endswith("/stop") else None)
    page = opened(site)
    expect(page.get_by_role("button", name="Account of Ada Lovelace")).to_be_visible()
    page.evaluate(STREAMS, [UNSTOPPABLE + DELTA, False])
    ask(page, "How?")
    expect(page.get_by_role("article", name="Answer")).to_have_text("So far")

    page.get_by_role("button", name="Stop").click()

    expect(page.get_by_role("article", name="Answer")).to_contain_text("Stopped.")
    assert stops == []


def test_a_stop_leaves_even_where_the_file_for_it_does_not_come(site: Site) -> None:
    site.page.route("**/docs-chat/more-*", lambda route: route.abort())
    page = site.open()
    page.locator("docs-chat .launcher").click()
    hold(page, "**/api/chat")
    ask(page, "How?")

    page.get_by_role("button", name="Stop").click()

    expect(page.get_by_label("Your question")).to_have_value("How?")
    expect(page.get_by_role("article")).to_have_count(0)


def test_an_answer_is_whole_where_its_buttons_come_later_than_the_next_question(site: Site) -> None:
    held = hold(site.page, "**/docs-chat/more-*")
    site.reply(followUps=["And why?"], answer="```sh\nls\n```", mode="generated")
    page = site.open()
    page.locator("docs-chat .launcher").click()
    ask_and_wait(page, "How?")
    ask_and_wait(page, "Where?")

    for each in held:
        each.continue_()

    expect(page.get_by_role("button", name="Copy code")).to_have_count(2)
    expect(page.get_by_role("button", name="Copy answer")).to_have_count(2)
    expect(page.get_by_role("button", name="And why?")).to_have_count(1)
    expect(answer(page).get_by_role("button", name="Answer again")).to_have_count(1)
