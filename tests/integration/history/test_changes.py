from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from shared.errors import Conflict, Gone, InvalidRequest, NotFound, NotSignedIn
from shared.history.conversations import (
    change_conversation,
    create_conversation,
    delete_conversation,
    delete_conversations,
)
from shared.history.feedback import give_feedback, take_back_feedback
from shared.history.messages import append_messages
from shared.history.models import MessageToAppend
from tests.integration.history.conftest import ActingAs, everything

if TYPE_CHECKING:
    import psycopg

    from shared.db import Database
    from shared.history.models import Created
    from tests.integration.history.conftest import Reader


def create(reader: Reader, title: str | None = None, *, id: UUID | None = None, keep: int = 50) -> Created:  # noqa: A002 (as the client calls it)
    return create_conversation(reader.db, id or uuid4(), title=title, keep=keep)


def question(content: str = "What is ROS 2?", *, id: UUID | None = None) -> MessageToAppend:  # noqa: A002 (as above)
    return MessageToAppend(id or uuid4(), "user", content)


def answer(content: str = "A set of libraries.") -> MessageToAppend:
    return MessageToAppend(uuid4(), "assistant", content)


def test_a_created_conversation_is_the_newest_and_has_no_messages(ada: Reader) -> None:
    ada.ask("earlier")
    created = create(ada, "Motors")
    assert ada.titles() == ["Motors", "earlier"]
    assert (created.conversation.message_count, created.conversation.pinned, created.evicted) == (0, False, None)
    assert ada.open(created.conversation.id).messages == []


def test_creating_twice_is_one_row_and_one_reply_even_after_a_change(ada: Reader, owner: psycopg.Connection) -> None:
    first = create(ada, "Motors", keep=1)
    again = create(ada, "Motors", id=first.conversation.id, keep=1)
    change_conversation(ada.db, first.conversation.id, title="Engines")
    before = everything(owner, ada)
    renamed = create(ada, "Motors", id=first.conversation.id, keep=1)
    assert again == first
    assert renamed.conversation.title == "Engines"
    assert everything(owner, ada) == before


def test_a_repeated_create_reports_the_same_eviction(ada: Reader) -> None:
    oldest = create(ada, "oldest", keep=2).conversation.id
    create(ada, "middle", keep=2)
    newest = create(ada, "newest", keep=2)
    assert newest.evicted == oldest
    assert create(ada, "newest", id=newest.conversation.id, keep=2) == newest
    with pytest.raises(Gone):
        create(ada, "oldest", id=oldest, keep=2)
    assert ada.titles() == ["newest", "middle"]


@pytest.mark.parametrize("title", [None, "Other"])
def test_another_conversation_under_a_known_id_is_a_conflict(
    ada: Reader, owner: psycopg.Connection, title: str | None
) -> None:
    created = create(ada, "Motors").conversation.id
    asked, _, _ = ada.ask()
    before = everything(owner, ada)
    for known in (created, asked):
        with pytest.raises(Conflict):
            create(ada, title, id=known)
    assert everything(owner, ada) == before


def test_creating_what_is_somebody_elses_is_not_found_and_changes_nothing(
    ada: Reader, bob: Reader, owner: psycopg.Connection
) -> None:
    adas = create(ada, "Ada's").conversation.id
    before = everything(owner, ada), everything(owner, bob)
    with pytest.raises(NotFound):
        create(bob, "Ada's", id=adas)
    assert (everything(owner, ada), everything(owner, bob)) == before


def test_a_conversation_without_a_title_takes_it_from_its_first_question(ada: Reader) -> None:
    asked, appended = create(ada).conversation, create(ada).conversation
    ada.ask("What is a node?", conversation_id=asked.id)
    ada.ask("And a topic?", conversation_id=asked.id)
    append_messages(ada.db, appended.id, [question("What is a servo?"), answer()])
    assert asked.title == "New conversation"
    assert ada.titles() == ["What is a servo?", "What is a node?"]


def test_a_chosen_title_stays_whatever_is_asked(ada: Reader) -> None:
    named, renamed = create(ada, "Motors").conversation.id, create(ada).conversation.id
    change_conversation(ada.db, renamed, title="Arms")
    for each in (named, renamed):
        ada.ask("What is a node?", conversation_id=each)
    assert ada.titles() == ["Arms", "Motors"]


