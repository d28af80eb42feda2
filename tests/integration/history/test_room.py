"""What one account stores is bounded, in bytes as an export sends them; beyond it nothing is lost."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import psycopg
import pytest

from infra.migrate import MIGRATIONS
from infra.migration_files import Migration
from shared.db.opening import open_database
from shared.errors import HistoryFull
from shared.history.archive import export_page, import_conversations
from shared.history.conversations import change_conversation, create_conversation, delete_conversation
from shared.history.feedback import give_feedback, take_back_feedback
from shared.history.messages import append_messages
from shared.history.models import MessageToAppend
from shared.settings.database import DatabaseSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from infra.local.postgres import Postgres
    from shared.db import Database
    from tests.integration.history.conftest import Reader

MOST: Final = 64 * 1024 * 1024
TIME: Final = "2026-11-22T10:00:00Z"


@pytest.fixture(scope="module")
def direct(postgres: Postgres) -> Generator[Database]:
    opened = open_database(DatabaseSettings(postgres.app_url, "pooled"))
    yield opened
    opened.close()


@pytest.fixture
def owner(postgres: Postgres) -> Generator[psycopg.Connection]:
    with psycopg.connect(postgres.owner_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def database(direct: Database) -> Database:
    return direct


def taken(owner: psycopg.Connection, reader: Reader) -> int:
    """What the reader's conversations are counted as."""
    query = "select coalesce(sum(content_bytes), 0)::bigint from conversation where user_id = %s"
    [bytes_] = owner.execute(query, [reader.id]).fetchone() or [0]
    return bytes_


def leave_room(owner: psycopg.Connection, reader: Reader, room: int) -> None:
    """As if the reader had a conversation that leaves so many bytes."""
    owner.execute(
        """insert into conversation (id, user_id, title, created_at, updated_at, content_bytes)
        values (%s, %s, 'Large', '2020-01-01', '2020-01-01', %s)""",
        [uuid4(), reader.id, MOST - room],
    )


def exported(reader: Reader) -> int:
    """Bytes of the texts of an export, with 300 for each message, 50 for each opinion."""
    page = export_page(reader.db)
    messages = [each for _, some in page.conversations for each in some]
    return sum(
        len(json.dumps(each["content"], ensure_ascii=False).encode())
        + len(json.dumps(each["sources"], ensure_ascii=False).encode())
        + 300
        + (50 if each["feedback"] else 0)
        + len(json.dumps(each["feedback_comment"]).encode() if each["feedback_comment"] else b"")
        for each in messages
    )


def archived(*messages: dict[str, Any]) -> dict[str, Any]:
    given: list[dict[str, Any]] = [
        {"id": str(uuid4()), "sources": [], "status": "complete", "mode": None, "created_at": TIME}
        | {"replaced_by": None, "feedback": None, "feedback_comment": None}
        | each
        for each in messages
    ]
    times = {"created_at": TIME, "updated_at": TIME}
    return {"id": str(uuid4()), "title": "x", "pinned": False, "messages": given} | times


def test_what_is_stored_is_counted_as_an_export_sends_it(ada: Reader, owner: psycopg.Connection) -> None:
    conversation, question, _ = ada.ask('A "quoted"\nquestion, ü and \u0001')
    ada.answer(conversation, question, "Half an", status="partial")
    answer = ada.answer(conversation, question, "A whole answer")
    append_messages(ada.db, conversation, [MessageToAppend(id=uuid4(), role="user", content="More")])
    give_feedback(ada.db, answer.id, value="up", comment="so")
    give_feedback(ada.db, answer.id, value="down", comment="a longer comment")
    import_conversations(ada.db, [archived({"role": "user", "content": "x" * 1000})], keep=50)
    assert taken(owner, ada) == exported(ada)
    take_back_feedback(ada.db, answer.id)
    assert taken(owner, ada) == exported(ada)
    delete_conversation(ada.db, conversation)
    assert taken(owner, ada) == exported(ada) > 1000


def test_a_repeated_request_counts_once(ada: Reader, owner: psycopg.Connection) -> None:
    conversation, question, _ = ada.ask("Once")
    before = taken(owner, ada)
    ada.ask("Once", conversation_id=conversation, message_id=question)
    assert taken(owner, ada) == before


WAYS: Final[dict[str, Callable[[Reader], object]]] = {
    "asking": lambda reader: reader.ask("x" * 4000),
    "appending": lambda reader: append_messages(
        reader.db,
        create_conversation(reader.db, uuid4(), title=None, keep=50).conversation.id,
        [MessageToAppend(id=uuid4(), role="assistant", content="x" * 4000)],
    ),
    "importing": lambda reader: import_conversations(
        reader.db, [archived({"role": "user", "content": "x" * 4000})], keep=50
    ),
    "commenting": lambda reader: give_feedback(
        reader.db, reader.answer(*reader.ask("x")[:2], "y").id, value="down", comment="\u0001" * 2000
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_beyond_it_nothing_more_is_stored_and_nothing_is_lost(ada: Reader, owner: psycopg.Connection, way: str) -> None:
    leave_room(owner, ada, 3000)
    with pytest.raises(HistoryFull):
        WAYS[way](ada)
    assert taken(owner, ada) <= MOST
    assert ada.titles()[-1] == "Large"


def test_what_is_deleted_makes_room(ada: Reader, owner: psycopg.Connection) -> None:
    leave_room(owner, ada, 0)
    with pytest.raises(HistoryFull):
        ada.ask()
    [(large,)] = owner.execute("select id from conversation where user_id = %s", [ada.id]).fetchall()
    change_conversation(ada.db, large, title="Renamed")
    delete_conversation(ada.db, large)
    assert ada.ask()[2].evicted is None


def test_an_answer_gets_in_where_its_question_did(ada: Reader, owner: psycopg.Connection) -> None:
    leave_room(owner, ada, 1000)
    conversation, question, _ = ada.ask("A last question")
    assert ada.answer(conversation, question, "x" * 32_000).content == "x" * 32_000
    with pytest.raises(HistoryFull):
        ada.ask("One more", conversation_id=conversation)


def test_another_reader_is_not_held_to_it(ada: Reader, bob: Reader, owner: psycopg.Connection) -> None:
    leave_room(owner, ada, 0)
    conversation, question, _ = bob.ask()
    bob.answer(conversation, question)
    assert taken(owner, bob) == exported(bob)


def test_conversations_from_before_are_counted_by_the_migration(
    ada: Reader, owner: psycopg.Connection, count_what_was_there: Callable[[], None]
) -> None:
    conversation, question, _ = ada.ask()
    answer = ada.answer(conversation, question)
    give_feedback(ada.db, answer.id, value="up", comment="so")
    counted = taken(owner, ada)
    owner.execute("update conversation set content_bytes = null where user_id = %s", [ada.id])
    ada.ask("In between", conversation_id=conversation)
    assert owner.execute("select content_bytes from conversation where id = %s", [conversation]).fetchone() == (None,)
    count_what_was_there()
    assert taken(owner, ada) == exported(ada) > counted


@pytest.fixture
def count_what_was_there(owner: psycopg.Connection) -> Callable[[], None]:
    """The statement of the migration, as often as it finds something."""
    path = MIGRATIONS / "0111_room_that_is_taken.sql"
    [statement] = Migration(path.stem, path.read_text(encoding="utf-8")).statements

    def run() -> None:
        while owner.execute(statement.text.encode()).rowcount > 0:
            pass

    return run
