"""When an answer that is being written ends before its writer does."""

from __future__ import annotations

import threading
from contextvars import copy_context

from shared.answering.models import Mode
from shared.answering.turn.chat import Chat
from shared.answering.turn.events import Done, Sources
from shared.answering.turn.stopping import LEFT_FOR_STORING, Watch, stop_of
from shared.deadline import within
from shared.errors import DatabaseUnavailable
from tests.fixtures.writers import Scripted
from tests.unit.answering.test_chat import QUESTION, Book, Failing, ask

SOON = 0.001


def test_it_is_asked_again_and_again_until_the_reader_says_so() -> None:
    answers = iter([False, False, True])
    over = threading.Event()

    with Watch(over.set, lambda: next(answers), SOON) as watch:
        assert over.wait(60)

    assert watch.ended == "stopped"
    assert next(answers, "none left") == "none left"


def test_whoever_finishes_in_time_was_not_stopped() -> None:
    ended: list[str] = []

    with Watch(lambda: ended.append("ended"), lambda: False, 60) as watch:
        pass

    assert watch.ended is None
    assert ended == ["ended"], "nobody writes any more, however the block was left"


def test_an_answer_ends_when_there_is_just_the_time_to_store_it() -> None:
    writer = Scripted(["One. ", "Two."], waits_after=1)

    def told() -> list[object]:
        with within(LEFT_FOR_STORING + 1):
            return list(Chat(Book().search, None, 50, writer=writer).events(ask()))

    done = copy_context().run(told)[-1]

    assert isinstance(done, Done)
    assert (done.reply.answer.text, done.reply.answer.status) == ("One. ", "partial")


def test_nobody_is_asked_where_nobody_could_say_so() -> None:
    assert stop_of(None, QUESTION) is None


def test_the_first_event_says_whether_a_stop_could_arrive() -> None:
    guest = Chat(Book().search, None, 50, writer=Scripted(["One. "]))

    first = next(guest.events(ask()))

    assert isinstance(first, Sources)
    assert (first.mode, first.stoppable) == (Mode.GENERATED, False)


def test_while_the_database_is_away_nobody_has_said_so() -> None:
    stop = stop_of(Failing(DatabaseUnavailable()), QUESTION)
    assert stop is not None
    assert stop() is False
