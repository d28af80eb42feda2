"""A class of 300, and floods of several kinds: who is answered and who is refused, as specs/limits.md says it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest

from functions.archive import import_all
from functions.chat import ask
from functions.conversations import list_all
from functions.dependencies import allowances, uses
from functions.dependencies import database as container
from functions.dependencies.book import book
from functions.dependencies.outbox import readers_outbox
from functions.dependencies.rules import auth_rules
from shared.allowance import QUESTIONS, Allowances
from shared.app import build_app
from shared.auth.identity.rules import AuthRules
from shared.errors import RetrievalUnavailable
from shared.retrieval.queries import RELEASED
from shared.settings.accounts import AuthSettings
from tests.docs.prose import table_rows
from tests.fixtures.clock import Clock
from tests.integration.auth.conftest import HOME, PASSWORD, SECRET, Routes, app_on, cookies_of, signed, somebody

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from fastapi import FastAPI
    from starlette.types import ASGIApp

    from shared.db import Database
    from shared.retrieval.models import Found
    from shared.retrieval.queries import Edition

CLASSROOM = "203.0.113.7"
QUESTION = {"message": "What is a node?"}


class NoBook:
    """Cannot be searched, which costs nothing; questions are stored all the same."""

    def search(self, question: str, *, limit: int = 8, edition: Edition = RELEASED) -> Found:
        del question, limit, edition
        raise RetrievalUnavailable


@dataclass(frozen=True, slots=True)
class Asking:
    """One request."""

    method: str
    path: str
    body: object = None
    token: str | None = None
    address: str = CLASSROOM


@pytest.fixture(autouse=True)
def _no_time_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USES_AN_HOUR", "720")


def container_on(database: Database) -> FastAPI:
    """One that has counted nothing yet, and for which no time passes."""
    rules = AuthRules.of(AuthSettings(SECRET, HOME))
    counted = Allowances(QUESTIONS, Clock())

    async def given_database() -> Database:
        return database

    async def given_rules() -> AuthRules:
        return rules

    async def given_allowances() -> Allowances:
        return counted

    async def nowhere() -> None:
        return None

    app = build_app(ask.router, list_all.router, import_all.router)
    app.dependency_overrides |= {
        container.database: given_database,
        auth_rules: given_rules,
        allowances.questions: given_allowances,
        book: NoBook,
        readers_outbox: nowhere,
    }
    return app


def told(apps: Sequence[ASGIApp], asked: Iterable[Asking]) -> list[httpx.Response]:
    """What each is told; the containers take turns."""

    async def answers() -> list[httpx.Response]:
        return [await _answer(apps[number % len(apps)], each) for number, each in enumerate(asked)]

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(answers())


async def _answer(app: ASGIApp, asking: Asking) -> httpx.Response:
    headers = {"origin": HOME} | ({"cookie": signed(asking.token)} if asking.token else {})
    transport = httpx.ASGITransport(app, client=(asking.address, 5000))
    async with httpx.AsyncClient(transport=transport, base_url=HOME) as client:
        return await client.request(asking.method, asking.path, json=asking.body, headers=headers)


def apart(routes: Routes, count: int) -> Iterator[FastAPI]:
    """Containers that do not know of each other."""
    for _ in range(count):
        yield container_on(routes.database)


def readers(routes: Routes, email: str, count: int) -> list[str]:
    """Tokens of so many people who are signed in."""
    made = routes.rows(
        """with people as (
            insert into "user" (id, name, email, "emailVerified")
            select md5(%s || n), 'Ann', n || '-' || %s, false from generate_series(1, %s) n returning id
        )
        insert into session (id, token, "userId", "expiresAt", "updatedAt")
        select id, md5('token' || id), id, now() + interval '1 day', now() from people returning token""",
        email,
        email,
        count,
    )
    return [token for (token,) in made]


class Crowds:
    """Each row of the table, by the words of its first column."""

    def __init__(self, routes: Routes, email: str) -> None:
        self._routes = routes
        self._email = email

    def a_class_of_readers(self) -> list[httpx.Response]:
        tokens = readers(self._routes, self._email, 300)
        asked = [Asking("POST", "/api/chat", QUESTION, token) for token in tokens for _ in range(2)]
        return told([*apart(self._routes, 2)], asked)

    def a_class_of_guests(self) -> list[httpx.Response]:
        return told([*apart(self._routes, 1)], [Asking("POST", "/api/chat", QUESTION)] * 300)

    def one_reader(self, method: str, path: str, body: object) -> list[httpx.Response]:
        _, token = somebody(self._routes, self._email)
        responses: list[httpx.Response] = []
        for app in apart(self._routes, 4):
            uses._counted_here.cache_clear()  # pyright: ignore[reportPrivateUsage] # noqa: SLF001 (another container)
            responses += told([app], [Asking(method, path, body, token)] * 75)
        return responses

    def a_guest(self, address: str) -> list[httpx.Response]:
        asked = [
            Asking("POST", "/api/chat", QUESTION, address=address.replace("N", f"{number:x}")) for number in range(600)
        ]
        return told([*apart(self._routes, 1)], asked)

    def strangers(self) -> tuple[list[httpx.Response], httpx.Response]:
        device = cookies_of(self._routes.sign_up(self._email))["better-auth.known_device"].partition(";")[0]
        app = app_on(self._routes.database, rate_limits="on")
        network = f"2001:db8:{uuid4().hex[:4]}"
        guess = {"email": self._email, "password": "a guess"}
        asked = [
            Asking("POST", "/api/auth/sign-in/email", guess, address=f"{network}:{number:x}::1")
            for number in range(100)
        ]
        guessed = told([app], asked)
        own = httpx.Request(
            "POST",
            f"{HOME}/api/auth/sign-in/email",
            json=guess | {"password": PASSWORD},
            headers={"origin": HOME, "cookie": f"better-auth.known_device={device}"},
        )
        return guessed, Routes(app, self._routes.database, self._routes.owner).send(own, f"{network}:ffff::1")


def expected(begins: str) -> tuple[int, int, int]:
    [row] = [row for row in table_rows("specs/limits.md", "## In figures") if row[0].startswith(begins)]
    return int(row[1]), int(row[2]), int(row[3])


def counted(responses: list[httpx.Response]) -> tuple[int, int, int]:
    refused = sum(each.status_code == 429 for each in responses)
    assert {each.status_code for each in responses} <= {200, 401, 429}
    return len(responses), len(responses) - refused, refused


@pytest.fixture
def crowds(routes: Routes, email: str) -> Crowds:
    return Crowds(routes, email)


@pytest.mark.long  # six hundred questions; tests/unit/test_floods.py has the rule
def test_a_class_of_readers_is_answered(crowds: Crowds) -> None:
    assert counted(crowds.a_class_of_readers()) == expected("a class: 300 readers")


@pytest.mark.long  # tests/unit/test_floods.py has the rule
def test_a_class_of_guests_is_answered(crowds: Crowds) -> None:
    assert counted(crowds.a_class_of_guests()) == expected("a class: 300 guests")


@pytest.mark.long  # tests/unit/test_floods.py has the rule
@pytest.mark.parametrize(
    ("begins", "method", "path", "body"),
    [
        ("one reader who floods the chat", "POST", "/api/chat", QUESTION),
        ("one reader who floods the search", "GET", "/api/conversations?search=node", None),
    ],
)
def test_a_reader_who_floods_is_refused_by_all_containers_together(
    crowds: Crowds, begins: str, method: str, path: str, body: object
) -> None:
    responses = crowds.one_reader(method, path, body)
    asked, answered, refused = counted(responses)
    comes_back = 10  # while the test runs, one each five seconds
    assert asked == expected(begins)[0]
    assert expected(begins)[1] <= answered <= expected(begins)[1] + comes_back
    last = responses[-1]
    assert refused == asked - answered
    assert last.json()["code"] == "too_many_requests"
    assert 1 <= int(last.headers["retry-after"]) <= 5


@pytest.mark.long
@pytest.mark.parametrize(
    ("begins", "address"),
    [
        ("a guest who floods the chat from one address", CLASSROOM),
        ("a guest who floods the chat from one `/64`", "2001:db8:1:2::N"),
    ],
)
def test_a_guest_who_floods_is_refused(crowds: Crowds, begins: str, address: str) -> None:
    assert counted(crowds.a_guest(address)) == expected(begins)


@pytest.mark.long  # tests/unit/test_floods.py has the rule
def test_strangers_who_guess_are_refused_and_the_owner_is_not(crowds: Crowds) -> None:
    guessed, own = crowds.strangers()
    assert counted(guessed) == expected("strangers who guess")
    assert counted([own]) == expected("the owner of that account")


def test_a_use_that_is_one_too_many_stores_nothing_and_comes_back_in_time(routes: Routes, email: str) -> None:
    user_id, token = somebody(routes, email)
    app = container_on(routes.database)
    asking = Asking("POST", "/api/chat", QUESTION, token)
    assert told([app], [asking])[0].status_code == 200
    key = f"use|chat|{user_id}"
    routes.rows("""update "rateLimit" set "lastRequest" = "lastRequest" + 3600000 where key = %s""", key)
    routes.database.round_trips = 0
    [refused] = told([app], [asking])
    assert (refused.status_code, routes.database.round_trips) == (429, 1)
    assert 3200 < int(refused.headers["retry-after"]) < 3600
    assert routes.rows("select count(*) from conversation where user_id = %s", user_id) == [(1,)]
    routes.rows("""update "rateLimit" set "lastRequest" = "lastRequest" - 3600000 where key = %s""", key)
    assert told([app], [asking])[0].status_code == 200


def test_imports_are_counted(routes: Routes, email: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USES_AN_HOUR", "24")
    _, token = somebody(routes, email)
    archive: dict[str, Any] = {"format": "docs-chatbot-history", "version": 1, "conversations": []}
    responses = told([container_on(routes.database)], [Asking("POST", "/api/import", archive, token)] * 3)
    assert [each.status_code for each in responses] == [200, 200, 429]
    assert int(responses[-1].headers["retry-after"]) <= 150


def test_a_site_may_let_readers_ask_as_often_as_they_like(
    routes: Routes, email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USES_AN_HOUR", "0")
    user_id, token = somebody(routes, email)
    asked = [Asking("GET", "/api/conversations?search=node", token=token)] * 70
    assert {each.status_code for each in told([container_on(routes.database)], asked)} == {200}
    assert routes.rows("""select key from "rateLimit" where key like %s""", f"use|%|{user_id}") == []
