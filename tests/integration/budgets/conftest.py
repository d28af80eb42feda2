"""All routes in this process, on the way to a real Postgres that each transport takes, with a relay that counts."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import httpx
import psycopg
import pytest

from functions.archive import export_all, import_all
from functions.auth import get_session, sessions, sign_in_email, sign_out, sign_up_email, user
from functions.chat import ask, stop
from functions.conversations import append, change_one, create, delete_all, delete_one, list_all, open_one
from functions.dependencies import book, writer
from functions.dependencies import counts as account_counts
from functions.dependencies import database as container
from functions.dependencies import options as account_options
from functions.dependencies.callers import Reader  # noqa: TC001 (FastAPI reads the annotation)
from functions.dependencies.rules import auth_rules
from functions.messages import give_feedback
from functions.outbox import replay
from functions.owner import desk
from functions.owner.wire import owner_settings
from functions.profile import own
from functions.search import passages
from functions.suggestions import of_page
from infra.local.ports import LOOPBACK
from infra.local.relay import Relay
from infra.local.server import Server
from shared.app import build_app
from shared.auth.accounts.options import Options
from shared.auth.browser.cookies import sign
from shared.auth.identity.rules import AuthRules
from shared.auth.limits.in_container import LocalCounts
from shared.db import USUAL, Database, Rows, Statement, Transaction
from shared.db.breaker import LOOK_SECONDS
from shared.db.opening import open_database
from shared.model.client import Model
from shared.model.endpoint import Endpoint
from shared.retrieval.blocks import Paragraph
from shared.retrieval.models import Found, Passage
from shared.settings.accounts import AccountSettings, AuthSettings
from shared.settings.answers import ModelSettings
from shared.settings.database import DatabaseSettings
from shared.settings.site import OwnerSettings
from shared.web import Request  # noqa: TC001 (FastAPI reads it)
from tests.fixtures.scripted_model import ScriptedModel, says, scripted_model

if TYPE_CHECKING:
    from collections.abc import Generator

    from fastapi import FastAPI

    from infra.local.pgbouncer import PgBouncer
    from infra.local.postgres import Postgres
    from shared.settings.database import Transport

SECRET: Final = "budgets-secret-0123456789-abcdefghijklmn"
HOME: Final = "http://api.example.test"
MODULES: Final = (
    *(get_session, sessions, sign_in_email, sign_out, sign_up_email, user),
    *(append, change_one, create, delete_all, delete_one, list_all, open_one),
    *(ask, export_all, give_feedback, import_all, of_page, own, passages, replay, stop, desk),
)
CALIBRATE: Final = Passage(
    url="https://book.example.com/arm",
    page="docs/arm",
    title="The arm",
    heading_path=("The arm", "Calibrate"),
    blocks=(Paragraph("To calibrate the arm, move every joint to the middle of its range, then press Enter."),),
    score=0.8,
)

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]


class CannedBook:
    """Finds the same passage for every question."""

    def search(self, _question: str, *, limit: int = 10, edition: object = None) -> Found:  # noqa: ARG002 (as the book)
        assert limit
        return Found((CALIBRATE,), confidence=0.9, on_topic=True)

    def ask(self, _body: bytes, _seconds: float = 2.0) -> list[list[dict[str, Any]]]:
        return [[]]


class CountingDatabase(Database):
    """Counts the statements of all batches, and keeps how long the slowest of the last ones took, in seconds."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.statements = 0
        self.slowest = 0.0

    def run(self, *statements: Statement, idempotent: bool = False, transaction: Transaction = USUAL) -> list[Rows]:
        self.statements += len(statements)
        began = time.monotonic()
        try:
            return self._database.run(*statements, idempotent=idempotent, transaction=transaction)
        finally:
            self.slowest = max(self.slowest, time.monotonic() - began)

    def close(self) -> None:
        self._database.close()


@dataclass(frozen=True, slots=True)
class Spent:
    """What a request took from the database; `looked_after`: so slowly that another request asked whether it lives."""

    flights: int
    statements: int
    sent: int
    received: int
    looked_after: bool


