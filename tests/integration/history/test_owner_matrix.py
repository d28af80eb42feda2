"""Every route that takes an id, as everybody but its owner, and every statement with its owner's condition cut out."""

from __future__ import annotations

import asyncio
import importlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from functions.dependencies import database as container
from functions.dependencies.rules import auth_rules
from infra.openapi import DOCUMENT, route_modules
from shared.app import build_app
from shared.auth.browser.cookies import sign
from shared.auth.identifiers import Pseudonyms
from shared.auth.identity.rules import AuthRules
from shared.db import Statement
from shared.db.opening import open_database
from shared.errors import StatementFailed
from shared.history.feedback import give_feedback
from shared.settings.accounts import AuthSettings
from shared.settings.database import DatabaseSettings
from tests.integration.history.conftest import ActingAs, Reader, everything
from tests.integration.history.test_queries import QUERIES

if TYPE_CHECKING:
    from collections.abc import Generator

    from fastapi import FastAPI

    from infra.local.postgres import Postgres
    from shared.db import Database
    from tests.fixtures.logged import Lines

SECRET: Final = "matrix-secret-0123456789-abcdefghijklmnop"
HOME: Final = "http://api.example.test"

OWNERS_CONDITION: Final = re.compile(r"(\w+\.)?user_id = \(select signed_in_user\(\)\)")

REFUSALS: Final[dict[str | None, str]] = {
    "42501": "row-level security",
    "23503": "a message's owner must be its conversation's",
}

BODIES: Final[dict[str, Any]] = {
    "PATCH /api/conversations/{id}": {"title": "taken", "pinned": True},
    "POST /api/conversations/{id}/messages": {"messages": [{"role": "user", "content": "taken"}]},
    "POST /api/messages/{id}/feedback": {"value": "down", "comment": "taken"},
    "POST /api/chat/{id}/stop": {"whatever": "it takes no body"},
}
"""A good body for each route that wants one."""


def routes() -> list[str]:
    """Every documented route with an id in its path; new ones are found by themselves."""
    paths: dict[str, dict[str, Any]] = json.loads(DOCUMENT.read_text(encoding="utf-8"))["paths"]
    return [
        f"{method.upper()} {path}"
        for path, operations in paths.items()
        for method in operations
        if "{" in path and not path.startswith("/api/auth/") and "{file}" not in path  # files are everybody's
    ]


@dataclass(frozen=True, slots=True)
class Site:
    """All functions as one app, on the database of the tests."""

    app: FastAPI
    owner: psycopg.Connection
    conversation_id: UUID
    question_id: UUID
    answer_id: UUID

    def call(self, route: str, token: str | None) -> httpx.Response:
        """Ask for what is Ada's, with somebody's session."""
        method, path = route.split()
        owned = {"messages": self.answer_id, "chat": self.question_id}.get(path.split("/")[2], self.conversation_id)
        body = BODIES.get(route)
        assert body or method in {"GET", "DELETE"}, f"{route} is new: give it a body above"
        bearer = {"authorization": f"Bearer {token}"} if token else {}
        with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
            return runner.run(self._answered(method, path.format(id=owned), body, bearer))

    async def _answered(self, method: str, path: str, body: object, headers: dict[str, str]) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=HOME) as client:
            return await client.request(method, path, json=body, headers=headers)

    def session_of(self, reader: Reader, lives_on: timedelta = timedelta(hours=1)) -> str:
        """A bearer token of the reader's."""
        token = uuid4().hex
        self.owner.execute(
            """insert into session (id, token, "userId", "expiresAt", "updatedAt") values (%s, %s, %s, %s, now())""",
            [token, token, reader.id, datetime.now(UTC) + lives_on],
        )
        return sign(token, SECRET)


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


