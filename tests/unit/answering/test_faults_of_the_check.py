"""A fault of ours while a model's answer is checked: the reader gets the quoted answer, and the log gets the fault."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from shared.answering.generated.author import Author
from shared.answering.models import Mode
from shared.answering.turn.chat import Chat
from shared.answering.turn.events import Delta, Done, Sources
from shared.model.checker import Checked, Checker
from shared.model.client import Model
from shared.model.endpoint import Endpoint
from shared.retrieval.models import Found
from tests.docs.prose import table_rows
from tests.fixtures.logged import Lines, lines
from tests.fixtures.scripted_model import says, scripted_model
from tests.unit.answering.test_author import CALIBRATE, INSTALL, settings
from tests.unit.answering.test_chat import ask

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from shared.model.units import Unit

__all__ = ["lines"]

TABLE = {row[0]: row[1:] for row in table_rows("specs/model.md", "### Where the check itself fails")}
SECRET = "the reader's own words"
ANSWER = "Calibrate the arm before you use it [1]. It takes 4 minutes [1]."


class FailsAtOnce(Checker):
    """Has a fault that any unit meets."""

    def checked(self, unit: Unit, cited_before: Sequence[int] = ()) -> Checked:
        return self.checked(unit, cited_before)  # a recursion without an end


class FailsLater(Checker):
    """Has a fault that a number meets."""

    def checked(self, unit: Unit, cited_before: Sequence[int] = ()) -> Checked:
        if "4" in unit.text:
            raise KeyError(SECRET)
        return super().checked(unit, cited_before)


def fails_at_the_sources(*_: object, **__: object) -> Checker:
    raise ValueError(SECRET)


FAULTS: dict[str, Callable[..., Checker]] = {
    "the check of the first unit": FailsAtOnce,
    "the check of a later unit": FailsLater,
    "what reads the sources": fails_at_the_sources,
}


@pytest.fixture
def address() -> Generator[str]:
    with scripted_model(says(ANSWER)) as model:
        yield model.url


def chat(address: str, checker: Callable[..., Checker]) -> Chat:
    found = Found((CALIBRATE, INSTALL), 0.9, on_topic=True)
    told = settings(address)
    return Chat(lambda _: found, None, 50, writer=Author(Model([Endpoint(address, "m")]), told, checker=checker))


@pytest.mark.parametrize("fails", TABLE)
def test_the_reader_gets_what_the_table_says(address: str, fails: str) -> None:
    mode, answer, degraded, status = TABLE[fails]
    quoted = Chat(lambda _: Found((CALIBRATE, INSTALL), 0.9, on_topic=True), None, 50).reply(ask()).answer.text

    plain = chat(address, FAULTS[fails]).reply(ask())
    *events, done = chat(address, FAULTS[fails]).events(ask())

    assert isinstance(events[0], Sources)
    assert all(isinstance(each, Delta) for each in events[1:])
    assert isinstance(done, Done)
    for reply in (plain, done.reply):
        assert (reply.answer.mode, reply.answer.status, list(reply.degraded)) == (mode, status, [degraded])
        assert (reply.answer.text == quoted) == (answer == "quoted")


@pytest.mark.parametrize("fails", FAULTS)
def test_the_log_tells_where_it_happened_and_no_text_of_anybody(address: str, fails: str, lines: Lines) -> None:
    chat(address, FAULTS[fails]).reply(ask())

    [told] = [json.loads(each) for each in lines.written if "could not be checked" in each]
    assert told["level"] == "ERROR"
    assert told["fault"] in {"RecursionError", "KeyError", "ValueError"}
    assert any(f"in {name}" in each for each in told["stack"] for name in ("checked", "fails_at_the_sources"))
    assert len("".join(told["stack"])) < 8_000
    assert all(SECRET not in each for each in lines.written)


def test_the_model_is_asked_again_the_next_time(address: str) -> None:
    model = Model([Endpoint(address, "m")])
    found = Found((CALIBRATE, INSTALL), 0.9, on_topic=True)
    modes = [
        Chat(lambda _: found, None, 50, writer=Author(model, settings(address), checker=each)).reply(ask()).answer.mode
        for each in (FailsAtOnce, Checker)
    ]
    assert modes == [Mode.EXTRACTIVE, Mode.GENERATED]
