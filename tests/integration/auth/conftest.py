"""The routes under /api/auth in this process, as the functions' role on a real Postgres."""

from __future__ import annotations

import asyncio
import re
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any, LiteralString
from uuid import uuid4

import httpx
import psycopg
import pytest

from functions.auth import (
    anything_else,
    delete_user,
    get_session,
    password,
    reset_password,
    sessions,
    sign_in_email,
    sign_out,
    sign_up_email,
    token,
    user,
)
from functions.auth import (
    email as email_routes,
)
from functions.dependencies import counts
from functions.dependencies import database as container
from functions.dependencies import options as account_options
from functions.dependencies.rules import auth_rules
from functions.profile import own as profile
from shared.app import build_app
from shared.auth.accounts.options import Options
from shared.auth.accounts.passwords import hashed
from shared.auth.browser.cookies import sign
from shared.auth.identifiers import new_identifier
from shared.auth.identity.rules import AuthRules
from shared.auth.limits.in_container import LocalCounts
from shared.auth.tokens.issuing import Issuer
from shared.db import USUAL, Database, Rows, Statement, Transaction
from shared.db.opening import open_database
from shared.settings.accounts import AccountSettings, AuthSettings
from shared.settings.database import DatabaseSettings
from tests.fixtures.apps import given
from tests.fixtures.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping
    from contextlib import AbstractContextManager

    from fastapi import FastAPI
    from starlette.types import ASGIApp

    from infra.local.postgres import Postgres
    from shared.auth.accounts.mail import Mailer
    from shared.auth.accounts.messages import Mail
    from shared.settings.accounts import PasswordScheme
    from shared.settings.reading import Switch

SECRET = "integration-secret-0123456789-abcdefghijkl"
HOME = "http://api.example.test"
SITE = "https://docs.example.test"
EVIL = "https://evil.example.org"
ADDRESS = "203.0.113.7"
PROGRAM = "Browser/1.0 (of a test)"
PASSWORD = "correct horse battery"
TOKEN = "better-auth.session_token"
UNADORNED: dict[str, Any] = {"session_cache_seconds": 0}
ACCOUNTS = AccountSettings()
MODULES = (
    sign_up_email,
    sign_in_email,
    sign_out,
    get_session,
    sessions,
    user,
    password,
    reset_password,
    email_routes,
    delete_user,
    token,
    profile,
    anything_else,
)