def test_renaming_and_pinning_leave_all_else_as_it_is(ada: Reader) -> None:
    first, _, _ = ada.ask("first")
    ada.ask("second")
    before = ada.open(first).conversation
    pinned = change_conversation(ada.db, first, pinned=True)
    renamed = change_conversation(ada.db, first, title="one")
    assert (pinned.title, pinned.pinned, renamed.title, renamed.pinned) == ("first", True, "one", True)
    assert ada.titles() == ["second", "one"]
    assert (renamed.created_at, renamed.updated_at) == (before.created_at, before.updated_at)
    assert change_conversation(ada.db, first, pinned=False, title="1").pinned is False


def test_a_pinned_conversation_outlives_newer_ones_until_it_is_unpinned(ada: Reader) -> None:
    pinned, _, _ = ada.ask("pinned")
    change_conversation(ada.db, pinned, pinned=True)
    for n in range(3):
        create(ada, str(n), keep=2)
    assert ada.titles() == ["2", "pinned"]
    change_conversation(ada.db, pinned, pinned=False)
    assert create(ada, "3", keep=2).evicted == pinned


def test_what_was_deleted_can_be_neither_changed_nor_continued(ada: Reader, owner: psycopg.Connection) -> None:
    conversation_id, message_id, _ = ada.ask()
    rated = ada.answer(conversation_id, message_id)
    delete_conversation(ada.db, conversation_id)
    before = everything(owner, ada)
    with pytest.raises(Gone):
        change_conversation(ada.db, conversation_id, title="Back")
    with pytest.raises(Gone):
        append_messages(ada.db, conversation_id, [question()])
    with pytest.raises(Gone):
        create(ada, id=conversation_id)
    with pytest.raises(NotFound):
        give_feedback(ada.db, rated.id, value="up", comment=None)
    assert everything(owner, ada) == before


def test_messages_are_appended_in_the_order_given(ada: Reader) -> None:
    conversation_id, message_id, _ = ada.ask("one")
    ada.answer(conversation_id, message_id, "two")
    given = [question("three"), answer("four")]
    conversation, stored = append_messages(ada.db, conversation_id, given)
    opened = ada.open(conversation_id)
    assert [(m.seq, m.role, m.content) for m in opened.messages[2:]] == [(3, "user", "three"), (4, "assistant", "four")]
    assert [m.id for m in stored] == [each.id for each in given]
    assert conversation == opened.conversation
    assert conversation.message_count == 4
    assert ada.titles() == ["one"]


def test_appending_twice_is_once_and_what_is_new_comes_after_it(ada: Reader, owner: psycopg.Connection) -> None:
    conversation_id = create(ada).conversation.id
    given = [question("one"), answer("two")]
    first = append_messages(ada.db, conversation_id, given)
    before = everything(owner, ada)
    assert append_messages(ada.db, conversation_id, given) == first
    assert everything(owner, ada) == before
    conversation, stored = append_messages(ada.db, conversation_id, [*given, question("three")])
    assert [message.seq for message in stored] == [1, 2, 3]
    assert conversation.message_count == 3


def test_what_is_new_may_stand_before_what_is_there_already_and_the_answer_keeps_the_order_given(ada: Reader) -> None:
    conversation_id = create(ada).conversation.id
    first = question("first")
    append_messages(ada.db, conversation_id, [first])
    later = [answer("second"), question("third")]
    _, stored = append_messages(ada.db, conversation_id, [later[0], first, later[1]])
    assert [each.content for each in stored] == ["second", "first", "third"]
    assert [each.content for each in ada.open(conversation_id).messages] == ["first", "second", "third"]


def test_one_message_that_means_something_else_keeps_all_of_them_out(ada: Reader, owner: psycopg.Connection) -> None:
    conversation_id, message_id, _ = ada.ask("one")
    other, _, _ = ada.ask("elsewhere")
    before = everything(owner, ada)
    clashes = [
        (conversation_id, question("another", id=message_id)),
        (conversation_id, MessageToAppend(message_id, "assistant", "one")),
        (other, question("one", id=message_id)),
    ]
    for where, clash in clashes:
        with pytest.raises(Conflict):
            append_messages(ada.db, where, [question("new"), clash])
    with pytest.raises(InvalidRequest):
        append_messages(ada.db, conversation_id, [clashes[0][1], clashes[0][1]])
    assert everything(owner, ada) == before


def test_an_append_that_is_refused_gives_no_title(ada: Reader) -> None:
    untitled = create(ada).conversation
    _, message_id, _ = ada.ask("one")
    with pytest.raises(Conflict):
        append_messages(ada.db, untitled.id, [question("new"), question("one", id=message_id)])
    assert "New conversation" in ada.titles()
    assert append_messages(ada.db, untitled.id, [question("new")])[0].title == "new"


