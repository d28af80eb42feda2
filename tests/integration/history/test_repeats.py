from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from shared.errors import Conflict, Gone, NotFound
from shared.history.conversations import delete_conversation
from shared.history.models import answer_id
from tests.integration.history.conftest import everything

if TYPE_CHECKING:
    import psycopg

    from shared.history.models import Message
    from tests.integration.history.conftest import Reader


def contents(messages: list[Message]) -> list[str]:
    return [message.content for message in messages]


def test_the_same_question_twice_is_one_row_and_the_same_reply(ada: Reader, owner: psycopg.Connection) -> None:
    conversation_id, message_id, first = ada.ask()
    before = everything(owner, ada)
    _, _, second = ada.ask(conversation_id=conversation_id, message_id=message_id)
    assert second == first
    assert everything(owner, ada) == before


def test_a_repeated_question_reports_the_same_eviction(ada: Reader) -> None:
    oldest, _, _ = ada.ask("oldest", keep=2)
    ada.ask("middle", keep=2)
    newest, message_id, first = ada.ask("newest", keep=2)
    _, _, second = ada.ask("newest", conversation_id=newest, message_id=message_id, keep=2)
    assert first.evicted == second.evicted == oldest


def test_a_repeated_question_that_was_answered_brings_its_answer(ada: Reader) -> None:
    conversation_id, message_id, first = ada.ask()
    ada.answer(conversation_id, message_id, "A set of libraries.")
    ada.ask("And then?", conversation_id=conversation_id)
    _, _, second = ada.ask(conversation_id=conversation_id, message_id=message_id)
    assert first.answered is None
    assert second.window == []
    assert second.answered is not None
    assert (second.answered.content, second.answered.mode) == ("A set of libraries.", "extractive")


def test_the_same_id_with_another_question_is_a_conflict(ada: Reader, owner: psycopg.Connection) -> None:
    conversation_id, message_id, _ = ada.ask()
    before = everything(owner, ada)
    with pytest.raises(Conflict):
        ada.ask("Something else", conversation_id=conversation_id, message_id=message_id)
    assert everything(owner, ada) == before


def test_the_same_question_in_another_conversation_is_a_conflict(ada: Reader, owner: psycopg.Connection) -> None:
    _, message_id, _ = ada.ask()
    before = everything(owner, ada)
    with pytest.raises(Conflict):
        ada.ask(message_id=message_id)
    assert everything(owner, ada) == before


def test_the_id_of_an_answer_cannot_be_that_of_a_question(ada: Reader) -> None:
    conversation_id, message_id, _ = ada.ask()
    ada.answer(conversation_id, message_id, "What is ROS 2?")
    with pytest.raises(Conflict):
        ada.ask("What is ROS 2?", conversation_id=conversation_id, message_id=answer_id(message_id))


def test_two_people_may_use_the_same_message_id(ada: Reader, bob: Reader) -> None:
    _, message_id, _ = ada.ask("Ada's")
    conversation_id, _, _ = bob.ask("Bob's", message_id=message_id)
    assert contents(bob.open(conversation_id).messages) == ["Bob's"]


def test_a_complete_answer_is_never_replaced(ada: Reader) -> None:
    conversation_id, message_id, _ = ada.ask()
    first = ada.answer(conversation_id, message_id, "first")
    second = ada.answer(conversation_id, message_id, "second", "failed")
    assert second == first
    assert contents(ada.open(conversation_id).messages) == ["What is ROS 2?", "first"]
    assert ada.open(conversation_id).conversation.message_count == 2


def test_a_failed_answer_gives_way_to_a_better_one_in_its_place(ada: Reader) -> None:
    conversation_id, message_id, _ = ada.ask()
    ada.answer(conversation_id, message_id, "", "failed")
    _, _, again = ada.ask(conversation_id=conversation_id, message_id=message_id)
    assert again.answered is None
    ada.ask("Hello?", conversation_id=conversation_id)
    ada.answer(conversation_id, message_id, "Here it is.")
    messages = ada.open(conversation_id).messages
    assert [(m.seq, m.content, m.status) for m in messages] == [
        (1, "What is ROS 2?", "complete"),
        (2, "Here it is.", "complete"),
        (3, "Hello?", "complete"),
    ]


def test_a_late_answer_does_not_revive_a_deleted_conversation(ada: Reader, owner: psycopg.Connection) -> None:
    conversation_id, message_id, _ = ada.ask()
    delete_conversation(ada.db, conversation_id)
    before = everything(owner, ada)
    with pytest.raises(Gone):
        ada.answer(conversation_id, message_id)
    assert everything(owner, ada) == before


def test_a_late_question_does_not_revive_a_deleted_conversation(ada: Reader, owner: psycopg.Connection) -> None:
    conversation_id, message_id, _ = ada.ask()
    delete_conversation(ada.db, conversation_id)
    before = everything(owner, ada)
    with pytest.raises(Gone):
        ada.ask(conversation_id=conversation_id, message_id=message_id)
    with pytest.raises(Gone):
        ada.ask("Another one", conversation_id=conversation_id)
    assert everything(owner, ada) == before


def test_what_is_deleted_before_it_was_stored_is_not_found_and_never_comes(ada: Reader, bob: Reader) -> None:
    waiting = uuid4()
    for _ in range(2):
        with pytest.raises(NotFound):
            delete_conversation(ada.db, waiting)
    with pytest.raises(Gone):
        ada.ask(conversation_id=waiting)
    assert ada.titles() == []
    bob.ask("somebody else's with the same id", conversation_id=waiting)
    assert len(bob.titles()) == 1


def test_an_evicted_conversation_stays_away_too(ada: Reader) -> None:
    evicted, message_id, _ = ada.ask("old", keep=1)
    ada.ask("new", keep=1)
    with pytest.raises(Gone):
        ada.answer(evicted, message_id)
    with pytest.raises(Gone):
        ada.ask("old", conversation_id=evicted, message_id=message_id, keep=1)
    assert ada.titles() == ["new"]
