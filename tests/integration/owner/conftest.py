"""The owner's desk in this process, as the functions' role on a real Postgres, and readers who asked something."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, LiteralString
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from functions.dependencies import database as container
from functions.dependencies.allowances import looks_at_the_desk
from functions.dependencies.book import book
from functions.dependencies.rules import auth_rules
from functions.owner import desk, wire
from shared.app import build_app
from shared.auth.browser.cookies import sign
from shared.auth.identifiers import new_identifier
from shared.auth.identity.rules import AuthRules
from shared.db.opening import open_database
from shared.history.models import answer_id
from shared.settings.accounts import AuthSettings
from shared.settings.database import DatabaseSettings
from shared.settings.site import OwnerSettings
from tests.fixtures.apps import given
from tests.integration.auth.conftest import Counting

if TYPE_CHECKING:
    from collections.abc import Generator

    from fastapi import FastAPI
    from starlette.types import ASGIApp

    from infra.local.postgres import Postgres
    from shared.allowance import Allowances
    from shared.retrieval.search import Book

SECRET = "owners-secret-0123456789-abcdefghijklmno"
HOME = "http://api.example.test"
TOKEN = "better-auth.session_token"
ROUTES = ("/api/owner/questions", "/api/owner/usage", "/api/owner/passages")


@dataclass(slots=True)
class Person:
    """Somebody with a session."""

    email: str
    id: str = field(default_factory=new_identifier)
    token: str = field(default_factory=new_identifier)

    def cookie(self, secret: str = SECRET) -> dict[str, str]:
        return {"cookie": f"{TOKEN}={sign(self.token, secret)}"}


@dataclass(slots=True)
class Site:
    """A deployment with its owner, on pages and in a language that no other test has."""

    app: ASGIApp
    database: Counting
    rows: psycopg.Connection[tuple[Any, ...]]
    owner: Person
    page: str = field(default_factory=lambda: f"/docs/{uuid4().hex[:8]}")

    def get(self, path: str, headers: dict[str, str] | None = None, **query: object) -> httpx.Response:
        self.database.round_trips = 0
        shown = {name: str(value) for name, value in query.items()}
        asked = httpx.Request("GET", f"{HOME}{path}", params=shown, headers=headers)
        with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
            return runner.run(self._answered(asked))

    async def _answered(self, request: httpx.Request) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app)) as client:
            return await client.send(request)

    def questions(self, **query: object) -> list[dict[str, Any]]:
        """What the owner sees of this site's page."""
        answer = self.get("/api/owner/questions", self.owner.cookie(), page=self.page, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()["questions"]

    def person(self, email: str | None = None, *, verified: bool = True) -> Person:
        somebody = Person(email or f"{uuid4().hex}@example.com")
        self.execute(
            'insert into "user" (id, name, email, "emailVerified") values (%s, %s, %s, %s)',
            *(somebody.id, "Ada Lovelace", somebody.email, verified),
        )
        self.execute(
            """insert into session (id, token, "userId", "expiresAt", "updatedAt")
            values (%s, %s, %s, now() + interval '7 days', now())""",
            *(new_identifier(), somebody.token, somebody.id),
        )
        return somebody

    def ask(
        self,
        reader: Person,
        text: str,
        mode: str = "refused",
        *,
        language: str = "en",
        days_ago: float = 1,
        down: str | None = None,
    ) -> tuple[UUID, UUID]:
        """A turn that was stored then; the conversation's id, and the question's."""
        conversation, question = uuid4(), uuid4()
        at = datetime.now(UTC) - timedelta(days=days_ago)
        self.execute(
            """insert into conversation (id, user_id, title, message_count, created_at, updated_at)
            values (%s, %s, 'x', 2, %s, %s)""",
            *(conversation, reader.id, at, at),
        )
        insert: LiteralString = """insert into message
            (id, conversation_id, user_id, seq, role, content, mode, created_at, answers, page, language)
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""
        self.execute(insert, question, conversation, reader.id, 1, "user", text, None, at, None, None, None)
        answer = (answer_id(question), conversation, reader.id, 2, "assistant", "An answer.", mode, at)
        self.execute(insert, *answer, question, self.page, language)
        if down is not None:
            self.execute(
                "insert into message_feedback (user_id, message_id, value, comment) values (%s, %s, 'down', %s)",
                *(reader.id, answer_id(question), down or None),
            )
        return conversation, question

    def execute(self, query: LiteralString, *parameters: object) -> list[tuple[Any, ...]]:
        """As the owner of the tables."""
        cursor = self.rows.execute(query, parameters)
        return cursor.fetchall() if cursor.description else []


class EmptyBook:
    """Nothing was ever ingested."""

    def ask(self, _: bytes) -> list[list[dict[str, Any]]]:
        return [[]]


def app_with(
    database: Counting,
    settings: OwnerSettings,
    secret: str = SECRET,
    opened: Book | EmptyBook | None = None,
    allowances: Allowances | None = None,
) -> ASGIApp:
    """The desk of a deployment with these settings."""
    rules = AuthRules.of(AuthSettings(secret, HOME))

    async def given_database() -> Counting:
        return database

    async def given_rules() -> AuthRules:
        return rules

    async def given_settings() -> OwnerSettings:
        return settings

    async def given_allowances() -> Allowances | None:
        return allowances

    async def given_book() -> Book | EmptyBook:
        return opened or EmptyBook()

    overrides = {
        container.database: given_database,
        auth_rules: given_rules,
        book: given_book,
        looks_at_the_desk: given_allowances,
        wire.owner_settings: given_settings,
    }
    return given(_routed(), overrides)


@cache
def _routed() -> FastAPI:
    return build_app(desk.router)


@pytest.fixture(scope="session")
def counting(postgres: Postgres) -> Generator[Counting]:
    database = Counting(open_database(DatabaseSettings(postgres.app_url, "pooled")))
    yield database
    database.close()


@pytest.fixture(scope="session")
def rows(postgres: Postgres) -> Generator[psycopg.Connection[tuple[Any, ...]]]:
    with psycopg.connect(postgres.owner_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def site(counting: Counting, rows: psycopg.Connection[tuple[Any, ...]]) -> Site:
    owner = Person(f"owner-{uuid4().hex}@example.com")
    made = Site(app_with(counting, OwnerSettings((owner.email,))), counting, rows, owner)
    made.owner = made.person(owner.email)
    return made


@pytest.fixture
def readers(site: Site) -> list[Person]:
    return [site.person() for _ in range(4)]
