"""What a reader does with answers that a model writes: watches, stops, asks again, in Urdu, and without the model."""

from __future__ import annotations

import re
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from infra.ingestion.choosing import Order
from infra.ingestion.ingest import ingest
from infra.local.components import Deployment
from infra.local.platform import Platform
from infra.local.state import State
from tests.e2e.conftest import BOOK
from tests.e2e.reading import ANSWER, QUESTION, answer, ask, ask_and_wait, banner, sign_up
from tests.fixtures.scripted_model import (
    HEAD,
    Behaviour,
    Caller,
    ScriptedModel,
    delta,
    event,
    says,
    scripted_model,
    tokens,
)

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from playwright.sync_api import Page

FIRST = "Descale the Brindlewood kettle every six weeks with two spoons of citric acid [n]."
SECOND = "Fill it with cold water first, wait half an hour, and rinse it twice afterwards [n]."
URDU = "برنڈل وڈ کیتلی کو کتنی بار صاف کرنا چاہیے؟"
IN_URDU = "کیتلی کو ہر 6 ہفتے بعد سائٹرک ایسڈ کے 2 چمچ سے صاف کریں [n]۔"  # noqa: RUF001 (as above)
SETTINGS = {"MODEL_NAME": "scripted", "MODEL_PROVIDER": "this machine"}


@pytest.fixture(scope="module")
def model() -> Generator[ScriptedModel]:
    with scripted_model() as server:
        yield server


@pytest.fixture(scope="module")
def platform(model: ScriptedModel, tmp_path_factory: pytest.TempPathFactory) -> Generator[Platform]:
    folder: Path = tmp_path_factory.mktemp("books") / "kettles"
    folder.mkdir()
    (folder / "brindlewood.md").write_text(BOOK, "utf-8")
    deployment = Deployment({**SETTINGS, "MODEL_URL": model.url})
    with State.temporary() as state, Platform(state, ["http"], deployment=deployment) as platform:
        ingest(Order([str(folder)]), platform.qdrant.url)
        yield platform


def cited(text: str, caller: Caller) -> str:
    """By the number under which the model is given the section that answers."""
    told = caller.body["messages"][1]["content"].partition("every six weeks")[0]
    numbers = re.findall(r"source (\d+)>>", told)
    return text.replace("[n]", f"[{numbers[-1]}]") if numbers else text


def citing(text: str) -> Behaviour:
    return says(lambda caller: cited(text, caller))


def in_two_parts(rest: threading.Event) -> Behaviour:
    """The second sentence comes when it is let."""

    def behaviour(caller: Caller) -> None:
        caller.send(HEAD + b"".join(map(delta, tokens(cited(f"{FIRST} Fill", caller)))))
        assert rest.wait(60)
        caller.send(b"".join(map(delta, tokens(cited(SECOND.removeprefix("Fill"), caller)))))
        caller.send(delta(None, "stop") + event("[DONE]"))

    return behaviour


def rambling(text: str, seen_to_be_gone: threading.Event) -> Behaviour:
    """Goes on and on, so that nobody takes it for dead before it is stopped, and notes when nobody listens any more."""

    def behaviour(caller: Caller) -> None:
        with suppress(OSError):
            caller.send(HEAD + b"".join(map(delta, tokens(cited(text, caller) + " And"))))
            while True:
                caller.send(delta(" and"))
                time.sleep(0.2)  # its pace is what is scripted
        seen_to_be_gone.set()

    return behaviour


def test_a_reader_allows_watches_stops_asks_again_reloads_asks_in_urdu_and_without_the_model(
    page: Page, model: ScriptedModel
) -> None:
    sign_up(page)  # of guests the model's budget is never waited for: on a busy machine they get the quoted answer
    allows_the_provider(page, model)
    watches(page, model)
    stops(page, model)
    has_it_written_again(page, model)
    reloads(page)
    asks_in_urdu(page, model)
    asks_without_the_model(page, model)


def allows_the_provider(page: Page, model: ScriptedModel) -> None:
    """Where the owner has each reader asked, the model sees nothing before that."""
    model.behave(citing(SECOND))
    for name, value in (("provider", "this machine"), ("consent", "")):
        page.locator("docs-chat").evaluate("(node, [name, value]) => node.setAttribute(name, value)", [name, value])
    allowed = page.get_by_role("checkbox", name="this machine may see what I ask and mark")
    expect(allowed).not_to_be_checked()
    asked = len(model.asked)
    expect(ask_and_wait(page)).to_contain_text(ANSWER)
    assert len(model.asked) == asked

    page.get_by_role("button", name="New conversation").click()
    allowed.check()
    expect(ask_and_wait(page)).to_contain_text("rinse it twice")
    assert len(model.asked) > asked
    page.evaluate("sessionStorage.clear(), localStorage.clear()")
    page.reload()
    expect(answer(page)).to_be_visible()
    page.get_by_role("button", name="New conversation").click()
    expect(page.get_by_role("article")).to_have_count(0)


def watches(page: Page, model: ScriptedModel) -> None:
    """The first sentence stands there before the second one was written."""
    rest = threading.Event()
    model.behave(in_two_parts(rest))
    ask(page)
    written = page.get_by_role("article", name="Answer").last
    expect(written).to_contain_text(ANSWER)
    expect(written).not_to_contain_text("rinse it twice")
    rest.set()
    expect(answer(page)).to_contain_text("rinse it twice")


def stops(page: Page, model: ScriptedModel) -> None:
    """The model hears of it, and what was written stays."""
    gone = threading.Event()
    model.behave(rambling(FIRST, gone))
    ask(page, "How do I descale the Brindlewood kettle?")
    expect(page.get_by_role("article", name="Answer")).to_have_count(2)
    expect(page.get_by_role("article", name="Answer").last).to_contain_text(ANSWER)
    page.get_by_role("button", name="Stop").click()
    expect(answer(page)).to_contain_text("Stopped.")
    assert gone.wait(20), "the stop did not reach the model"


def has_it_written_again(page: Page, model: ScriptedModel) -> None:
    """In its place."""
    model.behave(citing(SECOND))
    page.get_by_role("button", name="Answer again").last.click()
    expect(answer(page)).to_contain_text("rinse it twice")
    expect(page.get_by_role("article", name="Answer")).to_have_count(2)


def reloads(page: Page) -> None:
    """All of it is there."""
    page.reload()
    expect(page.get_by_role("article", name="Answer")).to_have_count(2)
    expect(page.get_by_role("article", name="Answer").last).to_contain_text("rinse it twice")
    expect(page.get_by_role("article", name="You asked").first).to_have_text(QUESTION)


def asks_in_urdu(page: Page, model: ScriptedModel) -> None:
    """The question is first made into one that the book can be searched for."""
    model.behave(says(QUESTION), citing(IN_URDU))
    expect(ask_and_wait(page, URDU)).to_contain_text("سائٹرک")
    expect(answer(page).get_by_role("group", name="Sources").get_by_role("link")).to_have_count(1)


def asks_without_the_model(page: Page, model: ScriptedModel) -> None:
    """The book is quoted, and the page says so."""
    model.die()
    expect(ask_and_wait(page)).to_contain_text(ANSWER)
    expect(banner(page)).to_contain_text("The answer quotes the documentation")
