from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from shared.answering.models import Ask, Saved
from shared.answering.turn.chat import Chat
from shared.db import USUAL, Database, Rows, Statement, Transaction
from shared.errors import DatabaseUnavailable, InvalidRequest, NotFound
from shared.history.conversations import delete_conversation, list_conversations, open_conversation
from shared.retrieval.models import Found

if TYPE_CHECKING:
    import psycopg

    from tests.integration.history.conftest import Reader


def pages(reader: Reader, limit: int) -> list[list[str]]:
    """The titles on every page of the list, first to last."""
    found: list[list[str]] = []
    cursor = None
    while not found or cursor:
        page = list_conversations(reader.db, limit=limit, cursor=cursor)
        found.append([each.title for each in page.conversations])
        cursor = page.next_cursor
    return found


def message_pages(reader: Reader, conversation_id: UUID, limit: int) -> list[list[str]]:
    """The messages on every page of a conversation, as they are opened."""
    found: list[list[str]] = []
    cursor = None
    while not found or cursor:
        page = open_conversation(reader.db, conversation_id, limit=limit, cursor=cursor)
        found.append([each.content for each in page.messages])
        cursor = page.next_cursor
    return found


def test_somebody_new_has_no_conversations(ada: Reader) -> None:
    page = list_conversations(ada.db, limit=50)
    assert (page.conversations, page.next_cursor) == ([], None)


def test_the_newest_conversation_comes_first_and_a_turn_makes_it_new_again(ada: Reader) -> None:
    first, message_id, _ = ada.ask("first")
    ada.ask("second")
    assert ada.titles() == ["second", "first"]
    ada.answer(first, message_id)
    assert ada.titles() == ["first", "second"]


def test_the_list_says_all_about_a_conversation_but_its_messages(ada: Reader) -> None:
    conversation_id, message_id, _ = ada.ask("What is ROS 2?")
    ada.answer(conversation_id, message_id)
    [listed] = list_conversations(ada.db, limit=50).conversations
    assert (listed.id, listed.title, listed.pinned, listed.message_count) == (
        conversation_id,
        "What is ROS 2?",
        False,
        2,
    )
    assert listed.created_at < listed.updated_at
    assert listed.created_at.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (1, [["4"], ["3"], ["2"], ["1"], ["0"]]),
        (2, [["4", "3"], ["2", "1"], ["0"]]),
        (5, [["4", "3", "2", "1", "0"]]),
        (50, [["4", "3", "2", "1", "0"]]),
    ],
)
def test_pages_put_together_are_the_list(ada: Reader, limit: int, expected: list[list[str]]) -> None:
    for n in range(5):
        ada.ask(str(n))
    assert pages(ada, limit) == expected


def test_conversations_of_the_same_microsecond_keep_an_order_over_pages(ada: Reader, owner: psycopg.Connection) -> None:
    for n in range(6):
        ada.ask(str(n))
    owner.execute(
        "update conversation set created_at = '2026-11-22', updated_at = '2026-11-22' where user_id = %s", [ada.id]
    )
    listed = ada.titles()
    assert [title for page in pages(ada, 2) for title in page] == listed
    assert sorted(listed) == ["0", "1", "2", "3", "4", "5"]


def test_paging_shows_nothing_twice_and_skips_nothing_while_others_come_and_go(ada: Reader) -> None:
    ids = [ada.ask(str(n))[0] for n in range(6)]
    first = list_conversations(ada.db, limit=2)
    ada.ask("new")
    delete_conversation(ada.db, first.conversations[1].id)
    delete_conversation(ada.db, ids[2])
    second = list_conversations(ada.db, limit=2, cursor=first.next_cursor)
    third = list_conversations(ada.db, limit=2, cursor=second.next_cursor)
    assert [each.title for each in first.conversations] == ["5", "4"]
    assert [each.title for each in second.conversations] == ["3", "1"]
    assert [each.title for each in third.conversations] == ["0"]
    assert third.next_cursor is None


def test_a_cursor_shows_nothing_of_anybody_else(ada: Reader, bob: Reader) -> None:
    for n in range(3):
        ada.ask(f"Ada {n}")
        bob.ask(f"Bob {n}")
    cursor = list_conversations(ada.db, limit=1).next_cursor
    page = list_conversations(bob.db, limit=50, cursor=cursor)
    assert {each.title[:3] for each in page.conversations} == {"Bob"}


def test_a_conversation_opens_with_its_newest_messages_and_pages_back(ada: Reader) -> None:
    conversation_id, _, _ = ada.ask("1")
    for n in range(2, 8):
        ada.ask(str(n), conversation_id=conversation_id)
    assert message_pages(ada, conversation_id, 3) == [["5", "6", "7"], ["2", "3", "4"], ["1"]]
    assert message_pages(ada, conversation_id, 7) == [["1", "2", "3", "4", "5", "6", "7"]]


def test_paging_back_is_not_disturbed_by_new_messages(ada: Reader) -> None:
    conversation_id, _, _ = ada.ask("1")
    for n in range(2, 5):
        ada.ask(str(n), conversation_id=conversation_id)
    newest = open_conversation(ada.db, conversation_id, limit=2)
    ada.ask("5", conversation_id=conversation_id)
    older = open_conversation(ada.db, conversation_id, limit=2, cursor=newest.next_cursor)
    assert [each.content for each in older.messages] == ["1", "2"]


def test_a_conversation_that_never_was_is_not_found(ada: Reader) -> None:
    with pytest.raises(NotFound):
        open_conversation(ada.db, uuid4(), limit=50)
    with pytest.raises(NotFound):
        delete_conversation(ada.db, uuid4())


