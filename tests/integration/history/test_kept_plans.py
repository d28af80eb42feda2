"""What functions store by plans that are kept is what statements store where the database has no such functions yet."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

import psycopg
import pytest

from infra.migrate import MIGRATIONS, migrate
from shared.db.opening import open_transport
from shared.errors import AppError, Gone, NotFound, NotSignedIn
from shared.history.conversations import create_conversation, delete_conversation
from shared.history.messages import append_messages
from shared.history.models import Message, MessageToAppend
from shared.history.search import search_conversations
from shared.settings.database import DatabaseSettings
from tests.integration.history.conftest import ActingAs, Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from infra.local.postgres import Postgres
    from shared.db import Database
    from shared.history.models import StoredQuestion

FUNCTIONS: Final = ("append_to_conversation", "begin_turn", "complete_turn")
"""Of the migrations 0155 and 0156."""

HELD: Final = """
    select title, message_count, content_bytes, updated_at > created_at, title_words = search_words(title),
           array(
                select row(seq, role, content, sources, status, mode, answers is null, page, language)::text
                  from message where conversation_id = conversation.id and user_id = conversation.user_id order by seq
           ),
           array(
                select (words = search_words(content) and search_keys = search_keys(words))::text
                  from message where conversation_id = conversation.id and user_id = conversation.user_id
           )
      from conversation
     where user_id = %s
     order by updated_at
"""
TRACES: Final = """
    select was_there, everything, evicted_for is null from deleted_conversation where user_id = %s order by deleted_at
