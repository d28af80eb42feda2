"""Pages take `<docs-chat>` out and put it back, have several of it, forbid storage, and are read with any keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.reading import answer, ask, ask_and_wait, banner, hold_clock
from tests.e2e.sites import hold
from tests.e2e.test_element_accessible import signed_in

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, Route

    from tests.e2e.sites import Site

TWO = 'id="one"></docs-chat><docs-chat id="two" placement="inline"'
CONVERSATION = "01939d7e-3f4a-7000-8000-000000000000"
NO_STORAGE = """for (const name of ["localStorage", "sessionStorage"]) {
    Object.defineProperty(window, name, { get() { throw new DOMException("no", "SecurityError"); } });
}"""
NO_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', { value: undefined })"
SECOND_SCRIPT = """() => {
    const policy = trustedTypes.createPolicy("site", { createScriptURL: (address) => address });
    const script = document.createElement("script");
    script.src = policy.createScriptURL("/docs-chat.js?again");
    const loaded = new Promise((resolve) => (script.onload = resolve));
    document.head.append(script);
    return loaded.then(() => true);
}"""
FORBIDDEN = f"{NO_CLIPBOARD}; document.execCommand = () => false"


def launcher(page: Page) -> Locator:
    return page.locator("docs-chat .launcher").first


def chat(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Ask the documentation")


def opened(site: Site, attributes: str = "") -> Page:
    page = site.open(attributes)
    launcher(page).click()
    expect(page.locator("docs-chat .privacy").first).to_be_visible()
    return page


def press(page: Page, **key: object) -> None:
    """A key as browsers tell of it: Playwright's own keyboard is an American one."""
    page.evaluate(
        """(key) => {
            const how = { bubbles: true, cancelable: true, composed: true };
            document.body.dispatchEvent(new KeyboardEvent("keydown", { ...how, ...key }));
        }""",
        key,
    )


def test_a_chat_that_is_put_elsewhere_goes_on_where_it_was(site: Site) -> None:
    site.reply()
    page = opened(site)
    ask_and_wait(page, "How?")
    page.get_by_label("Your question").fill("And why")

    for _ in range(3):
        page.evaluate("document.querySelector('main').prepend(document.querySelector('docs-chat'))")
        expect(answer(page)).to_contain_text("It works.")
        expect(page.get_by_label("Your question")).to_have_value("And why")

    ask_and_wait(page, "Where?")
    sheets = page.locator("docs-chat").evaluate("node => node.shadowRoot.adoptedStyleSheets.length")
    assert sheets == 2, "a style sheet for each time that it was put somewhere"
    assert [len(each["turns"]) for each in site.sent] == [0, 2]
    assert site.violations == []


def test_a_chat_that_was_taken_away_hears_nothing_any_more(site: Site) -> None:
    page = opened(site)
    page.evaluate("document.querySelector('docs-chat').setAttribute('trigger', '#own')")
    page.evaluate("(window.gone = document.querySelector('docs-chat')).remove()")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.get_by_role("button", name="Ask us").click()
    press(page, key="i", ctrlKey=True)
    page.evaluate(f"location.hash = 'chat={CONVERSATION}'")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    page.evaluate("getSelection().selectAllChildren(document.querySelector('#text'))")
    page.evaluate("window.gone.open(), window.gone.close()")

    expect(page.locator("docs-chat")).to_have_count(0)
    assert asked == []
    assert site.violations == []


def test_a_chat_that_is_taken_away_while_it_answers_keeps_the_question(site: Site) -> None:
    hold(site.page, "**/api/chat")
    page = opened(site)
    with page.expect_request("**/api/chat"):
        ask(page, "How?")

    page.evaluate("document.body.append(document.querySelector('docs-chat'))")

    expect(page.get_by_label("Your question")).to_have_value("How?")
    expect(page.get_by_role("article")).to_have_count(0)
    assert site.violations == []


def test_a_script_that_a_page_loads_twice_is_one_chat(site: Site) -> None:
    page = opened(site)
    page.evaluate(SECOND_SCRIPT)

    expect(chat(page)).to_be_visible()
    assert site.violations == []


def test_two_chats_of_a_page_keep_apart_what_was_said_and_typed(site: Site) -> None:
    site.reply()
    page = opened(site, TWO)
    one, two = page.locator("#one"), page.locator("#two")
    two.get_by_label("Your question").fill("Below")
    one.get_by_label("Your question").fill("Above?")
    one.get_by_role("button", name="Ask", exact=True).click()
    expect(one.get_by_role("article", name="Answer")).to_contain_text("It works.")
    one.get_by_label("Your question").fill("And above")

    page.reload()

    expect(one.get_by_role("article", name="You asked")).to_have_text("Above?")
    expect(one.get_by_label("Your question")).to_have_value("And above")
    expect(two.get_by_label("Your question")).to_have_value("Below")
    expect(two.get_by_role("article")).to_have_count(0)
    assert site.violations == []


