"""A reader stops an answer: the word reaches another container; what was written is stored, over every transport."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from shared.answering.models import Ask, Mode, Saved
from shared.answering.turn.chat import Chat
from shared.answering.turn.events import Delta, Done
from shared.errors import NotFound
from shared.history.models import answer_id
from shared.history.turns import ask_to_stop
from tests.fixtures.writers import Scripted
from tests.integration.history.conftest import SOURCES
from tests.unit.answering.test_chat import Book

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.answering.turn.events import Event
    from shared.db import Database
    from tests.integration.history.conftest import Reader

UNITS = ["Calibrate it first. ", "Press the button. ", "Wait."]
SOON = 0.02
"""Seconds between two looks; a test waits for what happens, and not for a time."""


def stopped_after(units: int, ada: Reader, elsewhere: Database) -> tuple[Ask, list[Event]]:
    """A question whose writer waits after so many units, until the reader stops it through another container."""
    writer = Scripted(UNITS, waits_after=units)
    ask = Ask("How do I calibrate the arm?", uuid4(), uuid4())
    chat = Chat(Book().search, ada.db, 50, writer=writer, stop_seconds=SOON)
    events: list[Event] = []
    turn = threading.Thread(target=lambda: events.extend(chat.events(ask)))
    turn.start()
    while not writer.begun:
        turn.join(SOON)
    assert writer.begun[0].waits.wait(60)
    assert ask_to_stop(ada.on(elsewhere).db, ask.message_id) is True
    turn.join()
    return ask, events


@pytest.mark.parametrize("units", [0, 1, 2])
def test_what_was_written_is_stored_as_stopped(ada: Reader, connect: Callable[[], Database], units: int) -> None:
    ask, events = stopped_after(units, ada, connect())

    done = events[-1]
    assert isinstance(done, Done)
    written = "".join(UNITS[:units])
    assert [each.text for each in events if isinstance(each, Delta)] == UNITS[:units]
    assert (done.reply.answer.text, done.reply.answer.status) == (written, "stopped")
    assert (done.reply.answer.mode, done.reply.saved) == (Mode.GENERATED, Saved.STORED)
    answer = ada.open(ask.conversation_id).messages[-1]
    assert (answer.content, answer.status, answer.mode) == (written, "stopped", "generated")


def test_a_stopped_answer_stays_as_it_is(ada: Reader, connect: Callable[[], Database]) -> None:
    ask, events = stopped_after(1, ada, connect())

    again = Chat(Book().search, ada.db, 50, writer=Scripted(UNITS)).reply(ask)

    assert isinstance(events[-1], Done)
    assert again.answer == events[-1].reply.answer
    assert ada.answer(ask.conversation_id, ask.message_id, "a late one").content == UNITS[0]


def test_of_an_answer_that_is_there_nothing_is_stopped(ada: Reader) -> None:
    conversation_id, message_id, _ = ada.ask()
    ada.answer(conversation_id, message_id)

    assert ask_to_stop(ada.db, message_id) is False
    assert ada.open(conversation_id).messages[-1].status == "complete"


def test_only_a_question_of_ones_own_is_stopped(ada: Reader, bob: Reader) -> None:
    _, message_id, _ = ada.ask()

    for reader, unknown in ((bob, message_id), (ada, uuid4()), (ada, answer_id(message_id))):
        with pytest.raises(NotFound):
            ask_to_stop(reader.db, unknown)


def test_the_answer_that_is_continued_is_read_with_the_question_that_takes_its_place(ada: Reader) -> None:
    conversation_id, message_id, _ = ada.ask()
    ada.answer(conversation_id, message_id, "Half of it", "stopped")

    writer = Scripted(UNITS)
    ask = Ask("Go on", conversation_id, uuid4(), follows=True, replaces=message_id, continues=True)
    Chat(Book().search, ada.db, 50, writer=writer).reply(ask)

    [brief] = writer.briefs
    assert brief.replaced is not None
    assert (brief.replaced.text, brief.replaced.status) == ("Half of it", "stopped")
    assert len(brief.replaced.sources) == len(SOURCES)
