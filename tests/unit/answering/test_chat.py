"""The turn of a chat while nothing can be stored; tests/integration/chat holds the rest, over real databases."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from shared.answering.models import Answer, Ask, Mode, Saved
from shared.answering.turn.chat import Chat
from shared.answering.words import Words
from shared.db import USUAL, Database, Rows, Statement, Transaction
from shared.degraded import Missing
from shared.errors import DatabaseUnavailable, Gone, NotFound, RetrievalUnavailable
from shared.history.models import answer_id
from shared.outbox.keeping import Kept
from shared.retrieval.blocks import Paragraph
from shared.retrieval.models import Found, Passage

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.outbox.models import WaitingTurn

QUESTION = UUID("019ac000-0000-7000-8000-000000000001")
CONVERSATION = UUID("019ac000-0000-7000-8000-000000000002")
UNAVAILABLE = Answer(Words().text("en", "unavailable.reply"), Mode.UNAVAILABLE, status="failed")
PASSAGE = Passage("https://site.test/arm", "arm", "Arm", (), (Paragraph("Calibrate the arm before you use it."),), 1.0)


def nothing() -> None:
    pass


class Failing(Database):
    """A database whose every batch ends in one error."""

    def __init__(self, error: Exception, *, after: Callable[[], object] = nothing) -> None:
        self.error = error
        self.after = after
        self.batches = 0

    def run(self, *statements: Statement, idempotent: bool = False, transaction: Transaction = USUAL) -> list[Rows]:
        del statements, idempotent, transaction
        self.batches += 1
        self.after()
        raise self.error

    def close(self) -> None:
        pass


class Book:
    """Knows one passage, and what it was asked."""

    def __init__(self, *, on_topic: bool = True, after: Callable[[], object] = nothing) -> None:
        self.asked: list[str] = []
        self.on_topic = on_topic
        self.after = after

    def search(self, question: str) -> Found:
        self.asked.append(question)
        self.after()
        return Found((PASSAGE,), 0.9, self.on_topic)


def closed_book(_: str) -> Found:
    raise RetrievalUnavailable


def ask(
    message: str = "How do I calibrate the arm?",
    *,
    follows: bool = False,
    selected_text: str | None = None,
    page: str | None = None,
    temporary: bool = False,
) -> Ask:
    return Ask(message, CONVERSATION, QUESTION, follows, selected_text, page, temporary)


def test_a_guest_is_answered_and_nothing_is_stored() -> None:
    reply = Chat(Book().search, None, 50).reply(ask())

    assert reply.answer.text == "**Arm** [1]\n\nCalibrate the arm before you use it."
    assert (reply.answer.mode, reply.saved, reply.degraded) == (Mode.EXTRACTIVE, Saved.NO, ())
    assert (reply.conversation_id, reply.message_id) == (CONVERSATION, answer_id(QUESTION))


def test_a_temporary_question_of_a_signed_in_reader_touches_no_database() -> None:
    db = Failing(AssertionError("not to be asked"))

    reply = Chat(Book().search, db, 50).reply(ask(temporary=True))

    assert (db.batches, reply.saved, reply.degraded) == (0, Saved.NO, ())


def test_the_answer_is_given_while_the_database_is_away() -> None:
    db = Failing(DatabaseUnavailable())

    reply = Chat(Book().search, db, 50).reply(ask())

    assert reply.answer.mode is Mode.EXTRACTIVE
    assert (reply.saved, reply.degraded) == (Saved.NO, (Missing.DATABASE,))
    assert db.batches == 1


def test_a_question_that_the_book_does_not_cover_is_refused() -> None:
    reply = Chat(Book(on_topic=False).search, None, 50).reply(ask())

    assert reply.answer.mode is Mode.REFUSED


def test_without_the_book_the_answer_says_so() -> None:
    reply = Chat(closed_book, None, 50).reply(ask())

    assert (reply.answer, reply.degraded) == (UNAVAILABLE, (Missing.RETRIEVAL,))


def test_without_anything_there_is_still_an_answer() -> None:
    reply = Chat(closed_book, Failing(DatabaseUnavailable()), 50).reply(ask())

    assert (reply.answer, reply.saved) == (UNAVAILABLE, Saved.NO)
    assert reply.degraded == (Missing.DATABASE, Missing.RETRIEVAL)


def test_small_talk_is_answered_without_a_search() -> None:
    book = Book()

    reply = Chat(book.search, None, 50).reply(ask("Hello, what can you do?"))

    assert book.asked == []
    assert (reply.answer.mode, reply.answer.sources) == (Mode.SMALL_TALK, ())
    assert reply.answer.text == Words().text("en", "help.reply")


def test_small_talk_is_answered_in_its_language_and_while_everything_is_away() -> None:
    reply = Chat(closed_book, Failing(DatabaseUnavailable()), 50).reply(ask("¡Muchas gracias!"))

    assert (reply.answer.text, reply.degraded) == (Words().text("es", "thanks.reply"), (Missing.DATABASE,))


def test_a_greeting_before_a_question_is_not_searched_with_it() -> None:
    book = Book()

    Chat(book.search, None, 50).reply(ask("Hi, how do I calibrate the arm?"))

    assert book.asked == ["how do I calibrate the arm?"]


def test_a_selection_that_says_what_is_asked_is_answered_from_without_searching() -> None:
    book = Book()
    text = "Six motors move the arm."

    reply = Chat(book.search, None, 50).reply(ask("Which motors?", selected_text=text, page="https://site.test/a"))

    assert book.asked == []
    assert reply.answer.text == "Six motors move the arm. [1]"
    assert reply.answer.sources[0].url == "https://site.test/a"


@pytest.mark.parametrize(
    "question", ["explain this", "What does that mean?", "What is an arm?", "How is it calibrated?"]
)
def test_a_selection_is_explained_by_what_the_book_says_about_it(question: str) -> None:
    book = Book()

    reply = Chat(book.search, None, 50).reply(ask(question, selected_text="Six motors move the arm.", page="/a"))

    assert book.asked[0].endswith("Six motors move the arm.")
    assert [each.url for each in reply.answer.sources] == ["https://site.test/arm"]


@pytest.mark.parametrize("book", [closed_book, Book(on_topic=False).search])
def test_where_the_book_says_nothing_the_selection_itself_is_quoted(book: Callable[[str], Found]) -> None:
    reply = Chat(book, None, 50).reply(ask("explain this", selected_text="Six motors move the arm.", page="/a"))

    assert (reply.answer.text, reply.answer.mode) == ("Six motors move the arm. [1]", Mode.EXTRACTIVE)
    assert reply.degraded == ((Missing.RETRIEVAL,) if book is closed_book else ())


@pytest.mark.parametrize(
    ("page", "linked"),
    [
        ("https://site.test/a", True),
        ("/docs/arm", True),
        ("javascript:alert(1)", False),
        ("docs/arm", False),
        ("//evil.test", False),
        ("/\\evil.test", False),
        (None, False),
    ],
)
def test_only_an_address_becomes_the_source_of_a_selection(page: str | None, *, linked: bool) -> None:
    question = ask("Which motors?", selected_text="Six motors move the arm.", page=page)
    reply = Chat(Book().search, None, 50).reply(question)

    assert [source.url for source in reply.answer.sources] == ([page] if linked else [])


def test_the_book_is_searched_while_the_question_is_stored() -> None:
    both = threading.Barrier(2)
    book = Book(after=lambda: both.wait(60))

    reply = Chat(book.search, Failing(DatabaseUnavailable(), after=lambda: both.wait(60)), 50).reply(ask())

    assert reply.degraded == (Missing.DATABASE,)


def test_a_follow_up_is_searched_as_it_is_while_its_conversation_cannot_be_read() -> None:
    book = Book()

    Chat(book.search, Failing(DatabaseUnavailable()), 50).reply(ask("And how do I stop it?", follows=True))

    assert book.asked == ["And how do I stop it?"]


def test_what_forbids_the_question_ends_the_turn() -> None:
    with pytest.raises(Gone):
        Chat(Book().search, Failing(Gone()), 50).reply(ask())


def test_a_page_whose_address_cannot_be_read_is_none() -> None:
    reply = Chat(Book().search, None, 50).reply(ask("explain this", selected_text="The arm.", page="http://["))

    assert reply.answer.mode is Mode.EXTRACTIVE


class Waiting:
    """An outbox in which turns wait, or none do."""

    owner = "user:ada"

    def __init__(self, *, holds: bool) -> None:
        self.kept: list[WaitingTurn] = []
        self._holds = holds

    def prepare(self) -> None:
        pass

    def may_hold_turns(self) -> bool:
        return self._holds

    def keep(self, turn: WaitingTurn) -> Kept:
        self.kept.append(turn)
        return Kept(queued=True)


def test_what_replaces_a_turn_that_may_wait_in_the_outbox_waits_behind_it() -> None:
    outbox = Waiting(holds=True)
    replacing = replace(ask(follows=True), replaces=UUID(int=7))

    reply = Chat(Book().search, Failing(NotFound()), 50, outbox).reply(replacing)

    assert (reply.saved, reply.degraded, reply.answer.mode) == (Saved.QUEUED, (), Mode.EXTRACTIVE)
    assert [each.replaces for each in outbox.kept] == [replacing.replaces]


@pytest.mark.parametrize(
    ("outbox", "replaces"), [(Waiting(holds=False), UUID(int=7)), (None, UUID(int=7)), (Waiting(holds=True), None)]
)
def test_where_none_waits_what_is_not_there_is_not_replaced(outbox: Waiting | None, replaces: UUID | None) -> None:
    with pytest.raises(NotFound):
        Chat(Book().search, Failing(NotFound()), 50, outbox).reply(replace(ask(follows=True), replaces=replaces))
