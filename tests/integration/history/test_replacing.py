"""A turn takes the place of the last one: asked anew, edited or continued; over every transport."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from shared.errors import Conflict, Gone, NotFound
from shared.history.archive import export_page, import_conversations
from shared.history.conversations import delete_conversation, list_conversations
from shared.history.feedback import give_feedback
from shared.history.messages import append_messages
from shared.history.models import MessageToAppend, answer_id
from shared.history.search import search_conversations
from shared.history.turns import begin_turn
from shared.outbox.replay import store
from tests.unit.outbox.turns import turn

if TYPE_CHECKING:
    from shared.history.models import StoredQuestion
    from tests.integration.history.conftest import Reader


def said(ada: Reader, question: str, answer: str, conversation_id: UUID | None = None) -> tuple[UUID, UUID]:
    conversation_id, message_id, _ = ada.ask(question, conversation_id=conversation_id)
    ada.answer(conversation_id, message_id, answer)
    return conversation_id, message_id


def again(
    ada: Reader, conversation_id: UUID, replaces: UUID, question: str = "anew", message_id: UUID | None = None
) -> StoredQuestion:
    message_id = message_id or uuid4()
    begun = begin_turn(
        ada.db,
        conversation_id=conversation_id,
        title=question,
        message_id=message_id,
        content=question,
        keep=50,
        replaces=replaces,
    )
    ada.answer(conversation_id, message_id, f"{question} answered")
    return begun


def shown(ada: Reader, conversation_id: UUID) -> list[str]:
    opened = ada.open(conversation_id)
    assert opened.conversation.message_count == len(opened.messages)
    return [each.content for each in opened.messages]


def exported(ada: Reader) -> list[tuple[str, bool]]:
    [(_, messages)] = export_page(ada.db).conversations
    return [(each["content"], each["replaced_by"] is not None) for each in messages]


@pytest.mark.parametrize("named_by", ["its question", "its answer"])
def test_the_replaced_turn_leaves_the_conversation_and_the_window(ada: Reader, named_by: str) -> None:
    conversation_id, _ = said(ada, "one", "two")
    _, message_id = said(ada, "three", "four", conversation_id)

    begun = again(ada, conversation_id, message_id if named_by == "its question" else answer_id(message_id))

    assert shown(ada, conversation_id) == ["one", "two", "anew", "anew answered"]
    assert [each.content for each in begun.window] == ["one", "two"]
    assert list_conversations(ada.db, limit=1).conversations[0].message_count == 4


def test_a_turn_that_took_a_place_gives_it_up_in_turn(ada: Reader) -> None:
    conversation_id, first = said(ada, "one", "two")
    second = uuid4()
    again(ada, conversation_id, first, message_id=second)

    again(ada, conversation_id, second, "once more")

    assert shown(ada, conversation_id) == ["once more", "once more answered"]
    assert [replaced for _, replaced in exported(ada)] == [True, True, True, True, False, False]


def test_it_is_not_found_any_more_by_its_words(ada: Reader) -> None:
    conversation_id, message_id = said(ada, "wombat", "quokka")
    again(ada, conversation_id, message_id, "numbat")

    assert search_conversations(ada.db, "quokka", limit=5) == []
    assert len(search_conversations(ada.db, "numbat", limit=5)) == 1


def test_it_stays_in_the_export_and_an_import_brings_it_back_as_it_was(ada: Reader) -> None:
    conversation_id, message_id = said(ada, "one", "two")
    give_feedback(ada.db, answer_id(message_id), value="down", comment="wrong")
    again(ada, conversation_id, message_id)
    before = exported(ada)
    [(conversation, messages)] = export_page(ada.db).conversations
    delete_conversation(ada.db, conversation_id)

    imported_id = uuid4()
    given = {
        **{name: str(getattr(conversation, name)) for name in ("title", "created_at", "updated_at")},
        "id": str(imported_id),
        "pinned": False,
        "messages": [
            {name: str(value) if isinstance(value, (UUID, datetime)) else value for name, value in each.items()}
            for each in messages
        ],
    }
    import_conversations(ada.db, [given], keep=50)

    assert before == [("one", True), ("two", True), ("anew", False), ("anew answered", False)]
    assert exported(ada) == before
    assert shown(ada, imported_id) == ["anew", "anew answered"]
    [(_, messages)] = export_page(ada.db).conversations
    assert [each["feedback"] for each in messages] == [None, "down", None, None], "feedback stays with its message"


def test_sent_again_it_is_stored_once(ada: Reader) -> None:
    conversation_id, message_id = said(ada, "one", "two")
    once = uuid4()

    again(ada, conversation_id, message_id, message_id=once)
    begun = again(ada, conversation_id, message_id, message_id=once)

    assert begun.answered is not None
    assert begun.answered.content == "anew answered"
    assert shown(ada, conversation_id) == ["anew", "anew answered"]
    assert len(exported(ada)) == 4


def test_only_the_last_turn_is_replaced(ada: Reader) -> None:
    conversation_id, first = said(ada, "one", "two")
    said(ada, "three", "four", conversation_id)

    with pytest.raises(Conflict, match="last turn"):
        again(ada, conversation_id, first)

    assert shown(ada, conversation_id) == ["one", "two", "three", "four"]


def interleaved(ada: Reader) -> tuple[UUID, UUID, UUID]:
    """Two questions asked at once, whose answers came after both."""
    conversation_id, first, _ = ada.ask("one")
    _, last, _ = ada.ask("three", conversation_id=conversation_id)
    ada.answer(conversation_id, first, "two")
    ada.answer(conversation_id, last, "four")
    return conversation_id, first, last


@pytest.mark.parametrize("named_by", ["its question", "its answer"])
def test_the_answer_of_another_question_keeps_its_place(ada: Reader, named_by: str) -> None:
    conversation_id, _, last = interleaved(ada)

    again(ada, conversation_id, last if named_by == "its question" else answer_id(last))

    assert shown(ada, conversation_id) == ["one", "two", "anew", "anew answered"]


@pytest.mark.parametrize("named_by", ["its question", "its answer"])
def test_a_turn_is_not_the_last_one_though_its_answer_came_after_the_last_question(ada: Reader, named_by: str) -> None:
    conversation_id, first, _ = interleaved(ada)

    with pytest.raises(Conflict, match="last turn"):
        again(ada, conversation_id, first if named_by == "its question" else answer_id(first))

    assert shown(ada, conversation_id) == ["one", "three", "two", "four"]


@pytest.mark.parametrize("named_by", ["its question", "its answer"])
def test_a_turn_that_waited_takes_no_other_place_than_its_own(ada: Reader, named_by: str) -> None:
    conversation_id, first, _ = interleaved(ada)
    replaces = first if named_by == "its question" else answer_id(first)
    waiting = replace(turn(), conversation_id=conversation_id, message_id=uuid4(), replaces=replaces)

    store(ada.db, waiting, keep=50)

    assert shown(ada, conversation_id) == ["three", "four", waiting.question, waiting.answer]


def test_what_a_client_brought_leaves_with_the_question_before_it(ada: Reader) -> None:
    conversation_id, message_id, _ = ada.ask("one")
    append_messages(ada.db, conversation_id, [MessageToAppend(id=uuid4(), role="assistant", content="two")])

    again(ada, conversation_id, message_id)

    assert shown(ada, conversation_id) == ["anew", "anew answered"]


def test_a_turn_is_replaced_once(ada: Reader) -> None:
    conversation_id, first = said(ada, "one", "two")
    again(ada, conversation_id, first)

    with pytest.raises(Conflict, match="last turn"):
        again(ada, conversation_id, first, "too late")

    assert shown(ada, conversation_id) == ["anew", "anew answered"]


def test_a_message_that_is_not_there_or_somebody_elses_is_not_found(ada: Reader, bob: Reader) -> None:
    conversation_id, _ = said(ada, "one", "two")
    other_conversation, _ = said(ada, "three", "four")
    bobs_conversation, bobs = said(bob, "five", "six")

    for replaces in (uuid4(), bobs, answer_id(bobs)):
        with pytest.raises(NotFound, match="no such message"):
            again(ada, conversation_id, replaces)
    with pytest.raises(NotFound):
        again(ada, bobs_conversation, bobs)
    with pytest.raises(NotFound):
        again(ada, other_conversation, ada.open(conversation_id).messages[0].id)

    assert shown(ada, conversation_id) == ["one", "two"]
    assert shown(bob, bobs_conversation) == ["five", "six"]


def test_a_message_of_another_conversation_replaces_nothing(ada: Reader) -> None:
    other, _ = said(ada, "one", "two")
    _, elsewhere = said(ada, "three", "four", other)
    conversation_id, _ = said(ada, "five", "six")

    for replaced in (elsewhere, answer_id(elsewhere)):
        with pytest.raises(NotFound):
            again(ada, conversation_id, replaced)

    assert shown(ada, conversation_id) == ["five", "six"]
    assert shown(ada, other) == ["one", "two", "three", "four"]


def test_nothing_takes_a_place_in_a_deleted_conversation(ada: Reader) -> None:
    conversation_id, message_id = said(ada, "one", "two")
    delete_conversation(ada.db, conversation_id)

    with pytest.raises(Gone):
        again(ada, conversation_id, message_id)


def test_an_id_that_was_used_replaces_nothing(ada: Reader) -> None:
    conversation_id, first = said(ada, "one", "two")
    _, second = said(ada, "three", "four", conversation_id)

    with pytest.raises(Conflict):
        again(ada, conversation_id, second, message_id=first)

    assert shown(ada, conversation_id) == ["one", "two", "three", "four"]


def test_a_question_without_an_answer_can_be_replaced(ada: Reader) -> None:
    conversation_id, message_id, _ = ada.ask("one")

    again(ada, conversation_id, message_id)

    assert shown(ada, conversation_id) == ["anew", "anew answered"]


def test_an_answer_that_comes_after_its_question_was_replaced_does_not_show(ada: Reader) -> None:
    conversation_id, message_id, _ = ada.ask("one")
    again(ada, conversation_id, message_id)

    late = ada.answer(conversation_id, message_id, "late")

    assert late.content == "late", "whoever waits for it still gets it"
    assert shown(ada, conversation_id) == ["anew", "anew answered"]
    assert ("late", True) in exported(ada)


def test_a_turn_that_waited_takes_its_place_when_it_is_stored(ada: Reader) -> None:
    conversation_id, message_id = said(ada, "one", "two")
    waiting = replace(turn(), conversation_id=conversation_id, message_id=uuid4(), replaces=message_id, question="anew")

    for _ in range(2):
        store(ada.db, waiting, keep=50)

    assert shown(ada, conversation_id) == ["anew", waiting.answer]


def test_turns_that_waited_follow_each_other_in_order(ada: Reader) -> None:
    first = replace(turn(), conversation_id=uuid4(), message_id=uuid4(), question="one")
    second = replace(first, message_id=uuid4(), question="two", replaces=first.message_id)
    third = replace(first, message_id=uuid4(), question="three", replaces=answer_id(second.message_id))

    for each in (first, second, third):
        store(ada.db, each, keep=50)

    assert shown(ada, first.conversation_id) == ["three", third.answer]


@pytest.mark.parametrize("named_by", ["its question", "its answer"])
def test_a_replaced_turn_that_is_handed_in_later_does_not_come_back(ada: Reader, named_by: str) -> None:
    conversation_id, _ = said(ada, "one", "two")
    first = replace(turn(), conversation_id=conversation_id, message_id=uuid4(), question="three")
    named = first.message_id if named_by == "its question" else answer_id(first.message_id)
    second = replace(first, message_id=uuid4(), question="four", replaces=named)

    for each in (second, first, second, first):
        store(ada.db, each, keep=50)

    assert shown(ada, conversation_id) == ["one", "two", "four", second.answer]
    assert exported(ada)[-2:] == [("three", True), (first.answer, True)]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_receipts_come_in_any_order_and_the_last_turn_stands(ada: Reader, order: tuple[int, ...]) -> None:
    first = replace(turn(), conversation_id=uuid4(), message_id=uuid4(), question="one")
    second = replace(first, message_id=uuid4(), question="two", replaces=first.message_id)
    third = replace(first, message_id=uuid4(), question="three", replaces=answer_id(second.message_id))

    for at in order:
        store(ada.db, (first, second, third)[at], keep=50)

    assert shown(ada, first.conversation_id) == ["three", third.answer]


@pytest.mark.parametrize("what_became_of_it", ["others followed", "never stored"])
def test_a_turn_that_waited_is_not_lost_over_what_it_should_replace(ada: Reader, what_became_of_it: str) -> None:
    conversation_id, message_id = said(ada, "one", "two")
    said(ada, "three", "four", conversation_id)
    replaces = message_id if what_became_of_it == "others followed" else uuid4()
    asked_at = datetime.now(UTC) + timedelta(seconds=1)
    waiting = replace(turn(asked_at=asked_at), conversation_id=conversation_id, message_id=uuid4(), replaces=replaces)

    store(ada.db, waiting, keep=50)

    kept = [] if what_became_of_it == "others followed" else ["one", "two"]
    assert shown(ada, conversation_id) == [*kept, "three", "four", waiting.question, waiting.answer]
