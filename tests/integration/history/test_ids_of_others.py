"""The id of somebody else's conversation: what it tells and takes, today and once the key over all users is gone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql

from infra.migrate import migrate
from shared.db import Statement
from shared.db.opening import open_database
from shared.errors import NotFound
from shared.history import archive_queries
from shared.history.archive import import_conversations
from shared.history.conversations import create_conversation, delete_conversation
from shared.settings.database import DatabaseSettings
from tests.integration.history.conftest import everything

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from infra.local.postgres import Postgres
    from shared.db import Database
    from tests.integration.history.conftest import Reader

DECISION = Path(__file__).parents[3] / "specs/decisions/0045-an-id-is-its-owners.md"
TIME = "2026-11-22T10:00:00Z"


@pytest.fixture(scope="module")
def scratch(postgres: Postgres) -> tuple[str, str]:
    """A database of its own: the addresses of its owner and of the functions."""
    name = f"ids_{uuid4().hex}"
    with psycopg.connect(postgres.owner_url, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    owner_url, app_url = (each.removesuffix("docs") + name for each in (postgres.owner_url, postgres.app_url))
    migrate(owner_url, app_url, say=lambda _: None)
    return owner_url, app_url


@pytest.fixture
def owner(scratch: tuple[str, str]) -> Generator[psycopg.Connection]:
    with psycopg.connect(scratch[0], autocommit=True) as connection:
        yield connection


@pytest.fixture
def database(scratch: tuple[str, str]) -> Generator[Database]:
    opened = open_database(DatabaseSettings(scratch[1], "pooled"))
    yield opened
    opened.close()


def documented_step() -> str:
    """The second step, as the decision has it."""
    [text] = re.findall(r"```sql\n(.+?)```", DECISION.read_text(encoding="utf-8"), re.DOTALL)
    return text


@pytest.fixture
def later(owner: psycopg.Connection) -> Generator[None]:
    """The schema of the next release."""
    owner.execute(documented_step().encode())
    yield
    owner.execute("delete from conversation")
    owner.execute("alter table conversation replica identity default")
    owner.execute("alter table conversation add constraint conversation_pkey primary key (id)")


def archived(conversation_id: UUID) -> dict[str, Any]:
    message: dict[str, Any] = {
        "id": str(uuid4()),
        "role": "user",
        "content": "x",
        "sources": [],
        "status": "complete",
        "mode": None,
    }
    message |= {"created_at": TIME, "replaced_by": None, "feedback": None, "feedback_comment": None}
    times = {"created_at": TIME, "updated_at": TIME}
    return {"id": str(conversation_id), "title": "x", "pinned": False, "messages": [message]} | times


def made(db: Database, conversation_id: UUID) -> object:
    return create_conversation(db, conversation_id, title="Mine", keep=50)


WAYS: dict[str, Callable[[Reader, UUID], object]] = {
    "created": lambda reader, taken: made(reader.db, taken),
    "asked": lambda reader, taken: reader.ask("Mine", conversation_id=taken),
}


@pytest.mark.parametrize("way", WAYS)
def test_today_it_is_not_found_and_nothing_changes(
    ada: Reader, bob: Reader, owner: psycopg.Connection, way: str
) -> None:
    taken, _, _ = ada.ask("Ada's")
    before = everything(owner, ada)
    with pytest.raises(NotFound):
        WAYS[way](bob, taken)
    assert everything(owner, ada) == before
    assert bob.titles() == []


@pytest.mark.usefixtures("later")
@pytest.mark.parametrize("way", WAYS)
def test_later_it_is_like_a_free_one(ada: Reader, bob: Reader, owner: psycopg.Connection, way: str) -> None:
    taken, question, _ = ada.ask("Ada's")
    ada.answer(taken, question)
    before = everything(owner, ada)
    WAYS[way](bob, taken)
    WAYS[way](bob, uuid4())
    assert bob.titles() == ["Mine", "Mine"]
    conversation, asked, _ = bob.ask("More", conversation_id=taken)
    bob.answer(conversation, asked)
    delete_conversation(bob.db, taken)
    assert everything(owner, ada) == before
    assert ada.titles() == ["Ada's"]


@pytest.mark.usefixtures("later")
def test_later_an_import_keeps_its_ids(ada: Reader, bob: Reader) -> None:
    taken, _, _ = ada.ask("Ada's")
    for _ in range(2):
        import_conversations(bob.db, [archived(taken)], keep=50)
    assert [each.id for each in bob.open(taken).messages] != []
    assert bob.titles() == ["x"]
    assert ada.titles() == ["Ada's"]


@pytest.mark.usefixtures("later")
def test_later_what_is_old_is_purged_for_one_owner_alone(
    ada: Reader, bob: Reader, owner: psycopg.Connection, database: Database
) -> None:
    taken, _, _ = ada.ask("Ada's")
    made(bob.db, taken)
    owner.execute(
        "update conversation set created_at = '2020-01-01', updated_at = '2020-01-01' where user_id = %s", [ada.id]
    )
    database.run(Statement(archive_queries.PURGE, (365, 365, 100)))
    assert (ada.titles(), bob.titles()) == ([], ["Mine"])


def test_the_step_says_that_older_code_cannot_work_with_it() -> None:
    assert documented_step().startswith("-- older code cannot work with this\n")
