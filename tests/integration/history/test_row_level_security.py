"""Row-level security alone: the queries here forget whose rows they want, on purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

import psycopg
import pytest

from shared.db import Statement
from shared.errors import StatementFailed
from shared.history.conversations import delete_conversation, open_conversation
from shared.history.feedback import give_feedback
from tests.integration.history.conftest import ActingAs

if TYPE_CHECKING:
    from shared.db import Database
    from tests.integration.history.conftest import Reader

INSUFFICIENT_PRIVILEGE: Final = "42501"

READS = [
    Statement("select user_id from conversation"),
    Statement("select user_id from message"),
    Statement("select user_id from deleted_conversation"),
    Statement("select user_id from message_feedback"),
]
WRITES = [
    Statement("update conversation set title = 'taken'"),
    Statement("update message set content = 'taken'"),
    Statement("update message_feedback set value = 'down', comment = 'taken'"),
    Statement("delete from message"),
    Statement("delete from conversation"),
]


@pytest.fixture
def adas_conversation(ada: Reader) -> UUID:
    """Answered and rated, and beside it one that was deleted."""
    deleted, _, _ = ada.ask("deleted")
    delete_conversation(ada.db, deleted)
    conversation_id, message_id, _ = ada.ask()
    rated = ada.answer(conversation_id, message_id)
    give_feedback(ada.db, rated.id, value="up", comment=None)
    return conversation_id


@pytest.mark.parametrize("read", READS, ids=lambda each: each.sql)
@pytest.mark.usefixtures("adas_conversation")
def test_a_query_that_forgets_its_owner_reads_own_rows_only(ada: Reader, bob: Reader, read: Statement) -> None:
    bob.ask("Bob's")
    seen = {row[0] for row in ada.db.run(read)[0].values}
    assert seen == {ada.id}


@pytest.mark.parametrize("read", READS, ids=lambda each: each.sql)
@pytest.mark.usefixtures("adas_conversation")
def test_without_a_session_nothing_is_read(database: Database, read: Statement) -> None:
    assert ActingAs(database, None).run(read)[0].values == ()
    assert database.run(read)[0].values == ()


@pytest.mark.parametrize("write", WRITES, ids=lambda each: each.sql)
def test_a_query_that_forgets_its_owner_changes_nothing_of_others(
    ada: Reader, bob: Reader, database: Database, adas_conversation: UUID, write: Statement
) -> None:
    before = open_conversation(ada.db, adas_conversation, limit=50)
    assert bob.db.run(write)[0].count == 0
    assert ActingAs(database, None).run(write)[0].count == 0
    assert open_conversation(ada.db, adas_conversation, limit=50) == before


def refused(reader: Reader, statement: Statement) -> str | None:
    """The SQLSTATE with which Postgres refuses it."""
    with pytest.raises(StatementFailed) as raised:
        reader.db.run(statement)
    return raised.value.sqlstate


def test_nothing_can_be_written_in_somebody_elses_name(ada: Reader, bob: Reader) -> None:
    conversation = Statement(
        """
        insert into conversation (id, user_id, title, created_at, updated_at)
        values ($1::uuid, $2::text, 'forged', now(), now())
        """,
        (uuid4(), ada.id),
    )
    tombstone = Statement(
        "insert into deleted_conversation (user_id, conversation_id) values ($1::text, $2::uuid)", (ada.id, uuid4())
    )
    assert refused(bob, conversation) == INSUFFICIENT_PRIVILEGE
    assert refused(bob, tombstone) == INSUFFICIENT_PRIVILEGE


def test_nothing_can_be_slipped_into_somebody_elses_conversation(
    ada: Reader, bob: Reader, adas_conversation: UUID
) -> None:
    insert = """
        insert into message (id, conversation_id, user_id, seq, role, content, created_at)
        values ($1::uuid, $2::uuid, $3::text, 99, 'user', 'forged', now())
    """
    in_adas_name = Statement(insert, (uuid4(), adas_conversation, ada.id))
    in_his_own = Statement(insert, (uuid4(), adas_conversation, bob.id))
    assert refused(bob, in_adas_name) == INSUFFICIENT_PRIVILEGE
    assert refused(bob, in_his_own) == psycopg.errors.ForeignKeyViolation.sqlstate


def test_nothing_can_be_given_to_somebody_else(ada: Reader, bob: Reader) -> None:
    bob.ask()
    give = Statement("update conversation set user_id = $1::text", (ada.id,))
    assert refused(bob, give) == INSUFFICIENT_PRIVILEGE


@pytest.mark.usefixtures("adas_conversation")
def test_what_was_deleted_cannot_be_forgotten_by_the_functions(ada: Reader) -> None:
    assert refused(ada, Statement("delete from deleted_conversation")) == INSUFFICIENT_PRIVILEGE


def test_an_identity_does_not_outlive_its_batch(ada: Reader, database: Database) -> None:
    ada.ask()
    assert database.run(Statement("select signed_in_user()"))[0].values == ((None,),)
