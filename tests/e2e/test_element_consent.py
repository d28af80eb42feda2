"""What `<docs-chat>` says and asks before a question goes anywhere: what is kept, and who else sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.e2e.reading import answer, ask, ask_and_wait
from tests.e2e.test_element_accessible import signed_in
from tests.e2e.test_element_interrupted import hold

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.e2e.sites import Site

ACME = 'provider="Acme"'
SELECT = "getSelection().selectAllChildren(document.querySelector('#text'))"


def opened(site: Site, attributes: str) -> Page:
    page = site.open(f'{attributes} privacy-url="https://example.com/privacy"')
    page.locator("docs-chat .launcher").click()
    expect(page.locator("docs-chat .privacy")).to_be_visible()
    return page


def box(page: Page) -> Locator:
    return page.get_by_role("checkbox", name="Acme may see what I ask and mark, and write the answer")


def test_a_guest_and_a_reader_are_told_what_is_kept_of_theirs(site: Site) -> None:
    page = opened(site, "")
    privacy = page.locator("docs-chat .privacy")
    expect(privacy).to_contain_text("Without an account, nothing you ask is kept in a history.")
    expect(privacy).to_contain_text("If this site uses a language model, its provider sees your question.")

    signed_in(page)
    page.reload()

    expect(privacy).to_contain_text("What you ask is kept in your history, where you can delete it.")
    expect(privacy).not_to_contain_text("Without an account")


def test_where_the_owner_asks_for_it_the_provider_sees_nothing_before_the_reader_agrees(site: Site) -> None:
    site.reply()
    page = opened(site, f"{ACME} consent")
    expect(box(page)).not_to_be_checked()
    ask_and_wait(page, "Without?")
    expect(box(page)).to_have_count(0)

    page.get_by_role("button", name="New conversation").click()
    box(page).check()
    ask_and_wait(page, "With?")
    page.reload()
    expect(answer(page)).to_be_visible()
    ask_and_wait(page, "With it, still?")
    page.get_by_role("button", name="New conversation").click()
    expect(box(page)).to_be_checked()
    box(page).uncheck()
    ask_and_wait(page, "Without it again?")

    assert [(each.get("mode"), each.get("consent")) for each in site.sent] == [
        ("extractive", None),
        (None, "Acme"),
        (None, "Acme"),
        ("extractive", None),
    ]
    assert site.violations == []


def test_where_the_owner_asks_for_each_question_no_yes_outlives_the_question_that_it_was_given_for(site: Site) -> None:
    site.reply()
    page = opened(site, f'{ACME} consent="each"')
    ask_and_wait(page, "Without?")
    box(page).check()
    ask_and_wait(page, "With?")
    expect(box(page)).not_to_be_checked()
    ask_and_wait(page, "Without it again?")
    page.get_by_role("button", name="New conversation").click()
    box(page).check()
    page.reload()
    expect(box(page)).not_to_be_checked()
    ask_and_wait(page, "And after a reload?")

    assert [(each.get("mode"), each.get("consent")) for each in site.sent] == [
        ("extractive", None),
        (None, "Acme"),
        ("extractive", None),
        ("extractive", None),
    ]
    assert site.violations == []


def test_an_earlier_yes_to_everything_is_no_yes_where_each_question_is_asked_for(site: Site) -> None:
    site.reply()
    page = opened(site, f"{ACME} consent")
    box(page).check()
    page.locator("docs-chat").evaluate("node => node.setAttribute('consent', 'each')")

    expect(box(page)).not_to_be_checked()
    ask_and_wait(page, "How?")
    box(page).check()
    page.locator("docs-chat").evaluate("node => node.setAttribute('provider', 'Others')")
    expect(page.get_by_role("checkbox", name="Others may see")).not_to_be_checked()
    ask_and_wait(page, "And why?")

    assert [(each.get("mode"), each.get("consent")) for each in site.sent] == [("extractive", None)] * 2


def test_a_yes_of_before_counts_for_a_question_that_is_asked_before_everything_is_there(site: Site) -> None:
    site.reply()
    page = opened(site, f"{ACME} consent")
    box(page).check()
    held = hold(page, "**/docs-chat/more-*.js")
    page.reload()
    ask(page, "How?")
    expect(page.get_by_role("article", name="Answer")).to_be_visible()
    assert site.sent == []
    held[0].continue_()
    expect(answer(page)).to_be_visible()

    assert [each.get("consent") for each in site.sent] == ["Acme"]


def test_a_question_that_a_site_asks_at_once_is_no_consent(site: Site) -> None:
    site.reply()
    page = site.open(f"{ACME} consent")
    page.locator("docs-chat .launcher").wait_for()
    page.evaluate("document.querySelector('docs-chat').ask('How?')")
    expect(page.locator("docs-chat .after")).to_be_visible()

    assert [each["mode"] for each in site.sent] == ["extractive"]


def test_a_text_that_was_marked_is_passed_on_only_where_the_reader_agrees(site: Site) -> None:
    site.reply()
    page = opened(site, ACME)
    expect(box(page)).to_have_count(0)
    ask_and_wait(page, "How?")
    for agreed in (False, True):
        page.evaluate(SELECT)
        page.get_by_role("button", name="Ask about this").click()
        box(page).set_checked(agreed)
        ask_and_wait(page, f"And this? {agreed}")
        expect(box(page)).to_have_count(0)

    assert [each.get("consent") for each in site.sent] == [None, None, "Acme"]
    assert [each.get("mode") for each in site.sent] == [None, None, None]
    assert "selectedText" in site.sent[1]


def test_another_provider_is_another_question(site: Site) -> None:
    site.reply()
    page = opened(site, f"{ACME} consent")
    box(page).check()
    page.locator("docs-chat").evaluate("node => node.setAttribute('provider', 'Others')")

    expect(page.get_by_role("checkbox", name="Others may see")).not_to_be_checked()
    ask_and_wait(page, "How?")
    assert (site.sent[0]["mode"], "consent" in site.sent[0]) == ("extractive", False)


@pytest.mark.parametrize("provider", ["", 'provider="none"'])
def test_where_there_is_nobody_to_allow_nothing_is_asked(site: Site, provider: str) -> None:
    page = opened(site, f"{provider} consent")

    expect(page.locator("docs-chat .choice.consent")).to_be_hidden()


def test_a_function_that_cannot_promise_it_gets_no_question(site: Site) -> None:
    site.reply(status=400, code="unknown_field", message="mode is not known.", field="mode", fields=["mode"])
    page = opened(site, f"{ACME} consent")

    ask(page, "How?")

    expect(page.get_by_text("mode is not known.")).to_be_visible()
    expect(page.get_by_label("Your question")).to_have_value("How?")
    assert len(site.sent) == 1
