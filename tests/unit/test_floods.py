"""Questions behind one address: a class is answered, a flood is not, and whoever is signed in does not feel it."""

from __future__ import annotations

import asyncio
import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import pytest

from functions.chat import ask
from functions.dependencies import database as container
from functions.dependencies.allowances import questions
from functions.dependencies.book import book
from functions.dependencies.callers import reader
from functions.dependencies.outbox import readers_outbox
from functions.dependencies.rules import auth_rules
from functions.search import passages
from shared.allowance import QUESTIONS, Allowances
from shared.app import build_app
from shared.auth.addresses import normalised_ip
from shared.auth.identity.callers import SignedInDatabase
from shared.auth.identity.rules import AuthRules
from shared.db.batch import USUAL, Database, Rows, Statement, Transaction
from shared.errors import DatabaseUnavailable, RetrievalUnavailable
from shared.retrieval.queries import RELEASED
from shared.settings.accounts import AuthSettings

if TYPE_CHECKING:
    from fastapi import FastAPI

    from shared.retrieval.models import Found
    from shared.retrieval.queries import Edition

CLASSROOM, ELSEWHERE = "203.0.113.7", "198.51.100.1"
SETTINGS = AuthSettings("unit-test-secret-0123456789-abcdefghijkl", "https://api.example.com")


@dataclass
class Clock:
    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class NoBook:
    """Cannot be searched, which costs nothing."""

    def search(self, question: str, *, limit: int = 8, edition: Edition = RELEASED) -> Found:
        del question, limit, edition
        raise RetrievalUnavailable


class Away(Database):
    """The database of somebody signed in, during an outage."""

    def run(self, *statements: Statement, idempotent: bool = False, transaction: Transaction = USUAL) -> list[Rows]:
        del statements, idempotent, transaction
        raise DatabaseUnavailable

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def counted(clock: Clock) -> Allowances:
    return Allowances(QUESTIONS, clock)


@pytest.fixture
def app(counted: Allowances) -> FastAPI:
    async def counts() -> Allowances:
        return counted

    async def nobody() -> None:
        return None

    async def rules() -> AuthRules:
        return AuthRules.of(SETTINGS)

    app = build_app(ask.router, passages.router)

    async def away() -> Database:
        return Away()

    app.dependency_overrides |= {
        questions: counts,
        container.database: away,
        book: NoBook,
        reader: nobody,
        readers_outbox: nobody,
        auth_rules: rules,
    }
    return app


def statuses(app: FastAPI, times: int, address: str = CLASSROOM, path: str = "/api/chat") -> list[httpx.Response]:
    async def asked() -> list[httpx.Response]:
        given: list[httpx.Response] = []
        for number in range(times):
            transport = httpx.ASGITransport(app, client=(address.replace("N", f"{number:x}"), 5000))
            async with httpx.AsyncClient(transport=transport, base_url="https://api.example.com") as client:
                asking = (
                    client.post(path, json={"message": "What is a node?"}) if path == "/api/chat" else client.get(path)
                )
                given.append(await asking)
        return given

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(asked())


def answered(responses: list[httpx.Response]) -> int:
    assert {each.status_code for each in responses} <= {200, 429, 503}
    return sum(each.status_code != 429 for each in responses)


def taken(counted: Allowances, times: int, address: str = CLASSROOM) -> None:
    """What was asked before, without a request each."""
    for _ in range(times):
        counted.take(address)


@pytest.mark.parametrize("path", ["/api/chat", "/api/search?q=node"])
def test_a_class_is_answered_and_a_flood_is_refused_with_when_to_come_back(
    app: FastAPI, counted: Allowances, path: str
) -> None:
    taken(counted, 270)
    assert answered(statuses(app, 30, path=path)) == 30
    refused = statuses(app, 5, path=path)
    assert answered(refused) == 0
    assert refused[0].json()["code"] == "too_many_requests"
    assert refused[0].headers["retry-after"] == "1"
    assert answered(statuses(app, 1, ELSEWHERE, path)) == 1


def test_a_household_of_ipv6_is_one_address(app: FastAPI, counted: Allowances) -> None:
    taken(counted, 290, normalised_ip("2001:db8:1:2::"))
    assert answered(statuses(app, 20, "2001:db8:1:2::N")) == 10


def test_search_and_chat_draw_on_the_same_allowance(app: FastAPI, counted: Allowances) -> None:
    taken(counted, 290)
    assert answered(statuses(app, 7, path="/api/search?q=node")) == 7
    assert answered(statuses(app, 7)) == 3


def test_whoever_is_signed_in_has_an_allowance_of_their_own_though_the_database_is_away(app: FastAPI) -> None:
    async def somebody() -> Database:
        return SignedInDatabase(Away(), "another token")

    app.dependency_overrides[reader] = somebody
    began = time.time()
    asked = answered(statuses(app, 90))
    # a question comes back each five seconds, and the container counts by its own clock
    assert 60 <= asked <= 60 + math.ceil((time.time() - began) / 5)


def test_whoever_is_signed_in_does_not_count_for_the_address(app: FastAPI, counted: Allowances) -> None:
    taken(counted, 300)

    async def somebody() -> Database:
        return SignedInDatabase(Away(), "a token")

    app.dependency_overrides[reader] = somebody
    assert {each.status_code for each in statuses(app, 3)} == {200}
