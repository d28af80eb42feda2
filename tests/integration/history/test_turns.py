from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from shared.errors import InvalidRequest, NotFound, NotSignedIn
from shared.history.conversations import change_conversation, delete_conversation
from shared.history.models import CONTENT_CHARACTERS, answer_id
from shared.history.titles import UNTITLED
from shared.history.turns import WINDOW_CHARACTERS, WINDOW_MESSAGES, begin_turn, complete_turn
from tests.integration.history.conftest import SOURCES, ActingAs, everything

if TYPE_CHECKING:
    from uuid import UUID

    import psycopg

    from shared.db import Database
    from shared.history.models import Message
    from tests.integration.history.conftest import Reader


def contents(messages: list[Message]) -> list[str]:
    return [message.content for message in messages]


def test_a_first_question_makes_the_conversation(ada: Reader) -> None:
    conversation_id, message_id, begun = ada.ask("What is ROS 2?")
    conversation = ada.open(conversation_id)
    assert begun.window == []
    assert begun.evicted is None
    assert (conversation.conversation.title, conversation.conversation.message_count) == ("What is ROS 2?", 1)
    assert [(m.id, m.seq, m.role, m.content, m.status) for m in conversation.messages] == [
        (message_id, 1, "user", "What is ROS 2?", "complete")
    ]


def test_an_answer_is_kept_with_its_sources(ada: Reader) -> None:
    conversation_id, message_id, _ = ada.ask()
    ada.answer(conversation_id, message_id)
    conversation = ada.open(conversation_id)
    [_, answer] = conversation.messages
    assert conversation.conversation.message_count == 2
    assert (answer.id, answer.role, answer.status, answer.mode) == (
        answer_id(message_id),
        "assistant",
        "complete",
        "extractive",
    )
    assert answer.sources == SOURCES


def test_a_further_question_brings_what_was_said_before_it(ada: Reader) -> None:
    conversation_id, message_id, _ = ada.ask("one")
    ada.answer(conversation_id, message_id, "two")
    _, _, begun = ada.ask("three", conversation_id=conversation_id)
    assert contents(begun.window) == ["one", "two"]
    assert [message.role for message in begun.window] == ["user", "assistant"]
    assert ada.open(conversation_id).conversation.title == "one"


def greeted(ada: Reader) -> UUID:
    """A conversation that began with a greeting and its answer."""
    conversation_id, message_id = uuid4(), uuid4()
    begin_turn(ada.db, conversation_id=conversation_id, title=UNTITLED, message_id=message_id, content="hi", keep=50)
    complete_turn(ada.db, conversation_id=conversation_id, message_id=message_id, answer="Hello!", mode="smalltalk")
    return conversation_id


def test_the_first_question_after_a_greeting_gives_the_conversation_its_title(ada: Reader) -> None:
    conversation_id = greeted(ada)
    assert ada.open(conversation_id).conversation.title == UNTITLED

    ada.ask("What is ROS 2?", conversation_id=conversation_id)
    ada.ask("And Gazebo?", conversation_id=conversation_id)

    assert ada.open(conversation_id).conversation.title == "What is ROS 2?"


def test_a_title_that_a_reader_chose_after_a_greeting_stays(ada: Reader) -> None:
    conversation_id = greeted(ada)
    change_conversation(ada.db, conversation_id, title="Robots")

    ada.ask("What is ROS 2?", conversation_id=conversation_id)

    assert ada.open(conversation_id).conversation.title == "Robots"


def test_the_window_is_bounded_in_messages(ada: Reader) -> None:
    conversation_id, _, _ = ada.ask("0")
    for n in range(1, 20):
        ada.ask(str(n), conversation_id=conversation_id)
    _, _, begun = ada.ask("now", conversation_id=conversation_id)
    assert contents(begun.window) == [str(n) for n in range(20 - WINDOW_MESSAGES, 20)]


def test_the_window_is_bounded_in_characters(ada: Reader) -> None:
    conversation_id, _, _ = ada.ask("early")
    ada.ask("x" * (WINDOW_CHARACTERS - 4), conversation_id=conversation_id)
    ada.ask("late", conversation_id=conversation_id)
    _, _, begun = ada.ask("now", conversation_id=conversation_id)
    assert [len(content) for content in contents(begun.window)] == [WINDOW_CHARACTERS - 4, 4]