def test_somebody_elses_conversation_is_not_found_and_stays(ada: Reader, bob: Reader) -> None:
    conversation_id, _, _ = ada.ask()
    with pytest.raises(NotFound):
        open_conversation(bob.db, conversation_id, limit=50)
    with pytest.raises(NotFound):
        delete_conversation(bob.db, conversation_id)
    assert open_conversation(ada.db, conversation_id, limit=50).conversation.message_count == 1
    assert bob.titles() == []


def test_a_deleted_conversation_is_gone_with_its_messages(ada: Reader, owner: psycopg.Connection) -> None:
    conversation_id, message_id, _ = ada.ask()
    ada.answer(conversation_id, message_id)
    kept, _, _ = ada.ask("kept")
    delete_conversation(ada.db, conversation_id)
    with pytest.raises(NotFound):
        open_conversation(ada.db, conversation_id, limit=50)
    assert ada.titles() == ["kept"]
    left = owner.execute("select conversation_id from message where user_id = %s", [ada.id]).fetchall()
    assert left == [(kept,)]


def test_deleting_twice_is_as_good_as_once(ada: Reader) -> None:
    conversation_id, _, _ = ada.ask()
    delete_conversation(ada.db, conversation_id)
    delete_conversation(ada.db, conversation_id)
    assert ada.titles() == []


def test_somebody_elses_deleted_conversation_is_not_found_either(ada: Reader, bob: Reader) -> None:
    conversation_id, _, _ = ada.ask()
    delete_conversation(ada.db, conversation_id)
    with pytest.raises(NotFound):
        delete_conversation(bob.db, conversation_id)


def test_a_malformed_cursor_never_reaches_the_database(ada: Reader) -> None:
    with pytest.raises(InvalidRequest):
        list_conversations(ada.db, limit=50, cursor="no")
    with pytest.raises(InvalidRequest):
        open_conversation(ada.db, uuid4(), limit=50, cursor="no")


def test_the_newest_fifty_stay_and_the_one_that_went_is_reported(ada: Reader) -> None:
    asked = [ada.ask(str(n)) for n in range(53)]
    assert ada.titles() == [str(n) for n in range(52, 2, -1)]
    assert [begun.evicted for _, _, begun in asked[:50]] == [None] * 50
    assert [begun.evicted for _, _, begun in asked[50:]] == [conversation_id for conversation_id, _, _ in asked[:3]]


@dataclass
class GoesAway(Database):
    """A database that is there for one batch."""

    database: Database
    left: int = 1

    def run(self, *statements: Statement, idempotent: bool = False, transaction: Transaction = USUAL) -> list[Rows]:
        self.left -= 1
        if self.left < 0:
            raise DatabaseUnavailable
        return self.database.run(*statements, idempotent=idempotent, transaction=transaction)

    def close(self) -> None:
        self.database.close()


def test_what_a_turn_pushed_out_is_reported_even_if_its_answer_could_not_be_stored(ada: Reader) -> None:
    first, _, _ = ada.ask("first", keep=1)
    asked = Ask("second", uuid4(), uuid4(), selected_text="A servo is a motor.")
    reply = Chat(lambda _: Found((), 0.0, on_topic=False), GoesAway(ada.db), keep=1).reply(asked)
    assert (reply.saved, reply.evicted) == (Saved.NO, first)
    assert ada.titles() == ["second"]


def test_an_old_conversation_that_goes_on_is_not_the_one_that_goes(ada: Reader) -> None:
    first, _, _ = ada.ask("first", keep=2)
    ada.ask("second", keep=2)
    ada.ask("again", conversation_id=first, keep=2)
    ada.ask("third", keep=2)
    assert ada.titles() == ["third", "first"]


def test_pinned_conversations_go_last(ada: Reader, owner: psycopg.Connection) -> None:
    pinned, _, _ = ada.ask("pinned", keep=3)
    owner.execute("update conversation set pinned = true where id = %s", [pinned])
    for n in range(5):
        ada.ask(str(n), keep=3)
    assert ada.titles() == ["4", "3", "pinned"]


def test_when_all_are_pinned_the_oldest_makes_room_for_a_new_question(ada: Reader, owner: psycopg.Connection) -> None:
    oldest, _, _ = ada.ask("oldest", keep=2)
    ada.ask("newer", keep=2)
    owner.execute("update conversation set pinned = true where user_id = %s", [ada.id])
    _, _, begun = ada.ask("new", keep=2)
    assert begun.evicted == oldest
    assert ada.titles() == ["new", "newer"]


def test_a_lowered_cap_takes_effect_with_the_next_question(ada: Reader) -> None:
    ids = [ada.ask(str(n))[0] for n in range(6)]
    _, _, begun = ada.ask("last", conversation_id=ids[0], keep=3)
    assert ada.titles() == ["0", "5", "4"]
    assert begun.evicted in ids[1:4]


def test_a_cap_that_makes_no_sense_still_keeps_the_running_conversation(ada: Reader) -> None:
    ada.ask("first", keep=0)
    ada.ask("second", keep=-1)
    assert ada.titles() == ["second"]


def test_a_clock_that_goes_back_does_not_change_what_is_newest(ada: Reader, owner: psycopg.Connection) -> None:
    ada.ask("before")
    owner.execute("update conversation set updated_at = now() + interval '1 hour' where user_id = %s", [ada.id])
    conversation_id, message_id, _ = ada.ask("after")
    ada.answer(conversation_id, message_id)
    assert ada.titles() == ["after", "before"]
    conversation = list_conversations(ada.db, limit=1).conversations[0]
    assert conversation.created_at < conversation.updated_at