def test_of_two_chats_of_a_page_one_answers_the_shortcut_the_address_and_what_is_selected(site: Site) -> None:
    page = site.open('></docs-chat><docs-chat placement="panel"')
    first, second = (page.locator("docs-chat").nth(each) for each in range(2))
    expect(second.locator(".launcher")).to_be_attached()
    page.locator("#text").click()
    page.keyboard.press("Control+i")
    expect(first.locator(".panel")).to_be_visible()
    expect(second.locator(".panel")).to_be_hidden()

    page.locator("#text").select_text()
    expect(page.get_by_role("button", name="Ask about this")).to_have_count(1)
    page.evaluate(f"location.hash = 'chat={CONVERSATION}'")
    expect(page.get_by_role("dialog", name="Sign in")).to_have_count(1)
    expect(second.locator(".panel")).to_be_hidden()
    assert site.violations == []


def test_whoever_signs_in_by_one_of_two_chats_is_signed_in_to_the_other(site: Site) -> None:
    page = opened(site, TWO)
    expect(page.locator("#two").get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    signed_in(page)

    page.evaluate("new BroadcastChannel(`docs-chat ${location.origin}`).postMessage('changed')")

    for each in ("#one", "#two"):
        expect(page.locator(each).get_by_role("button", name="Account of Ada Lovelace")).to_be_visible()


def test_where_a_page_may_store_nothing_the_chat_works_until_it_is_left(site: Site) -> None:
    site.page.add_init_script(NO_STORAGE)
    site.reply()
    page = opened(site, 'provider="Acme" consent')

    page.get_by_role("checkbox", name="Acme may see").check()
    expect(ask_and_wait(page, "How?")).to_contain_text("It works.")
    ask_and_wait(page, "Why?")

    assert [each["consent"] for each in site.sent] == ["Acme", "Acme"]
    assert [len(each["turns"]) for each in site.sent] == [0, 2]
    assert site.violations == []


def test_the_way_back_to_a_page_as_it_was_left_shows_nothing_of_a_reader_who_has_signed_out(site: Site) -> None:
    signed_in(site.page)
    site.reply(saved="stored")
    page = opened(site)
    expect(page.get_by_role("button", name="Account of Ada Lovelace")).to_be_visible()
    ask_and_wait(page, "How?")
    page.unroute("**/api/auth/get-session")
    page.route("**/api/auth/get-session", lambda route: route.fulfill(body="null"))

    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")

    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    expect(page.get_by_role("article")).to_have_count(0)


def test_the_shortcut_is_a_letter_or_where_it_stands_on_a_keyboard_without_latin_ones(site: Site) -> None:
    page = site.open()
    launcher(page).wait_for()
    for key, code in [
        ("i", "KeyI"),
        ("I", "KeyI"),
        ("\N{ARABIC LETTER HEH GOAL}", "KeyI"),
        ("ш", "KeyI"),
        ("i", "KeyG"),
    ]:
        press(page, ctrlKey=True, key=key, code=code)

        expect(chat(page), f"{key} on {code}").to_be_visible()
        page.locator("docs-chat").evaluate("node => node.close()")


def test_another_letter_in_its_place_and_a_key_without_a_name_open_nothing(site: Site) -> None:
    page = site.open()
    launcher(page).wait_for()

    press(page, ctrlKey=True, key="c", code="KeyI")  # Dvorak's copy
    page.evaluate("document.body.dispatchEvent(new Event('keydown', { bubbles: true }))")  # a form is filled in
    page.evaluate("""() => {
        const host = document.body.appendChild(document.createElement("div"));
        host.attachShadow({ mode: "open" }).append(document.createElement("input"));
        host.shadowRoot.firstChild.focus();
    }""")
    page.keyboard.press("Control+i")
    page.evaluate("document.querySelector('main').contentEditable = 'true'")
    page.locator("#text").click()
    page.keyboard.press("Control+i")

    expect(chat(page)).to_have_count(0)
    assert site.violations == []


def test_what_is_typed_here_is_no_shortcut_of_the_page_and_the_pages_other_keys_still_are(site: Site) -> None:
    page = opened(site)
    page.evaluate("""() => {
        window.heard = [];
        const hear = ({ key }) => window.heard.push(key);
        for (const name of ["keydown", "keypress"]) addEventListener(name, hear);
    }""")

    page.get_by_label("Your question").press_sequentially("/s ")
    page.keyboard.press("ArrowLeft")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Email address").press_sequentially("p.n")
    assert page.evaluate("window.heard") == []
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")
    page.locator("#text").click()
    page.keyboard.press("/")

    assert page.evaluate("[...new Set(window.heard)]") == ["Control", "k", "/"]
    page.get_by_label("Your question").focus()
    page.keyboard.press("Control+i")
    expect(chat(page)).to_have_count(0)


def test_a_page_that_was_scrolled_meanwhile_stays_where_it_is_when_the_chat_is_closed(site: Site) -> None:
    page = site.open()
    page.evaluate("document.querySelector('main').append(Object.assign(new Image(), { height: 5000, alt: '' }))")
    page.get_by_role("link", name="Next").focus()
    page.keyboard.press("Control+i")
    expect(page.get_by_label("Your question")).to_be_focused()
    page.evaluate("scrollTo(0, 1500)")

    page.keyboard.press("Escape")

    expect(page.get_by_role("link", name="Next")).to_be_focused()
    assert page.evaluate("scrollY") == 1500


def test_a_reader_who_opened_it_while_reading_reads_on_with_the_same_keys(site: Site) -> None:
    page = site.open()
    launcher(page).wait_for()
    page.evaluate("document.querySelector('main').append(Object.assign(new Image(), { height: 5000, alt: '' }))")
    page.keyboard.press("Control+i")
    expect(page.get_by_label("Your question")).to_be_focused()
    page.keyboard.press("Escape")
    expect(chat(page)).to_have_count(0)

    page.keyboard.press("Space")
    page.keyboard.press("Enter")

    page.wait_for_function("scrollY > 0")
    expect(chat(page)).to_have_count(0)


def test_a_site_that_has_a_place_for_it_may_have_its_own_notices_above_it(site: Site) -> None:
    notice = """() => {
        const style = new CSSStyleSheet();
        style.replaceSync("docs-chat { --docs-chat-z: 10 } #notice { position: fixed; inset: 0; z-index: 11 }");
        document.adoptedStyleSheets = [style];
        document.body.append(Object.assign(document.createElement("p"), { id: "notice" }));
    }"""
    page = site.open()
    launcher(page).wait_for()
    box = launcher(page).bounding_box()
    assert box is not None
    at = "([x, y]) => document.elementFromPoint(x, y).tagName"
    middle = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
    assert page.evaluate(at, middle) == "DOCS-CHAT"

    page.evaluate(notice)
    page.evaluate("document.body.append(document.querySelector('docs-chat'))")

    launcher(page).wait_for()
    assert page.evaluate(at, middle) == "P"
    page.evaluate("document.querySelector('#notice').remove()")
    assert page.evaluate(at, middle) == "DOCS-CHAT"


@pytest.mark.parametrize("forbidden", [False, True], ids=["selected instead", "forbidden"])
def test_without_a_clipboard_what_is_copied_is_copied_or_said_not_to_be(site: Site, *, forbidden: bool) -> None:
    site.page.add_init_script(FORBIDDEN if forbidden else NO_CLIPBOARD)
    site.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    code = f"make {'nothing' if forbidden else 'run'}"
    site.reply(answer=f"Run [1]\n\n```sh\n{code}\n```")
    page = opened(site)
    button = ask_and_wait(page, "How?").get_by_role("button", name="Copy code")
    hold_clock(page)
    button.focus()

    page.keyboard.press("Enter")

    expect(button.get_by_role("status")).to_have_text("Could not copy" if forbidden else "Copied")
    expect(button).to_be_focused()
    page.get_by_label("Name").press("Control+v")
    assert (page.get_by_label("Name").input_value() == code) is not forbidden
    assert site.violations == []


def test_words_of_a_site_that_are_no_json_are_left_out_and_the_console_says_so(site: Site) -> None:
    said: list[str] = []
    site.page.on("console", lambda each: said.append(each.text) if each.type == "error" else None)
    page = opened(site, '><script type="application/json">{title: "Ask Ada"}</script')

    expect(chat(page)).to_be_visible()
    assert [each for each in said if "its own words are not JSON" in each]
    assert site.violations == []


def test_a_site_may_change_its_language_and_back_and_its_own_words_stay(site: Site) -> None:
    page = site.open('lang="de_DE"><script type="application/json">{"launch": "Ada"}</script')
    root, tag = page.locator("docs-chat .root"), page.locator("docs-chat")
    expect(root).to_have_attribute("lang", "de")
    launcher(page).click()
    expect(page.get_by_label("Ihre Frage")).to_be_visible()

    tag.evaluate("node => { node.lang = 'ur'; node.lang = 'en'; }")
    expect(page.get_by_label("Your question")).to_be_visible()
    expect(root).to_have_attribute("dir", "ltr")
    tag.evaluate("node => { node.lang = 'UR-pk'; }")
    expect(root).to_have_attribute("dir", "rtl")
    expect(page.get_by_label("آپ کا سوال")).to_be_visible()
    expect(launcher(page)).to_have_text("Ada")
    assert site.violations == []


def test_an_api_below_a_path_is_asked_there(site: Site) -> None:
    page = site.page

    def without_path(route: Route) -> None:
        route.continue_(url=route.request.url.replace("/v1/", "/"))

    page.route("**/v1/**", without_path)
    site.reply()
    page.route("**/below.html", lambda route: route.fulfill(content_type="text/html", body=BELOW))
    page.goto("/book/guide/below.html")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.partition("//")[2].partition("/")[2]))

    launcher(page).click()
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("dialog", name="Sign in")).to_be_visible()

    assert asked
    assert [each for each in asked if not each.startswith("v1/")] == []
    expect(banner(page)).to_be_empty()


BELOW = """<!doctype html><html lang="de"><title>A book</title><h1>A book</h1>
<script defer src="../../v1/docs-chat.js?v=3"></script><docs-chat lang="en"></docs-chat>"""
