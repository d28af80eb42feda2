"""`<docs-chat>` on a page of documentation: how it opens, what it knows of the page, and that it leaves it alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.reading import answer, ask, ask_and_wait, banner
from tests.e2e.sites import REPLY
from tests.e2e.test_element_accessible import signed_in

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, Route

    from tests.e2e.sites import Site


TAKE_OVER = """document.addEventListener("docs-chat:source", (event) => {
    event.preventDefault();
    window.to = event.detail.url;
}, { once: true })"""

NEVER_ENDS = """() => {
    const real = window.fetch;
    const begun = new TextEncoder().encode('event: delta\\ndata: {"text": "So far"}\\n\\n');
    window.fetch = (address, options = {}) => {
        if (!String(address).endsWith("/api/chat")) return real(address, options);
        const body = new ReadableStream({
            start(stream) {
                stream.enqueue(begun);
                options.signal.addEventListener("abort", () => stream.error(new DOMException("x", "AbortError")));
            },
        });
        return Promise.resolve(new Response(body, { headers: { "content-type": "text/event-stream" } }));
    };
}"""
"""A stream that somebody must stop: no server of the tests can send half an answer and wait."""


def launcher(page: Page) -> Locator:
    return page.locator("docs-chat .launcher")


def chat(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Ask the documentation")


def question(page: Page) -> Locator:
    return page.get_by_label("Your question")


def test_a_bubble_opens_takes_the_focus_and_gives_it_back(site: Site) -> None:
    page = site.open()
    expect(chat(page)).to_have_count(0)

    launcher(page).click()
    expect(question(page)).to_be_focused()
    page.keyboard.press("Escape")

    expect(chat(page)).to_have_count(0)
    expect(launcher(page)).to_be_focused()


def test_nothing_is_asked_of_the_api_before_somebody_opens_the_chat(site: Site) -> None:
    asked: list[str] = []
    site.page.on("request", lambda request: asked.append(request.url) if "/api/" in request.url else None)

    page = site.open()
    expect(launcher(page)).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert asked == []

    launcher(page).click()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    assert [url for url in asked if url.endswith("/api/auth/get-session")] != []


def test_a_button_of_the_site_opens_it_instead_of_the_launcher(site: Site) -> None:
    page = site.open('trigger="#own"')

    page.locator("#own").click()
    expect(question(page)).to_be_focused()
    expect(launcher(page)).to_be_hidden()
    page.keyboard.press("Escape")

    expect(page.locator("#own")).to_be_focused()


def test_a_shortcut_opens_and_closes_it_but_never_while_somebody_types_on_the_page(site: Site) -> None:
    page = site.open('shortcut="mod+shift+k"')
    expect(launcher(page)).to_be_visible()

    page.locator("#name").press("Control+Shift+K")
    expect(chat(page)).to_have_count(0)
    page.locator("#own").press("Control+Shift+K")
    expect(question(page)).to_be_focused()
    question(page).press("Control+Shift+K")
    expect(chat(page)).to_have_count(0)


@pytest.mark.parametrize("placement", ["inline", "page"])
def test_what_stands_in_the_page_is_open_and_cannot_be_closed(site: Site, placement: str) -> None:
    page = site.open(f'placement="{placement}"')

    expect(page.get_by_role("region", name="Ask the documentation")).to_be_visible()
    expect(page.get_by_role("button", name="Close")).to_have_count(0)
    question(page).press("Escape")
    expect(question(page)).to_be_visible()


def test_the_draft_the_open_chat_and_a_guests_conversation_survive_a_reload_and_another_page(site: Site) -> None:
    site.reply()
    page = site.open()
    launcher(page).click()
    ask_and_wait(page, "How?")
    question(page).fill("And why")

    page.locator("#next").evaluate("link => link.click()")
    page.wait_for_url("**/next.html")

    expect(page.get_by_role("article", name="You asked")).to_have_text("How?")
    expect(answer(page)).to_contain_text("It works.")
    expect(question(page)).to_have_value("And why")

    page.keyboard.press("Escape")
    page.reload()
    expect(launcher(page)).to_be_visible()


@pytest.mark.parametrize(
    ("dark", "light"),
    [
        ("html.setAttribute('data-theme', 'dark')", "html.setAttribute('data-theme', 'light')"),
        ("html.className = 'dark'", "html.className = 'light'"),
        ("body.setAttribute('data-md-color-scheme', 'slate')", "body.setAttribute('data-md-color-scheme', 'default')"),
        ("html.className = 'navy js'", "html.className = 'rust js'"),
    ],
)
def test_it_is_dark_where_the_site_is(site: Site, dark: str, light: str) -> None:
    page = site.open()
    root = page.locator("docs-chat .root")
    for change, scheme in ((dark, "dark"), (light, "light"), (dark, "dark")):
        page.evaluate(f"const html = document.documentElement, body = document.body; {change}")
        expect(root).to_have_attribute("data-scheme", scheme)


def test_without_a_sign_of_the_site_it_follows_the_system_unless_it_is_told(site: Site) -> None:
    page = site.open()
    root = page.locator("docs-chat .root")
    page.emulate_media(color_scheme="dark")
    expect(root).to_have_attribute("data-scheme", "dark")
    page.locator("docs-chat").evaluate("element => element.setAttribute('theme', 'light')")
    expect(root).to_have_attribute("data-scheme", "light")


def test_a_question_about_what_is_selected_brings_it_along_with_the_page(site: Site) -> None:
    site.reply()
    page = site.open()
    page.locator("#text").select_text()

    page.get_by_role("button", name="Ask about this").click()
    expect(question(page)).to_be_focused()
    page.keyboard.type("Is that fast?")
    page.keyboard.press("Enter")

    expect(answer(page)).to_contain_text("It works.")
    [sent] = site.sent
    assert sent["selectedText"] == "The kettle boils one litre of water in ninety seconds."
    assert sent["page"].endswith("/a.html")
    assert sent["language"] == "en"
    ask_and_wait(page, "And that?")
    assert "selectedText" not in site.sent[1]


def test_fields_that_an_older_function_does_not_know_are_left_out_and_not_sent_again(site: Site) -> None:
    page = site.open(head='<meta name="docsearch:version" content="3.1">')
    refusal = {"message": "There is no such field.", "code": "unknown_field", "field": "version", "fields": ["version"]}

    def answer_older(route: Route) -> None:
        if "version" in site.sent[-1]:
            route.fulfill(status=400, json=refusal)
        else:
            route.fulfill(json=REPLY)

    page.route("**/api/chat", answer_older)
    launcher(page).click()
    ask_and_wait(page, "How?")
    ask_and_wait(page, "And why?")

    assert [each.get("version") for each in site.sent] == ["3.1", None, None]
    assert site.sent[0]["messageId"] == site.sent[1]["messageId"]


def test_a_source_of_the_site_opens_in_place_and_the_site_may_navigate_by_itself(site: Site) -> None:
    site.reply(
        sources=[
            *REPLY["sources"],
            {**REPLY["sources"][0], "n": 2, "url": "https://example.com/", "title": "Elsewhere"},
        ]
    )
    page = site.open()
    launcher(page).click()
    links = ask_and_wait(page, "How?").get_by_role("group", name="Sources").get_by_role("link")
    expect(links.nth(1)).to_have_attribute("rel", "noopener")
    page.evaluate(TAKE_OVER)

    links.first.click()
    assert page.evaluate("window.to") == "/guide.html#works"
    assert page.url.endswith("/a.html")

    links.first.click()
    page.wait_for_url("**/guide.html#works")
    expect(answer(page)).to_contain_text("It works.")


def test_a_streamed_answer_is_replaced_by_the_whole_one(site: Site) -> None:
    begun = {"sources": REPLY["sources"], "conversationId": REPLY["conversationId"], "messageId": REPLY["messageId"]}
    site.stream(("sources", begun), ("delta", {"text": "It "}), ("delta", {"text": "wor"}), ("done", REPLY))
    page = site.open()
    launcher(page).click()

    expect(ask_and_wait(page, "How?").locator(".text")).to_have_text("It works. 1")
    expect(answer(page).get_by_role("link", name="Guide: How it works").first).to_be_visible()


def test_a_stream_that_breaks_off_keeps_the_question_with_its_id(site: Site) -> None:
    site.stream(("sources", {"sources": []}), ("delta", {"text": "It "}))
    page = site.open()
    launcher(page).click()
    ask(page, "How?")
    expect(banner(page)).to_contain_text("Nothing is lost")
    expect(question(page)).to_have_value("How?")

    site.reply()
    ask_and_wait(page, "How?")
    first, second = site.sent
    assert first["messageId"] == second["messageId"]


def test_an_answer_is_stopped_and_what_was_written_stays(site: Site) -> None:
    page = site.open()
    page.evaluate(NEVER_ENDS)
    launcher(page).click()
    ask(page, "How?")
    expect(page.get_by_role("article", name="Answer")).to_have_text("So far")

    page.get_by_role("button", name="Stop").click()

    expect(page.get_by_role("article", name="Answer")).to_contain_text("Stopped.")
    expect(page.get_by_role("article", name="Answer")).to_contain_text("So far")
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()


def test_a_readers_answer_is_stopped_on_the_server_which_is_asked_once_more_where_it_does_not_know_it_yet(
    site: Site,
) -> None:
    signed_in(site.page)
    asked: list[str] = []
    held: list[Route] = []

    def stop(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            route.fulfill(status=404, json={"message": "There is nothing here.", "code": "not_found"})
        else:
            route.fulfill(json={"messageId": REPLY["messageId"], "stopping": True})
            held[0].fulfill(json=REPLY | {"answer": "So far", "saved": "stored", "status": "stopped"})

    def hold(route: Route) -> None:
        held.append(route)

    site.page.route("**/stop", stop)
    site.page.route("**/api/chat", hold)
    page = site.open()
    launcher(page).click()
    expect(page.get_by_role("button", name="Account of Ada")).to_be_visible()
    ask(page, "How?")
    page.get_by_role("button", name="Stop").click()

    expect(answer(page)).to_contain_text("So far")
    expect(answer(page)).to_contain_text("Stopped.")
    assert {url.rsplit("/", 2)[1] for url in asked} == {site.sent[0]["messageId"]}
    assert len(asked) == 2


def test_an_answer_that_was_written_is_written_again_in_its_place(site: Site) -> None:
    signed_in(site.page)
    site.reply(mode="generated", saved="stored", answer="First.")
    page = site.open()
    launcher(page).click()
    expect(page.get_by_role("button", name="Account of Ada")).to_be_visible()
    ask_and_wait(page, "How?")
    site.reply(mode="generated", saved="stored", answer="Second.", messageId="01939d7e-3f4a-7000-8000-000000000002")

    page.get_by_role("button", name="Answer again").click()

    expect(answer(page)).to_contain_text("Second.")
    expect(page.get_by_role("article", name="Answer")).to_have_count(1)
    expect(page.get_by_role("article", name="You asked")).to_have_count(1)
    first, second = site.sent
    assert (second["message"], second["replaces"], second["turns"]) == ("How?", first["messageId"], [])
    assert second["messageId"] != first["messageId"]


def test_a_quoted_answer_would_be_the_same_again(site: Site) -> None:
    site.reply()
    page = site.open()
    launcher(page).click()
    ask_and_wait(page, "How?")

    expect(page.get_by_role("button", name="Answer again")).to_have_count(0)


@pytest.mark.parametrize("there", ["yes", "no answer", "no route"])
def test_answers_are_streamed_from_an_address_of_their_own_or_else_from_the_apis(site: Site, there: str) -> None:
    site.reply(answer="From the API.")
    page = site.open('stream="/stream"')
    streamed = REPLY | {"answer": "From the stream."}

    def answer_streamed(route: Route) -> None:
        if there == "yes":
            route.fulfill(json=streamed)
        elif there == "no route":
            route.fulfill(status=403, json={"message": "Missing Authentication Token"})
        else:
            route.abort()

    page.route("**/stream/api/chat", answer_streamed)
    launcher(page).click()

    expect(ask_and_wait(page, "How?")).to_contain_text("From the stream." if there == "yes" else "From the API.")


def test_an_address_of_the_stream_that_the_pages_policy_refuses_costs_no_answer(site: Site) -> None:
    site.reply(answer="From the API.")
    page = site.open('stream="https://stream.example.com"')
    launcher(page).click()

    expect(ask_and_wait(page, "How?")).to_contain_text("From the API.")
    assert any("connect-src" in said for said in site.violations)


def test_a_strict_policy_has_nothing_to_report(site: Site) -> None:
    site.reply(answer="**It** works [1]\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```sh\nls\n```")
    page = site.open('privacy-url="https://example.com/privacy" provider="Acme" consent')
    launcher(page).click()
    page.get_by_role("checkbox", name="Acme may see").check()
    ask_and_wait(page, "How?")
    page.get_by_role("button", name="Bad answer").click()
    page.get_by_role("button", name="Edit and ask again").click()
    expect(page.get_by_label("Edited question")).to_be_focused()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("dialog", name="Sign in")).to_be_visible()

    assert site.violations == []


def test_a_strict_policy_has_nothing_to_report_of_a_readers_history_and_temporary_chat(site: Site) -> None:
    site.reply()
    signed_in(site.page)
    page = site.open()
    launcher(page).click()
    page.get_by_role("switch", name="Temporary conversation").check()
    expect(page.get_by_text("Temporary: nothing of this conversation is kept.")).to_be_visible()
    ask_and_wait(page, "How?")
    page.get_by_role("button", name="Account of").click()
    expect(page.get_by_role("dialog", name="Your account")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Your conversations").click()
    page.get_by_role("button", name="More about How?").click()
    page.get_by_role("button", name="Rename").click()
    expect(page.get_by_role("dialog", name="Rename this conversation")).to_be_visible()

    assert site.violations == []


def test_every_attribute_may_stand_in_the_page_from_the_start(site: Site) -> None:
    page = site.open('lang="de" theme="dark" placement="panel" heading="Fragen" provider="none"')
    root = page.locator("docs-chat .root")

    expect(root).to_have_attribute("data-scheme", "dark")
    expect(root).to_have_attribute("lang", "de")
    expect(launcher(page)).to_be_visible()
    assert site.violations == []


def test_what_the_privacy_of_a_question_is_stands_there_before_it_is_asked(site: Site) -> None:
    page = site.open('privacy-url="https://example.com/privacy" provider="Example Models"')
    launcher(page).click()

    expect(page.get_by_text("Example Models, who runs the language model, sees your question.")).to_be_visible()
    expect(page.get_by_role("link", name="Privacy")).to_have_attribute("href", "https://example.com/privacy")


def test_example_questions_are_asked_by_a_click(site: Site) -> None:
    site.reply()
    page = site.open('questions="How does it work? | Why?"')
    launcher(page).click()

    page.get_by_role("group", name="For example").get_by_role("button", name="How does it work?").click()

    expect(answer(page)).to_be_visible()
    assert site.sent[0]["message"] == "How does it work?"


def test_what_to_ask_next_belongs_to_the_newest_answer(site: Site) -> None:
    site.reply(followUps=["And why?"])
    page = site.open()
    launcher(page).click()
    ask_and_wait(page, "How?")

    page.get_by_role("group", name="Ask next").get_by_role("button", name="And why?").click()

    expect(page.get_by_role("article", name="You asked")).to_have_count(2)
    expect(page.get_by_role("group", name="Ask next")).to_have_count(1)


@pytest.mark.parametrize("placement", ["bubble", "panel"])
def test_on_a_phone_it_is_a_sheet_whose_buttons_a_thumb_can_hit(site: Site, placement: str) -> None:
    site.reply(followUps=["And why?"])
    site.page.set_viewport_size({"width": 320, "height": 640})
    page = site.open(f'placement="{placement}"')
    launcher(page).click()
    ask_and_wait(page, "How?" + "o" * 300)

    box = page.locator("docs-chat .panel").bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, 320)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert small(page) == []
    assert page.get_by_role("button", name="Edit and ask again").bounding_box()["x"] >= 0  # pyright: ignore[reportOptionalSubscript]

    page.get_by_role("button", name="Edit and ask again").click()
    expect(page.get_by_label("Edited question")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert small(page) == []


def small(page: Page) -> list[str]:
    """What is too small for a thumb."""
    return page.evaluate(
        """() => [...document.querySelector('docs-chat').shadowRoot.querySelectorAll('button, textarea')]
            .filter((node) => node.checkVisibility())
            .map((node) => [node.getAttribute('aria-label') ?? node.textContent, node.getBoundingClientRect()])
            .filter(([, box]) => box.width < 44 || box.height < 44).map(([name]) => name)"""
    )


ZOOMED = {200: (640, 512), 400: (320, 256)}
"""What is left of 1280 pixels by 1024 at so many per cent."""


def zoomed(site: Site, attributes: str = "", per_cent: int = 400) -> Page:
    """An open chat."""
    width, height = ZOOMED[per_cent]
    site.page.set_viewport_size({"width": width, "height": height})
    page = site.open(attributes)
    launcher(page).click()
    expect(page.locator("docs-chat .privacy")).to_be_attached()
    return page


def has_room(page: Page, least: int) -> bool:
    """What has to be seen is, nothing has to be scrolled sideways, and so much is left to read."""
    expect(page.get_by_role("button", name="Close")).to_be_in_viewport(ratio=1)
    room = page.locator("docs-chat .scroll").bounding_box()
    assert room is not None
    return room["height"] >= least and page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("per_cent", "least"), [(200, 200), (400, 80)])
@pytest.mark.parametrize("placement", ["bubble", "panel"])
def test_zoomed_a_question_can_be_asked_and_its_answer_read(
    site: Site, placement: str, per_cent: int, least: int
) -> None:
    site.reply()
    page = zoomed(site, f'placement="{placement}"', per_cent)

    ask_and_wait(page, "How?")

    expect(question(page)).to_be_in_viewport(ratio=1)
    assert has_room(page, least)


@pytest.mark.parametrize("placement", ["bubble", "panel"])
def test_zoomed_to_two_hundred_per_cent_a_reader_finds_a_conversation_and_all_of_a_dialog(
    site: Site, placement: str
) -> None:
    signed_in(site.page)
    page = zoomed(site, f'placement="{placement}"', 200)
    page.get_by_role("button", name="Your conversations").click()
    expect(page.get_by_role("button", name="More about How?")).to_be_in_viewport(ratio=1)
    page.get_by_role("button", name="More about How?").click()
    page.get_by_role("button", name="Rename").click()

    dialog = page.get_by_role("dialog", name="Rename this conversation")
    for each in (dialog.get_by_label("Title"), dialog.get_by_role("button", name="Rename")):
        expect(each).to_be_in_viewport(ratio=1)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Account of Ada Lovelace").click()
    last = page.get_by_role("dialog", name="Your account").get_by_role("button").last
    last.scroll_into_view_if_needed()
    expect(last).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_zoomed_to_four_hundred_per_cent_a_question_can_be_edited(site: Site) -> None:
    site.reply()
    page = zoomed(site)
    ask_and_wait(page, "How?")

    page.get_by_role("button", name="Edit and ask again").click()

    field = page.get_by_label("Edited question")
    expect(field).to_be_in_viewport()
    assert has_room(page, 80)
    field.fill("Why?")
    page.locator("docs-chat .editing").get_by_role("button", name="Ask").click()
    expect(page.get_by_role("article", name="You asked")).to_contain_text("Why?")


def test_zoomed_to_four_hundred_per_cent_a_temporary_chat_says_so_and_has_room(site: Site) -> None:
    site.reply()
    signed_in(site.page)
    page = zoomed(site)

    page.get_by_role("switch", name="Temporary conversation").check()

    expect(page.get_by_text("Temporary: nothing of this conversation is kept.")).to_be_in_viewport(ratio=1)
    expect(question(page)).to_be_in_viewport(ratio=1)
    assert has_room(page, 60)


def test_zoomed_to_four_hundred_per_cent_a_reader_is_asked_for_consent(site: Site) -> None:
    site.reply()
    page = zoomed(site, 'provider="Acme" consent')

    page.get_by_role("checkbox", name="Acme may see").check()

    expect(question(page)).to_be_in_viewport(ratio=1)
    ask_and_wait(page, "How?")
    assert has_room(page, 80)
