"""What a turn tells while it happens; tests/integration/chat holds the same over HTTP and real databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.answering.models import Mode
from shared.answering.turn.chat import LONGEST, Chat
from shared.answering.turn.events import Delta, Done, Sources
from shared.degraded import Missing
from shared.errors import Gone
from shared.history.models import answer_id
from tests.fixtures.writers import WRITTEN_FROM, Scripted
from tests.unit.answering.test_chat import CONVERSATION, QUESTION, Book, Failing, ask, closed_book

if TYPE_CHECKING:
    from shared.answering.models import Reply
    from shared.answering.turn.events import Event

UNITS = ["Calibrate it first [1].\n\n", "- Press the button.\n", "- Wait.\n"]


def told(events: list[Event]) -> str:
    return "".join(each.text for each in events if isinstance(each, Delta))


def reply_of(events: list[Event]) -> Reply:
    assert isinstance(events[-1], Done)
    return events[-1].reply


def written_by(writer: Scripted) -> list[Event]:
    return list(Chat(Book().search, None, 50, writer=writer).events(ask()))


def test_a_quoted_answer_is_told_as_its_sources_its_units_and_the_reply() -> None:
    events = list(Chat(Book().search, None, 50).events(ask()))

    reply = reply_of(events)
    assert [type(each) for each in events] == [Sources, *[Delta] * (len(events) - 2), Done]
    assert events[0] == Sources(reply.answer.sources, Mode.EXTRACTIVE, CONVERSATION, answer_id(QUESTION), QUESTION)
    assert told(events) == reply.answer.text


@pytest.mark.parametrize(
    ("message", "book", "mode"),
    [
        ("Hello!", Book().search, Mode.SMALL_TALK),
        ("Who wrote Hamlet?", Book(on_topic=False).search, Mode.REFUSED),
        ("How do I calibrate the arm?", closed_book, Mode.UNAVAILABLE),
    ],
)
def test_what_is_said_beside_the_book_is_told_in_units_too(message: str, book: object, mode: Mode) -> None:
    writer = Scripted(UNITS)

    events = list(Chat(book, None, 50, writer=writer).events(ask(message)))  # pyright: ignore[reportArgumentType] (a search)

    assert isinstance(events[0], Sources)
    assert events[0].mode is mode
    assert told(events) == reply_of(events).answer.text
    assert not writer.briefs, "a model was asked about something else than the book"


def test_the_reply_in_one_piece_is_the_one_that_the_events_end_with() -> None:
    assert Chat(Book().search, None, 50).reply(ask()) == reply_of(list(Chat(Book().search, None, 50).events(ask())))


def test_what_is_wrong_with_the_question_is_raised_before_the_first_event() -> None:
    events = Chat(Book().search, Failing(Gone()), 50).events(ask())
    with pytest.raises(Gone):
        next(events)


def test_a_written_answer_is_told_unit_by_unit_after_what_it_was_written_from() -> None:
    writer = Scripted(UNITS)

    events = written_by(writer)

    assert isinstance(events[0], Sources)
    assert (events[0].mode, events[0].sources) == (Mode.GENERATED, WRITTEN_FROM)
    assert [each.text for each in events if isinstance(each, Delta)] == UNITS
    assert (reply_of(events).answer.mode, reply_of(events).answer.text) == (Mode.GENERATED, "".join(UNITS))


def test_the_sources_are_told_before_the_model_is_asked() -> None:
    writer = Scripted(UNITS)
    events = Chat(Book().search, None, 50, writer=writer).events(ask())

    assert isinstance(next(events), Sources)
    assert writer.begun[0].told == []
    assert next(events) == Delta(UNITS[0])
    assert writer.begun[0].told == UNITS[:1]


def test_the_writer_is_told_what_was_found_and_what_stands_ready() -> None:
    writer = Scripted(UNITS)

    written_by(writer)

    [brief] = writer.briefs
    assert (brief.ask, brief.question, brief.language) == (ask(), "How do I calibrate the arm?", "en")
    assert brief.found.passages
    assert brief.quoted.mode is Mode.EXTRACTIVE


def test_a_question_that_the_writer_leaves_is_quoted() -> None:
    events = written_by(Scripted(UNITS, declines=True))

    assert reply_of(events).answer.mode is Mode.EXTRACTIVE
    assert told(events) == reply_of(events).answer.text
    assert reply_of(events).degraded == ()


def test_a_model_that_gives_nothing_costs_the_reader_the_written_answer_alone() -> None:
    events = written_by(Scripted([], breaks_off=True))

    reply = reply_of(events)
    assert (reply.answer.mode, reply.degraded) == (Mode.EXTRACTIVE, (Missing.MODEL,))
    assert told(events) == reply.answer.text


@pytest.mark.parametrize(("stands", "mode"), [(True, Mode.GENERATED), (False, Mode.EXTRACTIVE)])
def test_of_a_model_that_breaks_off_its_writer_says_what_stands(stands: bool, mode: Mode) -> None:  # noqa: FBT001 (of pytest)
    events = written_by(Scripted(UNITS, breaks_off=True, stands=stands))

    assert told(events) == "".join(UNITS), "what was told stays told; the reply takes its place"
    assert (reply_of(events).answer.mode, reply_of(events).degraded) == (mode, (Missing.MODEL,))


def test_an_answer_without_end_is_cut_after_a_whole_unit() -> None:
    unit = "\u0648" * 499 + "\n\n"  # 1,000 bytes of Urdu
    writer = Scripted([unit] * 1_000)

    reply = reply_of(written_by(writer))

    assert writer.begun[0].stopped.is_set()
    assert (len(told(written_by(Scripted([unit] * 1_000))).encode()), reply.answer.status) == (LONGEST, "partial")


def test_whoever_stops_listening_ends_the_models_work() -> None:
    writer = Scripted(UNITS)
    events = Chat(Book().search, None, 50, writer=writer).events(ask())
    assert isinstance(next(events), Sources)
    assert isinstance(next(events), Delta)

    events.close()

    assert writer.begun[0].stopped.is_set()