class Counting(Database):
    """Counts round trips: each batch is one, to which the transports' own tests hold them."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.round_trips = 0

    def run(self, *statements: Statement, idempotent: bool = False, transaction: Transaction = USUAL) -> list[Rows]:
        self.round_trips += 1
        return self.database.run(*statements, idempotent=idempotent, transaction=transaction)

    def close(self) -> None:
        self.database.close()


class Mailbox:
    """Keeps what is sent, in the order in which it was."""

    def __init__(self) -> None:
        self.received: list[Mail] = []

    def prepare(self) -> None:
        pass

    def send(self, mail: Mail) -> None:
        self.received.append(mail)

    def link(self) -> str:
        """The address, without its origin, that the newest mail with a link leads to."""
        links = [
            each for mail in self.received for each in re.findall(rf"^{HOME}/api/auth(\S+)$", mail.text, re.MULTILINE)
        ]
        return links[-1]


@dataclass(frozen=True, slots=True)
class Routes:
    """A browser on one of our own pages that forgets every cookie: what it sends is named in the call."""

    app: ASGIApp
    database: Counting
    owner: psycopg.Connection[tuple[Any, ...]]
    mailbox: Mailbox = field(default_factory=Mailbox)

    def call(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        origin: str | None = HOME,
    ) -> httpx.Response:
        shown = {"user-agent": PROGRAM} | ({"origin": origin} if origin and method != "GET" else {})
        sent = httpx.Request(
            method, f"{HOME}/api/auth{path}", headers=shown | dict(headers or {}), json=json, content=content
        )
        return self.send(sent)

    def send(self, request: httpx.Request, address: str = ADDRESS) -> httpx.Response:
        """Ask as somebody at this address."""
        # with a factory the runner leaves alone the loop that Mangum made for this thread
        with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
            return runner.run(self._answered(request, address))

    async def _answered(self, request: httpx.Request, address: str) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, client=(address, 50000))
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.send(request)

    def sign_up(self, email: str, password: str = PASSWORD, **fields: object) -> httpx.Response:
        sent: dict[str, object] = {"name": "Ann", "email": email, "password": password}
        return self.call("POST", "/sign-up/email", json=sent | fields)

    def sign_in(self, email: str, password: str = PASSWORD, **fields: object) -> httpx.Response:
        sent: dict[str, object] = {"email": email, "password": password}
        return self.call("POST", "/sign-in/email", json=sent | fields)

    def session(self, cookie: str, path: str = "/get-session") -> httpx.Response:
        return self.call("GET", path, headers={"cookie": cookie})

    def rows(self, query: LiteralString, *parameters: object) -> list[tuple[Any, ...]]:
        """What the owner of the tables sees; writes where the query does."""
        cursor = self.owner.execute(query, parameters)
        return cursor.fetchall() if cursor.description else []


def app_on(
    database: Database,
    *,
    scheme: PasswordScheme = "bcrypt",
    secret: str = SECRET,
    home: str = HOME,
    sites: tuple[str, ...] = (SITE, "https://*.preview.example.test"),
    accounts: AccountSettings = ACCOUNTS,
    mailer: Mailer | None = None,
    rate_limits: Switch | None = None,
    tokens: Switch = "on",
    floor: float = 0,
    **settings: Any,  # noqa: ANN401 (further fields of AuthSettings)
) -> ASGIApp:
    """All routes on this database, with settings of their own; no cache, limits nor floor unless they say so.

    For what the container counts, no time passes.
    """
    rules = AuthRules.of(AuthSettings(secret, home, sites, scheme, **{**UNADORNED, **settings}))
    counted = LocalCounts(Clock(), addresses=rate_limits == "on") if rate_limits else None

    async def given_database() -> Database:
        return database

    async def given_rules() -> AuthRules:
        return rules

    async def given_counts() -> LocalCounts | None:
        return counted

    async def given_issuer() -> Issuer | None:
        return Issuer(home, secret) if tokens == "on" else None

    async def given_options() -> Options:
        return Options(accounts, home, secret, mailer, floor)

    overrides = {
        container.database: given_database,
        auth_rules: given_rules,
        counts.local_counts: given_counts,
        account_options.account_options: given_options,
        token.token_issuer: given_issuer,
    }
    return given(_routed(), overrides)


@cache
def _routed() -> FastAPI:
    return build_app(*(module.router for module in MODULES))


@pytest.fixture(autouse=True)
def hashes_of_every_test(remembered_hashes: None) -> None:
    """Hundreds of people sign up here with one password, and come back with it."""


@pytest.fixture(scope="session")
def opened(postgres: Postgres) -> Generator[Counting]:
    database = Counting(open_database(DatabaseSettings(postgres.app_url, "pooled")))
    yield database
    database.close()


@pytest.fixture
def connections(postgres: Postgres) -> Callable[[int], AbstractContextManager[list[Database]]]:
    """Opens that many databases at once, as so many containers would."""

    @contextmanager
    def open_several(count: int) -> Generator[list[Database]]:
        opened = [open_database(DatabaseSettings(postgres.app_url, "pooled")) for _ in range(count)]
        yield opened
        for database in opened:
            database.close()

    return open_several


@pytest.fixture(scope="session")
def owner(postgres: Postgres) -> Generator[psycopg.Connection[tuple[Any, ...]]]:
    with psycopg.connect(postgres.owner_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def routes(opened: Counting, owner: psycopg.Connection[tuple[Any, ...]]) -> Routes:
    opened.round_trips = 0
    mailbox = Mailbox()
    return Routes(app_on(opened, mailer=mailbox), opened, owner, mailbox)


@pytest.fixture
def routes_with(routes: Routes) -> Callable[[AccountSettings], Routes]:
    """The same API with other options of accounts."""
    return lambda accounts: replace(routes, app=app_on(routes.database, accounts=accounts, mailer=routes.mailbox))


@pytest.fixture
def email() -> str:
    return f"{uuid4().hex}@example.com"


@pytest.fixture
def cookie(routes: Routes, email: str) -> str:
    """The `Cookie` header of somebody who has just signed up as `email`."""
    response = routes.sign_up(email)
    routes.database.round_trips = 0
    return cookie_header(response)


def cookies_of(response: httpx.Response) -> dict[str, str]:
    """Name -> value and attributes of each `Set-Cookie`."""
    split = [cookie.partition("=") for cookie in response.headers.get_list("set-cookie")]
    return {name: rest for name, _, rest in split}


def session_cookies_of(response: httpx.Response) -> dict[str, str]:
    """The same without what only says that somebody has been let in before."""
    return {name: rest for name, rest in cookies_of(response).items() if not name.endswith(".known_device")}


def cookie_header(response: httpx.Response) -> str:
    """What a browser sends after this answer, to be known by."""
    kept = {name: rest.partition(";")[0] for name, rest in session_cookies_of(response).items()}
    return "; ".join(f"{name}={value}" for name, value in kept.items() if value)


def signed(token: str, secret: str = SECRET) -> str:
    """A `Cookie` header with this token, signed."""
    return f"{TOKEN}={sign(token, secret)}"


def somebody(routes: Routes, email: str) -> tuple[str, str]:
    """The id and the session token of somebody who signed up just now, without the time that hashing takes."""
    user_id, token = new_identifier(), new_identifier()
    routes.rows(
        'insert into "user" (id, name, email, "emailVerified") values (%s, %s, %s, false)', user_id, "Ann", email
    )
    routes.rows(
        """insert into account (id, "accountId", "providerId", "userId", password, "updatedAt")
        values (%s, %s, 'credential', %s, %s, now())""",
        *[user_id] * 3,
        _hash_of(PASSWORD),
    )
    routes.rows(
        """insert into session (id, token, "userId", "expiresAt", "updatedAt", "ipAddress", "userAgent")
        values (%s, %s, %s, now() + interval '7 days', now(), %s, %s)""",
        *[new_identifier(), token, user_id, ADDRESS, PROGRAM],
    )
    routes.database.round_trips = 0
    return user_id, token


@cache
def _hash_of(password: str) -> str:
    return hashed(password, "bcrypt")