@dataclass(frozen=True, slots=True)
class Site:
    """The API on one transport."""

    transport: Transport
    app: FastAPI
    database: CountingDatabase
    relay: Relay

    def spent(self, request: httpx.Request, address: str) -> Spent:
        """What the request costs on a connection that is open; it must succeed."""
        self.database.run(Statement("select 1"))
        before, self.database.slowest = self.database.statements, 0.0
        with self.relay.count() as counted:
            answer = self.answer(request, address)
        assert answer.is_success, answer.text
        statements, looked_after = self.database.statements - before, self.database.slowest >= LOOK_SECONDS
        return Spent(counted.flights, statements, counted.sent, counted.received, looked_after)

    def answer(self, request: httpx.Request, address: str) -> httpx.Response:
        # with a factory the runner leaves alone the loop that Mangum made for this thread
        with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
            return runner.run(self._answered(request, address))

    async def _answered(self, request: httpx.Request, address: str) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, client=(address, 50_000))
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.send(request)


@pytest.fixture(scope="session")
def neon_sql(postgres: Postgres, pgbouncer: PgBouncer) -> Generator[Server]:
    """The stand-in for Neon's `/sql`, which goes through PgBouncer."""
    server = Server(
        "budgets neon sql", "infra.local.neon_sql", "--postgres-port", str(pgbouncer.port), state=postgres.state
    )
    server.start()
    server.wait()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def model() -> Generator[ScriptedModel]:
    """Writes the same answer to every question."""
    with scripted_model(says(f"{CALIBRATE.text} [1].")) as server:
        yield server


@pytest.fixture(scope="session", params=["http", "pooled"])
def site(
    request: pytest.FixtureRequest, postgres: Postgres, pgbouncer: PgBouncer, neon_sql: Server, model: ScriptedModel
) -> Generator[Site]:
    """The API on each transport in turn."""
    transport: Transport = request.param
    with Relay(neon_sql.port if transport == "http" else pgbouncer.port) as relay:
        url = postgres.app_url.replace(f":{postgres.port}/", f":{relay.port}/")
        endpoint = f"http://{LOOPBACK}:{relay.port}/sql" if transport == "http" else None
        database = CountingDatabase(open_database(DatabaseSettings(url, transport, endpoint)))
        yield Site(transport, _app_on(database, model), database, relay)
        database.close()


def _app_on(database: Database, model: ScriptedModel) -> FastAPI:
    """As a deployment has it: with rate limits, and with the cookie cache; a model writes where a test says so."""
    told, asked = ModelSettings.read({"MODEL_URL": model.url}), Model([Endpoint(model.url, "scripted")])
    auth = AuthSettings(SECRET, HOME)
    rules, counts, found = AuthRules.of(auth), LocalCounts(), CannedBook()

    async def given_database() -> Database:
        return database

    async def given_rules() -> AuthRules:
        return rules

    async def given_counts() -> LocalCounts:
        return counts

    async def given_options() -> Options:
        return Options(AccountSettings(), HOME, SECRET, None)

    async def given_book() -> CannedBook:
        return found

    async def given_owners(request: Request) -> OwnerSettings:
        return OwnerSettings((request.headers["x-owner"],))

    async def given_writer(request: Request, reader: Reader) -> writer.Hired | None:
        return writer.Hired(asked, told, reader or database, None) if "x-model" in request.headers else None

    app = build_app(*(module.router for module in MODULES))
    app.dependency_overrides |= {
        container.database: given_database,
        auth_rules: given_rules,
        account_counts.local_counts: given_counts,
        account_options.account_options: given_options,
        book.book: given_book,
        owner_settings: given_owners,
        writer.hired: given_writer,
    }
    return app


@pytest.fixture(scope="session")
def owner(postgres: Postgres) -> Generator[Connection]:
    """Who owns the tables."""
    with psycopg.connect(postgres.owner_url, autocommit=True) as connection:
        yield connection


def cookie(token: str) -> str:
    """The `Cookie` header of whoever has the session."""
    return f"better-auth.session_token={sign(token, SECRET)}"