@pytest.fixture
def site(ada: Reader, database: Database, owner: psycopg.Connection) -> Site:
    """With a conversation of Ada's, which has a rated answer."""
    modules = [importlib.import_module(name) for name in route_modules()]
    app = build_app(*(module.router for module in modules if hasattr(module, "router")))
    rules = AuthRules.of(AuthSettings(SECRET, HOME))

    async def given_database() -> Database:
        return database

    async def given_rules() -> AuthRules:
        return rules

    app.dependency_overrides = {container.database: given_database, auth_rules: given_rules}
    conversation_id, message_id, _ = ada.ask("Ada's question")
    answer = ada.answer(conversation_id, message_id, "Ada's answer")
    give_feedback(ada.db, answer.id, value="up", comment="Ada's comment")
    return Site(app, owner, conversation_id, message_id, answer.id)


def test_there_are_routes_to_try() -> None:
    assert len(routes()) >= 5


@pytest.mark.parametrize("route", routes())
def test_nobody_but_the_owner_reads_or_changes_anything(
    site: Site, ada: Reader, bob: Reader, lines: Lines, route: str
) -> None:
    bob.ask("Bob's")
    before = everything(site.owner, ada), everything(site.owner, bob)
    nobody = {
        "a guest": None,
        "a forger": site.session_of(ada)[:-8] + "AAAAAAA=",
        "an expired session": site.session_of(ada, -timedelta(seconds=1)),
        "a session of nobody's": sign(uuid4().hex, SECRET),
    }
    for who, token in nobody.items():
        answer = site.call(route, token)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in"), who
    stranger = site.call(route, site.session_of(bob))
    assert (stranger.status_code, stranger.json()["code"]) == (404, "not_found")
    assert "Ada" not in stranger.text
    assert lines.told == [*[("session_refused", "not_signed_in")] * len(nobody), ("foreign_id_asked", "not_found")]
    assert lines.events[-1]["user"] == Pseudonyms.of(SECRET).of_user(bob.id)
    # Bob's own note of what he wanted to be gone, in case that it waits in the outbox
    site.owner.execute("delete from deleted_conversation where user_id = %s and not was_there", [bob.id])
    assert (everything(site.owner, ada), everything(site.owner, bob)) == before


@pytest.mark.parametrize("route", routes())
def test_the_owner_may(site: Site, ada: Reader, route: str) -> None:
    assert site.call(route, site.session_of(ada)).is_success


def without_owner(sql: str) -> str:
    """The statement as somebody would write it who forgot whose rows they want; `LOCK_OWNER` has no other condition."""
    return OWNERS_CONDITION.sub("true", sql)


def arguments(connection: psycopg.Connection, sql: str, id_of_adas: UUID) -> tuple[Any, ...]:
    """Something of every type that the statement takes; wherever an id is wanted, one of Ada's."""
    connection.execute(f"prepare probe as {sql}".encode())
    row = connection.execute("select parameter_types::text[] from pg_prepared_statements").fetchone()
    connection.execute("deallocate probe")
    assert row is not None
    some = {
        "uuid": id_of_adas,
        "uuid[]": [id_of_adas],
        "text": "user",
        "text[]": ["user"],
        "integer": 100,
        "boolean": True,
        "jsonb": "[]",
        "timestamp with time zone": datetime.max.replace(tzinfo=UTC),
    }
    return tuple(some[kind] for kind in row[0])


@pytest.mark.parametrize("name", [name for name, sql in QUERIES.items() if without_owner(sql) != sql])
def test_a_statement_that_forgets_its_owner_still_gives_and_takes_nothing(
    site: Site, ada: Reader, bob: Reader, postgres: Postgres, name: str
) -> None:
    forgetful = without_owner(QUERIES[name])
    before = everything(site.owner, ada)
    for id_of_adas in (site.conversation_id, site.answer_id):
        with psycopg.connect(postgres.app_url, autocommit=True) as connection:
            statement = Statement(forgetful, arguments(connection, forgetful, id_of_adas))  # pyright: ignore[reportArgumentType] (made from a literal)
        for somebody in (bob.db, ActingAs(bob.db.database, None)):
            seen = str(seen_by(somebody, statement))
            assert "Ada" not in seen
            assert str(site.conversation_id) not in seen
    assert everything(site.owner, ada) == before


def seen_by(somebody: Database, statement: Statement) -> object:
    """What the statement gives, or a good reason why it gives nothing."""
    try:
        return somebody.run(statement)[0].values
    except StatementFailed as refused:
        return REFUSALS[refused.sqlstate]