def test_nothing_is_changed_in_what_is_somebody_elses_or_never_was(
    ada: Reader, bob: Reader, owner: psycopg.Connection
) -> None:
    conversation_id, message_id, _ = ada.ask()
    rated = ada.answer(conversation_id, message_id)
    before = everything(owner, ada), everything(owner, bob)
    for each in (conversation_id, uuid4()):
        with pytest.raises(NotFound):
            change_conversation(bob.db, each, title="Mine", pinned=True)
        with pytest.raises(NotFound):
            append_messages(bob.db, each, [question()])
    for each in (rated.id, uuid4()):
        with pytest.raises(NotFound):
            give_feedback(bob.db, each, value="down", comment="Mine")
    assert (everything(owner, ada), everything(owner, bob)) == before


def test_deleting_all_leaves_nothing_and_lets_nothing_come_back(ada: Reader, bob: Reader) -> None:
    asked = [ada.ask(str(n)) for n in range(3)]
    bob.ask("Bob's")
    delete_conversations(ada.db)
    delete_conversations(ada.db)
    assert ada.titles() == []
    assert bob.titles() == ["Bob's"]
    for conversation_id, message_id, _ in asked:
        with pytest.raises(Gone):
            ada.answer(conversation_id, message_id)


def test_the_latest_opinion_of_an_answer_counts_and_saying_it_twice_is_once(
    ada: Reader, owner: psycopg.Connection
) -> None:
    conversation_id, message_id, _ = ada.ask()
    rated = ada.answer(conversation_id, message_id).id
    down = give_feedback(ada.db, rated, value="down", comment="Wrong page")
    before = everything(owner, ada)
    assert give_feedback(ada.db, rated, value="down", comment="Wrong page") == down
    assert everything(owner, ada) == before
    up = give_feedback(ada.db, rated, value="up", comment="Right page")
    assert (down.value, down.comment, up.value, up.comment) == ("down", "Wrong page", "up", "Right page")
    assert [message.feedback for message in ada.open(conversation_id).messages] == [None, "up"]


def test_a_vote_without_a_comment_keeps_the_comment_and_an_empty_one_removes_it(ada: Reader) -> None:
    conversation_id, message_id, _ = ada.ask()
    rated = ada.answer(conversation_id, message_id).id
    give_feedback(ada.db, rated, value="down", comment="Wrong page")

    assert give_feedback(ada.db, rated, value="down", comment=None).comment == "Wrong page"
    assert give_feedback(ada.db, rated, value="up", comment=None).comment == "Wrong page"
    assert give_feedback(ada.db, rated, value="up", comment="").comment is None


def test_an_opinion_can_be_taken_back_and_given_again(ada: Reader, bob: Reader) -> None:
    conversation_id, message_id, _ = ada.ask()
    rated = ada.answer(conversation_id, message_id).id
    give_feedback(ada.db, rated, value="down", comment="Wrong page")

    for _ in range(2):
        taken = take_back_feedback(ada.db, rated)
        assert (taken.message_id, taken.value, taken.comment) == (rated, None, None)
    assert [message.feedback for message in ada.open(conversation_id).messages] == [None, None]
    assert give_feedback(ada.db, rated, value="up", comment=None).comment is None
    for nothing in (message_id, uuid4()):
        with pytest.raises(NotFound):
            take_back_feedback(ada.db, nothing)
    with pytest.raises(NotFound):
        take_back_feedback(bob.db, rated)


def test_a_question_cannot_be_rated(ada: Reader) -> None:
    _, message_id, _ = ada.ask()
    with pytest.raises(NotFound):
        give_feedback(ada.db, message_id, value="up", comment=None)


def test_without_a_session_nothing_is_changed(ada: Reader, database: Database, owner: psycopg.Connection) -> None:
    conversation_id, message_id, _ = ada.ask()
    rated = ada.answer(conversation_id, message_id).id
    before = everything(owner, ada)
    nobody = ActingAs(database, None)
    with pytest.raises(NotSignedIn):
        create_conversation(nobody, uuid4(), title=None, keep=1)
    with pytest.raises(NotSignedIn):
        change_conversation(nobody, conversation_id, pinned=True)
    with pytest.raises(NotSignedIn):
        append_messages(nobody, conversation_id, [question()])
    with pytest.raises(NotSignedIn):
        delete_conversations(nobody)
    with pytest.raises(NotSignedIn):
        give_feedback(nobody, rated, value="up", comment=None)
    with pytest.raises(NotSignedIn):
        take_back_feedback(nobody, rated)
    assert everything(owner, ada) == before
