"""What a reader does with the chat, wherever it stands: its shadow root is open to the eyes of Playwright."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

QUESTION = "How often should I descale the Brindlewood kettle?"
ANSWER = re.compile("every six weeks with two spoons of citric acid")
PASSWORD = "correct horse battery"

_numbers = itertools.count(1)


def ask(page: Page, question: str = QUESTION) -> None:
    """Type a question and send it."""
    page.get_by_label("Your question").fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()


def answer(page: Page) -> Locator:
    """The newest answer, once it is whole."""
    return page.get_by_role("article", name="Answer").filter(has=page.locator(".after")).last


def ask_and_wait(page: Page, question: str = QUESTION) -> Locator:
    """The answer to a question."""
    count = page.locator("article .after").count()
    ask(page, question)
    expect(page.locator("article .after")).to_have_count(count + 1)
    return answer(page)


def sign_up(page: Page, name: str = "Ada Lovelace") -> str:
    """A new reader; the email address."""
    email = f"reader-{next(_numbers)}@example.com"
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("dialog", name="Sign in").get_by_role("button", name="Create an account").click()
    form = page.get_by_role("dialog", name="Create an account")
    form.get_by_label("Name").fill(name)
    form.get_by_label("Email address").fill(email)
    form.get_by_label("Password", exact=True).fill(PASSWORD)
    form.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("button", name=f"Account of {name}")).to_be_visible()
    return email


def sign_in(page: Page, email: str, password: str = PASSWORD) -> Locator:
    """Fill in the form for it, which the page shows, and send it; the form."""
    form = page.get_by_role("dialog", name="Sign in")
    form.get_by_label("Email address").fill(email)
    form.get_by_label("Password", exact=True).fill(password)
    form.get_by_role("button", name="Sign in").click()
    return form


def sign_out(page: Page) -> None:
    """Leave, by the account's dialog."""
    page.get_by_role("button", name="Account of").click()
    page.get_by_role("dialog", name="Your account").get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()


def history(page: Page) -> Locator:
    """The list of conversations."""
    return page.get_by_role("navigation", name="Your conversations")


def in_history(page: Page, title: str = QUESTION) -> Locator:
    """What opens a conversation."""
    return history(page).get_by_role("button", name=re.compile(f"^{re.escape(title)}"))


def do_with(page: Page, title: str, action: str) -> None:
    """Choose an action from the menu of a conversation."""
    history(page).get_by_role("button", name=f"More about {title}").click()
    history(page).get_by_role("group", name=f"More about {title}").get_by_role("button", name=action).click()


def hold_clock(page: Page) -> None:
    """From now on time passes for the page only when a test lets it: what is shown for a moment stays."""
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 3600)


def banner(page: Page) -> Locator:
    """What is said to everybody at once."""
    return page.locator("docs-chat .banner")
