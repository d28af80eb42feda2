"""What a history is after many requests of one reader at once.

Races show themselves now and then, so the limit of conversations is tried in one round usually, and in twenty by
`make test ROUNDS=20 ARGS="-k fifty tests/integration/history/test_concurrency.py"`.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Final, TypeVar
from uuid import UUID, uuid4

import pytest

from shared.db.attempts import unhurried
from shared.errors import Gone, NotFound, NotSignedIn
from shared.history.conversations import (
    change_conversation,
    create_conversation,
    delete_conversation,
    list_conversations,
)
from shared.history.messages import append_messages
from shared.history.models import MessageToAppend

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    import psycopg

    from shared.db import Database
    from tests.integration.history.conftest import Reader

Work = TypeVar("Work")
Result = TypeVar("Result")

CONTAINERS = 20
"""A container serves one request at a time, so as many requests at once need as many containers."""


class Containers:
    """Does work for somebody on many databases at once."""

    def __init__(self, databases: list[Database]) -> None:
        self._free = databases
        self._threads = ThreadPoolExecutor(len(databases))

    def serve(self, reader: Reader, work: Callable[[Reader, Work], Result], over: Iterable[Work]) -> list[Result]:
        """What `work` gives for each, in the order given."""
        return self.each([(reader, given) for given in over], work)

    def each(self, requests: list[tuple[Reader, Work]], work: Callable[[Reader, Work], Result]) -> list[Result]:
        """The same for many people."""

        def on_a_free_one(request: tuple[Reader, Work]) -> Result:
            reader, given = request
            database = self._free.pop()
            try:
                with unhurried():  # twenty at once on two processors, and nobody waits for them
                    return work(reader.on(database), given)
            finally:
                self._free.append(database)

        return list(self._threads.map(on_a_free_one, requests))

    def close(self) -> None:
        self._threads.shutdown()


@pytest.fixture
def containers(connect: Callable[[], Database]) -> Generator[Containers]:
    """Twenty of them."""
    many = Containers([connect() for _ in range(CONTAINERS)])
    yield many
    many.close()


def question(reader: Reader, n: int) -> tuple[UUID, UUID | None]:
    """A conversation with a question in it, and which one had to go for it."""
    conversation_id, _, begun = reader.ask(str(n), keep=50)
    return conversation_id, begun.evicted


def creation(reader: Reader, n: int) -> tuple[UUID, UUID | None]:
    """The same, with a conversation that nobody has asked anything in."""
    created = create_conversation(reader.db, uuid4(), title=str(n), keep=50)
    return created.conversation.id, created.evicted


EITHER_WAY: Final = pytest.mark.parametrize("begin", [question, creation], ids=["asked", "created"])


@pytest.fixture(params=range(int(os.environ.get("ROUNDS", "1"))))
def round_after_round() -> None:
    """Has the test run as often as is wanted."""


def ids_of(reader: Reader) -> list[UUID]:
    return [each.id for each in list_conversations(reader.db, limit=100).conversations]


def in_order_of_eviction(owner: psycopg.Connection, reader: Reader) -> list[UUID]:
    """What had to go, in the order in which it went."""
    query = "select conversation_id from deleted_conversation where user_id = %s order by deleted_at"
    return [conversation_id for (conversation_id,) in owner.execute(query, [reader.id])]


@EITHER_WAY
@pytest.mark.usefixtures("round_after_round")
def test_a_hundred_conversations_begun_at_once_leave_exactly_the_newest_fifty(
    ada: Reader,
    containers: Containers,
    owner: psycopg.Connection,
    begin: Callable[[Reader, int], tuple[UUID, UUID | None]],
) -> None:
    begun = containers.serve(ada, begin, range(100))
    came_first = {conversation_id for conversation_id, evicted in begun if evicted is None}
    came_for = {evicted: conversation_id for conversation_id, evicted in begun if evicted is not None}
    went = in_order_of_eviction(owner, ada)
    assert len(came_first) == len(came_for) == len(went) == 50
    assert came_for.keys() == set(went) == came_first
    # each of the later ones pushed out one of the earlier, and all of the later ones are there, the last one on top
    assert ids_of(ada) == [came_for[each] for each in reversed(went)]


@EITHER_WAY
@pytest.mark.usefixtures("round_after_round")
def test_ten_pinned_conversations_of_the_fifty_outlive_a_hundred_others(
    ada: Reader,
    containers: Containers,
    owner: psycopg.Connection,
    begin: Callable[[Reader, int], tuple[UUID, UUID | None]],
) -> None:
    pinned = [ada.ask("pinned")[0] for _ in range(10)]
    for each in pinned:
        change_conversation(ada.db, each, pinned=True)
    begun = containers.serve(ada, begin, range(100))
    came_for = {evicted: conversation_id for conversation_id, evicted in begun if evicted is not None}
    went = in_order_of_eviction(owner, ada)
    assert len(came_for) == len(went) == 60
    last_forty = [came_for[each] for each in went[-40:]]
    assert ids_of(ada) == [*reversed(last_forty), *reversed(pinned)]


def test_questions_to_one_conversation_at_once_get_places_of_their_own(ada: Reader, containers: Containers) -> None:
    conversation_id, _, _ = ada.ask("0")
    begun = containers.serve(ada, lambda reader, n: reader.ask(str(n), conversation_id=conversation_id), range(1, 40))
    opened = ada.open(conversation_id)
    assert [message.seq for message in opened.messages] == list(range(1, 41))
    assert opened.conversation.message_count == 40
    # each saw what was there before it, and no two of them saw the same
    assert sorted(turn.window[-1].seq for _, _, turn in begun) == list(range(1, 40))


def test_turns_appended_to_one_conversation_at_once_get_places_of_their_own(
    ada: Reader, containers: Containers
) -> None:
    conversation_id, _, _ = ada.ask("0")
    turns = [
        (MessageToAppend(uuid4(), "user", "Why?"), MessageToAppend(uuid4(), "assistant", "So."))
        for _ in range(CONTAINERS)
    ]

    def append(reader: Reader, turn: tuple[MessageToAppend, MessageToAppend]) -> list[int]:
        return [message.seq for message in append_messages(reader.db, conversation_id, turn)[1]]

    places = sorted(containers.serve(ada, append, turns))
    assert places == [[first, first + 1] for first in range(2, 2 + 2 * CONTAINERS, 2)]


def test_one_question_sent_twenty_times_at_once_is_one_row_and_one_reply(ada: Reader, containers: Containers) -> None:
    conversation_id, message_id = uuid4(), uuid4()
    begun = containers.serve(
        ada,
        lambda reader, _: reader.ask("Again?", conversation_id=conversation_id, message_id=message_id)[2],
        range(20),
    )
    assert all(each == begun[0] for each in begun)
    assert list_conversations(ada.db, limit=50).conversations[0].message_count == 1


def test_one_question_answered_twenty_times_at_once_keeps_the_first_answer(ada: Reader, containers: Containers) -> None:
    conversation_id, message_id, _ = ada.ask()
    stored = containers.serve(ada, lambda reader, n: reader.answer(conversation_id, message_id, str(n)), range(20))
    assert all(each == stored[0] for each in stored)
    assert ada.open(conversation_id).messages[1:] == [stored[0]]


def test_a_conversation_deleted_while_it_goes_on_stays_deleted(
    ada: Reader, containers: Containers, owner: psycopg.Connection
) -> None:
    asked = [ada.ask(str(n)) for n in range(10)]

    def one_of_three_things(reader: Reader, turn: tuple[int, UUID, UUID]) -> None:
        what, conversation_id, message_id = turn
        with suppress(Gone):
            if what == 0:
                reader.answer(conversation_id, message_id)
            elif what == 1:
                delete_conversation(reader.db, conversation_id)
            else:
                reader.ask("And?", conversation_id=conversation_id)

    everything = [(what, conversation_id, message_id) for conversation_id, message_id, _ in asked for what in range(3)]
    containers.serve(ada, one_of_three_things, everything)
    assert ids_of(ada) == []
    assert owner.execute("select count(*) from message where user_id = %s", [ada.id]).fetchone() == (0,)


def test_a_new_conversation_id_that_two_people_use_at_once_belongs_to_one_of_them(
    ada: Reader, bob: Reader, containers: Containers
) -> None:
    ids = [uuid4() for _ in range(10)]

    def claim(reader: Reader, conversation_id: UUID) -> bool:
        try:
            reader.ask(conversation_id=conversation_id)
        except NotFound:
            return False
        return True

    got = containers.each([(reader, conversation_id) for conversation_id in ids for reader in (ada, bob)], claim)
    assert [first != second for first, second in zip(got[::2], got[1::2], strict=True)] == [True] * 10
    assert set(ids_of(ada)) | set(ids_of(bob)) == set(ids)
    assert not set(ids_of(ada)) & set(ids_of(bob))


def test_a_user_who_leaves_while_asking_leaves_nothing_behind(
    ada: Reader, containers: Containers, owner: psycopg.Connection
) -> None:
    def ask(reader: Reader, n: int) -> bool:
        if n == 10:
            owner.execute('delete from "user" where id = %s', [ada.id])
            return False
        try:
            reader.ask(str(n))
        except NotSignedIn:
            return False
        return True

    outcomes = containers.serve(ada, ask, range(40))
    assert not all(outcomes[10:])
    assert owner.execute("select count(*) from conversation where user_id = %s", [ada.id]).fetchone() == (0,)
