"""A database for each pairing, the functions on it, and a server that was there before."""

from __future__ import annotations

import uuid
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg import sql

from infra.migrate import MigrationRefused, migrate
from shared.db.opening import open_database
from shared.settings.accounts import AccountSettings
from shared.settings.database import DatabaseSettings
from tests.adoption.origins import Answer, cookies_set
from tests.fixtures.databases import drop_database
from tests.integration.auth.conftest import Counting, Routes, app_on

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from infra.local.postgres import Postgres


@dataclass
class Site:
    """One database, and who works on it.

    Attributes:
        owner_url: Of the role that owns the tables.
        app_url: Of the functions' role.
        said: What was said while it was migrated.
    """

    owner_url: str
    app_url: str
    said: list[str] = field(default_factory=list[str])

    def execute(self, statements: str) -> None:
        with psycopg.connect(self.owner_url, autocommit=True) as connection:
            connection.execute(statements.encode())

    def query(self, question: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.owner_url, autocommit=True) as connection:
            return connection.execute(question.encode()).fetchall()

    def migrate(self) -> MigrationRefused | None:
        """Migrate; why that was refused, if it was."""
        try:
            migrate(self.owner_url, self.app_url, say=self.said.append)
        except MigrationRefused as refused:
            return refused
        return None

    @contextmanager
    def functions(self) -> Generator[Functions]:
        """Our routes on this database."""
        database = Counting(open_database(DatabaseSettings(self.app_url, "pooled")))
        app = app_on(database, scheme="scrypt", accounts=AccountSettings(delete_user="on"))
        with psycopg.connect(self.owner_url, autocommit=True) as owner, closing(database):
            yield Functions(Routes(app, database, owner))


@dataclass
class Functions:
    """Our routes, asked as a server is."""

    routes: Routes

    def ask(self, method: str, path: str, *, cookie: str = "", body: object = None) -> Answer:
        told = self.routes.call(method, path, json=body, headers={"cookie": cookie} if cookie else None)
        answered = told.json() if told.content else ""
        return Answer(told.status_code, answered, cookies_set(told.headers.get_list("set-cookie")))


@pytest.fixture
def new_site(postgres: Postgres) -> Generator[Callable[[], Site]]:
    """Makes empty databases."""
    names: list[str] = []

    def make() -> Site:
        names.append(f"site_{uuid.uuid4().hex}")
        with psycopg.connect(postgres.owner_url, autocommit=True) as connection:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(names[-1])))
        owner, app = (each.removesuffix("docs") + names[-1] for each in (postgres.owner_url, postgres.app_url))
        return Site(owner, app)

    yield make
    with psycopg.connect(postgres.owner_url, autocommit=True) as connection:
        for name in names:
            drop_database(connection, name)