def test_a_question_to_somebody_elses_conversation_is_not_found_and_changes_nothing(
    ada: Reader, bob: Reader, owner: psycopg.Connection
) -> None:
    conversation_id, _, _ = ada.ask()
    bob.ask(keep=1)
    before = everything(owner, ada), everything(owner, bob)
    with pytest.raises(NotFound):
        bob.ask("Mine now?", conversation_id=conversation_id, keep=1)
    assert (everything(owner, ada), everything(owner, bob)) == before


def test_an_answer_in_somebody_elses_conversation_is_not_found_and_changes_nothing(
    ada: Reader, bob: Reader, owner: psycopg.Connection
) -> None:
    conversation_id, message_id, _ = ada.ask()
    before = everything(owner, ada), everything(owner, bob)
    with pytest.raises(NotFound):
        bob.answer(conversation_id, message_id, "Mine now?")
    assert (everything(owner, ada), everything(owner, bob)) == before


def test_an_answer_without_its_question_is_not_found(ada: Reader, owner: psycopg.Connection) -> None:
    conversation_id, _, _ = ada.ask()
    before = everything(owner, ada)
    with pytest.raises(NotFound):
        ada.answer(conversation_id, uuid4())
    assert everything(owner, ada) == before


def test_an_answer_cannot_be_answered(ada: Reader) -> None:
    conversation_id, message_id, _ = ada.ask()
    answer = ada.answer(conversation_id, message_id)
    with pytest.raises(NotFound):
        ada.answer(conversation_id, answer.id)


def test_an_answer_goes_nowhere_but_to_its_questions_conversation(ada: Reader, owner: psycopg.Connection) -> None:
    _, message_id, _ = ada.ask()
    other, _, _ = ada.ask()
    before = everything(owner, ada)
    with pytest.raises(NotFound):
        ada.answer(other, message_id)
    assert everything(owner, ada) == before


def test_an_answer_that_is_too_long_is_kept_as_a_partial_one(ada: Reader) -> None:
    conversation_id, message_id, _ = ada.ask()
    stored = ada.answer(conversation_id, message_id, "x" * (CONTENT_CHARACTERS + 1))
    assert (len(stored.content), stored.status) == (CONTENT_CHARACTERS, "partial")


@pytest.mark.parametrize("content", ["", " \n", "x" * (CONTENT_CHARACTERS + 1)])
def test_an_empty_or_endless_question_is_refused(ada: Reader, content: str) -> None:
    with pytest.raises(InvalidRequest):
        ada.ask(content)
    assert ada.titles() == []


def test_any_text_comes_back_as_it_was_asked(ada: Reader) -> None:
    question = '\'; drop table message; --\n\t"$1" {NULL} \\x00 %s 👩‍👩‍👧 کیا'
    conversation_id, _, _ = ada.ask(question)
    assert contents(ada.open(conversation_id).messages) == [question]


def test_without_a_session_nothing_is_written(database: Database, ada: Reader, owner: psycopg.Connection) -> None:
    conversation_id, message_id, _ = ada.ask()
    before = everything(owner, ada)
    nobody = ActingAs(database, None)
    with pytest.raises(NotSignedIn):
        begin_turn(nobody, conversation_id=conversation_id, title="t", message_id=uuid4(), content="c", keep=50)
    with pytest.raises(NotSignedIn):
        complete_turn(nobody, conversation_id=conversation_id, message_id=message_id, answer="a")
    with pytest.raises(NotSignedIn):
        delete_conversation(nobody, conversation_id)
    assert everything(owner, ada) == before


def test_a_user_who_is_deleted_takes_every_row_along(ada: Reader, owner: psycopg.Connection) -> None:
    deleted, _, _ = ada.ask("gone")
    delete_conversation(ada.db, deleted)
    conversation_id, message_id, _ = ada.ask("here")
    ada.answer(conversation_id, message_id)
    owner.execute('delete from "user" where id = %s', [ada.id])
    assert set(everything(owner, ada)) == {("",)}
    with pytest.raises(NotSignedIn):
        ada.ask("Am I still here?")