"""


@contextmanager
def waiting_for_migrations(owner: psycopg.Connection) -> Generator[None]:
    """A database that lacks the functions."""
    for each in FUNCTIONS:
        owner.execute(f"alter function {each} rename to absent_{each}".encode())
    try:
        yield
    finally:
        for each in FUNCTIONS:
            owner.execute(f"alter function absent_{each} rename to {each}".encode())


def what_came_of(does: Callable[[], object]) -> object:
    """What it gives, without ids and times, or its error."""
    try:
        given: Any = does()
    except AppError as error:
        return type(error)
    if isinstance(given, Message):
        return shown(given)
    begun: StoredQuestion = given[2]
    window, answered = [shown(each) for each in begun.window], begun.answered and shown(begun.answered)
    return window, begun.evicted is not None, answered


def shown(message: Message) -> object:
    return message.seq, message.role, message.content, message.status, message.sources, message.mode


def talk(reader: Reader, other: UUID) -> list[object]:
    """All that can come of a question and of an answer; `other` is a conversation of somebody else."""
    first, question, further, gone = (uuid4() for _ in range(4))
    untitled = create_conversation(reader.db, uuid4(), title=None, keep=50).conversation.id
    deleted = create_conversation(reader.db, gone, title="Gone", keep=50).conversation.id
    delete_conversation(reader.db, deleted)
    came = [
        what_came_of(does)
        for does in (
            lambda: reader.ask("one", conversation_id=first, message_id=question),
            lambda: reader.ask("one", conversation_id=first, message_id=question),
            lambda: reader.ask("another", conversation_id=first, message_id=question),
            lambda: reader.answer(first, question, "Half an", status="partial"),
            lambda: reader.ask("one", conversation_id=first, message_id=question),
            lambda: reader.answer(first, question, "A whole answer"),
            lambda: reader.answer(first, question, "A later answer"),
            lambda: reader.ask("one", conversation_id=first, message_id=question),
            lambda: reader.ask("two", conversation_id=first, message_id=further),
            lambda: reader.answer(first, uuid4()),
            lambda: reader.answer(untitled, further),
            lambda: reader.ask("Mine", conversation_id=other),
            lambda: reader.answer(other, further),
            lambda: reader.ask("Back", conversation_id=deleted),
            lambda: reader.answer(deleted, uuid4()),
            lambda: reader.ask("A title", conversation_id=untitled),
            lambda: reader.ask("x" * 14_000, conversation_id=first),
            lambda: reader.ask("What is left?", conversation_id=first),
            lambda: reader.ask("New", keep=2),
            lambda: reader.ask("Fewer", conversation_id=first, keep=1),
        )
    ]
    nobody = Reader(reader.id, ActingAs(reader.db.database, None))
    return [*came, what_came_of(nobody.ask), what_came_of(lambda: nobody.answer(first, question))]


def test_a_chat_is_stored_alike_with_the_functions_and_without(
    new_reader: Callable[[], Reader], owner: psycopg.Connection
) -> None:
    readers, somebody = [new_reader(), new_reader()], new_reader()
    other, _, _ = somebody.ask("Bob's")
    with waiting_for_migrations(owner):
        without = talk(readers[0], other)
    assert talk(readers[1], other) == without
    assert {Gone, NotFound, NotSignedIn} < {each for each in without if isinstance(each, type)}
    for query in (HELD, TRACES):
        rows = [owner.execute(query.encode(), [reader.id]).fetchall() for reader in readers]
        assert rows[0] == rows[1] != []


def test_messages_are_appended_alike_with_the_function_and_without(
    ada: Reader, bob: Reader, database: Database, owner: psycopg.Connection
) -> None:
    conversation_id = create_conversation(ada.db, uuid4(), title=None, keep=50).conversation.id
    given = [MessageToAppend(uuid4(), "user", "one"), MessageToAppend(uuid4(), "assistant", "two")]
    with waiting_for_migrations(owner):
        first = append_messages(ada.db, conversation_id, given)
        assert [shown(each) for each in first[1]] == [
            (1, "user", "one", "complete", [], None),
            (2, "assistant", "two", "complete", [], None),
        ]
        assert (first[0].title, first[0].message_count) == ("one", 2)
    assert append_messages(ada.db, conversation_id, given) == first
    with waiting_for_migrations(owner):
        assert append_messages(ada.db, conversation_id, given) == first
        with pytest.raises(NotFound):
            append_messages(bob.db, conversation_id, given)
        with pytest.raises(NotSignedIn):
            append_messages(ActingAs(database, None), conversation_id, given)
        delete_conversation(ada.db, conversation_id)
        with pytest.raises(Gone):
            append_messages(ada.db, conversation_id, given)


@pytest.fixture
def before(postgres: Postgres, tmp_path: Path) -> Generator[str]:
    """A database that was last migrated before there were the functions, with somebody in it."""
    for file in MIGRATIONS.glob("*.sql"):
        if file.name < "0154":
            shutil.copy(file, tmp_path)
    with psycopg.connect(postgres.owner_url, autocommit=True) as connection:
        connection.execute("create database before_functions")
        url = postgres.owner_url.removesuffix("docs") + "before_functions"
        migrate(url, folder=tmp_path, say=lambda _: None)
        with psycopg.connect(url) as owner:
            owner.execute(
                """insert into "user" (id, name, email, "emailVerified") values ('ada', 'Ada', 'a@b.c', false)"""
            )
        yield url
        connection.execute("drop database before_functions with (force)")


def test_a_chat_goes_on_while_its_database_is_migrated(before: str) -> None:
    database = open_transport(DatabaseSettings(before, "pooled"))
    reader = Reader("ada", ActingAs(database, "ada"))
    conversation, question, _ = reader.ask("Where is the potentiometer?")
    reader.answer(conversation, question, "Half an", status="partial")
    said = [MessageToAppend(uuid4(), "user", "And the rheostat?")]
    appended = append_messages(reader.db, conversation, said)

    migrate(before, say=lambda _: None)

    assert append_messages(reader.db, conversation, said) == appended
    assert reader.answer(conversation, question, "In the wrist.").content == "In the wrist."
    _, _, begun = reader.ask("And the servos?", conversation_id=conversation)
    assert [each.content for each in begun.window] == [
        "Where is the potentiometer?",
        "In the wrist.",
        "And the rheostat?",
    ]
    for words in ("potentiom", "rheostat", "servo", "wrist"):
        assert [each.conversation.id for each in search_conversations(reader.db, words, limit=50)] == [conversation], (
            words
        )
    database.close()
