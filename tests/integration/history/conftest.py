"""Readers with a history, on every transport, and the store as each of them sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import psycopg
import pytest

from shared.db import USUAL, Database, Rows, Statement, Transaction
from shared.db.opening import open_database
from shared.history.conversations import list_conversations, open_conversation
from shared.history.titles import title_of
from shared.history.turns import begin_turn, complete_turn
from shared.settings.database import DatabaseSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from infra.local.platform import Platform
    from shared.history.models import Message, Opened, Status, StoredQuestion
    from shared.settings.database import Transport

SOURCES = [{"n": 1, "title": "Nodes", "url": "https://book.example/nodes", "snippet": "A node is …"}]


@dataclass(frozen=True, slots=True)
class ActingAs:
    """A database whose batches run for one user, as after a session was found; for nobody when there is none."""

    database: Database
    user_id: str | None

    def run(self, *statements: Statement, idempotent: bool = False, transaction: Transaction = USUAL) -> list[Rows]:
        identity = Statement("select set_config('app.user_id', $1::text, true)", (self.user_id or "",))
        return self.database.run(identity, *statements, idempotent=idempotent, transaction=transaction)[1:]

    def close(self) -> None:
        self.database.close()


@pytest.fixture
def connect(platform: Platform, transport: Transport) -> Generator[Callable[[], Database]]:
    """Opens the database as each container of the functions does."""
    settings = DatabaseSettings.read(platform.environment(transport))
    opened: list[Database] = []

    def open_one() -> Database:
        opened.append(open_database(settings))
        return opened[-1]

    yield open_one
    for database in opened:
        database.close()


@pytest.fixture
def database(connect: Callable[[], Database]) -> Database:
    return connect()


@pytest.fixture
def owner(platform: Platform) -> Generator[psycopg.Connection]:
    """Who sees everything: for what a test has to know behind row-level security's back."""
    with psycopg.connect(platform.postgres.owner_url, autocommit=True) as connection:
        yield connection


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody with a history, and what they do with it."""

    id: str
    db: ActingAs

    def ask(
        self,
        content: str = "What is ROS 2?",
        *,
        conversation_id: UUID | None = None,
        message_id: UUID | None = None,
        keep: int = 50,
    ) -> tuple[UUID, UUID, StoredQuestion]:
        """Begin a turn; the conversation's id, the question's, and what the store said."""
        conversation_id, message_id = conversation_id or uuid4(), message_id or uuid4()
        begun = begin_turn(
            self.db,
            conversation_id=conversation_id,
            title=title_of(content),
            message_id=message_id,
            content=content,
            keep=keep,
        )
        return conversation_id, message_id, begun

    def answer(
        self, conversation_id: UUID, message_id: UUID, text: str = "A set of libraries.", status: Status = "complete"
    ) -> Message:
        """Complete a turn; the answer that is stored then."""
        return complete_turn(
            self.db,
            conversation_id=conversation_id,
            message_id=message_id,
            answer=text,
            sources=SOURCES,
            status=status,
            mode="extractive",
        )

    def open(self, conversation_id: UUID) -> Opened:
        """A conversation with its newest messages."""
        return open_conversation(self.db, conversation_id, limit=50)

    def on(self, database: Database) -> Reader:
        """The same reader, served by another container."""
        return Reader(self.id, ActingAs(database, self.id))

    def titles(self) -> list[str]:
        """Of all conversations, newest first."""
        return [each.title for each in list_conversations(self.db, limit=100).conversations]


def everything(owner: psycopg.Connection, reader: Reader) -> list[object]:
    """Every row of the reader's, as text: equal before and after something that changes nothing."""
    tables = ("conversation", "message", "deleted_conversation", "message_feedback")
    query = "select coalesce(json_agg(t order by t::text)::text, '') from {} t where user_id = %s"
    return [owner.execute(query.format(table).encode(), [reader.id]).fetchone() for table in tables]


@pytest.fixture
def new_reader(database: Database, owner: psycopg.Connection) -> Callable[[], Reader]:
    """Makes a user without any history."""

    def make() -> Reader:
        user_id = f"user-{uuid4()}"
        owner.execute(
            """insert into "user" (id, name, email, "emailVerified") values (%s, 'Ada', %s, false)""",
            [user_id, f"{user_id}@example.com"],
        )
        return Reader(user_id, ActingAs(database, user_id))

    return make


@pytest.fixture
def ada(new_reader: Callable[[], Reader]) -> Reader:
    return new_reader()


@pytest.fixture
def bob(new_reader: Callable[[], Reader]) -> Reader:
    return new_reader()
