"""What is said to whoever fills in a form, and what a reader finds in a history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from tests.e2e.reading import history
from tests.e2e.test_element_accessible import LISTED, TIME, signed_in

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

    from tests.e2e.sites import Site

TALK = "Descale it. " * 40


def refuse(page: Page, status: int, headers: dict[str, str] | None = None, **said: Any) -> None:  # noqa: ANN401 (JSON)
    page.unroute("**/sign-up/email")
    page.route("**/sign-up/email", lambda route: route.fulfill(status=status, json=said, headers=headers))


def test_whoever_signs_up_is_told_in_words_what_is_wrong_and_loses_nothing(site: Site) -> None:
    page = site.open('placement="page"')
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Create an account").click()
    form = page.get_by_role("dialog", name="Create an account")
    name, create = form.get_by_label("Name"), form.get_by_role("button", name="Create account")
    complaint = form.locator(".complaint")
    form.get_by_label("Email address").fill("ada@example.com")
    password = form.get_by_label("Password", exact=True)
    password.fill("correct horse battery")

    name.fill("   ")
    refuse(page, 500)
    create.click()
    assert name.evaluate("field => field.validity.patternMismatch")
    expect(complaint).to_be_empty()

    name.fill("Ada")
    refuse(page, 400, code="VALIDATION_ERROR", message="[body.email] Invalid email address")
    create.click()
    expect(complaint).to_have_text("Invalid email address")
    refuse(page, 429, {"x-retry-after": "7"}, message="Too many requests. Please try again later.")
    create.click()
    expect(complaint).to_have_text("Too many tries. Please try again in 7 s.")
    refuse(page, 503, message="Away.", code="unavailable")
    create.click()
    expect(complaint).to_have_text("This is not available right now. Please try again in a moment.")
    form.get_by_label("Show password").check()
    expect(password).to_have_attribute("type", "text")
    expect(password).to_have_value("correct horse battery")
    expect(name).to_have_value("Ada")


def test_a_found_conversation_is_shown_as_text_and_opens_at_its_newest_message(site: Site) -> None:
    signed_in(site.page)
    pieces = [{"text": "# Run `make` ", "match": False}, {"text": "**kettle**", "match": True}, {"text": " [1]"}]
    found = LISTED[0] | {"match": {"title": [{"text": "How?", "match": False}], "snippet": pieces}}
    messages = [
        {"id": f"01939d7e-3f4a-7000-8000-00000000000{n}", "role": role, "content": f"{n}. {TALK}", "createdAt": TIME}
        for n, role in enumerate(["user", "assistant"] * 4)
    ]
    whole = {"conversation": LISTED[0], "messages": messages, "nextCursor": None}
    site.page.route("**/api/conversations?search=*", lambda route: route.fulfill(json={"conversations": [found]}))
    site.page.route("**/api/conversations/*", lambda route: route.fulfill(json=whole))
    page = site.open('placement="page"')
    expect(history(page).get_by_text("Pinned")).to_be_visible()

    page.get_by_label("Search your conversations").fill("kettle")
    page.keyboard.press("Enter")
    expect(history(page).locator(".snippet")).to_have_text("Run make kettle")
    history(page).locator(".open").click()

    expect(page.get_by_role("article")).to_have_count(8)
    expect(page.get_by_role("article").last.get_by_role("button", name="Good answer")).to_be_visible()
    below = "node => node.scrollHeight - node.scrollTop - node.clientHeight"
    assert page.locator("docs-chat .scroll").evaluate(below) < 2


def test_all_conversations_are_deleted_only_when_that_is_confirmed(site: Site) -> None:
    signed_in(site.page)
    page = site.open('placement="page"')
    page.get_by_role("button", name="Account of Ada Lovelace").click()
    deleted: list[str] = []

    def delete(route: Route) -> None:
        if route.request.method == "DELETE":
            deleted.append(route.request.url)
            route.fulfill(status=204)
        else:
            route.fulfill(json={"conversations": [], "nextCursor": None})

    page.route("**/api/conversations", delete)
    page.get_by_role("button", name="Delete all conversations").click()
    really = page.get_by_role("dialog", name="Delete all conversations?")
    expect(really.get_by_role("button", name="Keep")).to_be_focused()
    assert deleted == []
    really.get_by_role("button", name="Delete").click()

    expect(page.get_by_text("Nothing here yet")).to_be_visible()
    assert len(deleted) == 1
