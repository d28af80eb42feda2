from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from starlette.requests import Request

from functions.dependencies import callers
from functions.dependencies.callers import known_user, maybe_signed_in
from shared.auth.browser.cookies import sign
from shared.auth.identity.callers import SignedInDatabase
from shared.auth.identity.rules import AuthRules, KnownUser, bearer_token
from shared.auth.models import Session, SignedInUser, User
from shared.db import USUAL, Database, Rows, Statement, Transaction
from shared.errors import DatabaseUnavailable, NotSignedIn
from shared.settings.accounts import AuthSettings
from tests.unit.auth.vectors import SECRET

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from shared.settings.accounts import Bearer

RULES = AuthRules.of(AuthSettings(SECRET, "https://api.example.com", ("https://docs.example.com",)))
NAME = "__Secure-better-auth.session_token"
TOKEN = "t" * 32
COOKIE = f"{NAME}={sign(TOKEN, SECRET)}"
BEARER = f"Bearer {sign('b' * 32, SECRET)}"
NOW = datetime.now(UTC)
ANN = ("u", "Ann", "ann@example.com", False, None, NOW, NOW, "s", TOKEN, "u", NOW + timedelta(days=7), NOW, NOW, "", "")
QUESTION = Statement("select $1::int", (1,))


@dataclass
class Scripted(Database):
    """Remembers what it was asked to run, and finds one session, none, or is away."""

    session: tuple[object, ...] | None = ANN
    away: bool = False
    batches: list[tuple[Statement, ...]] = field(default_factory=list[tuple[Statement, ...]])
    idempotent: bool = False

    def run(self, *statements: Statement, idempotent: bool = False, transaction: Transaction = USUAL) -> list[Rows]:
        if self.away:
            raise DatabaseUnavailable
        self.batches.append(statements)
        self.idempotent, self.transaction = idempotent, transaction
        found = Rows((), (self.session,) if self.session else (), 1)
        return [found, *(Rows((), ((number,),), 1) for number in range(1, len(statements)))]

    def close(self) -> None:
        self.batches.clear()


def request(method: str = "GET", **headers: str) -> Request:
    sent = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    return Request({"type": "http", "method": method, "path": "/", "query_string": b"", "headers": sent})


def awaited(called: Coroutine[object, object, SignedInDatabase | None]) -> SignedInDatabase | None:
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(called)


def who(asked: Request, database: Database) -> SignedInDatabase | None:
    return awaited(maybe_signed_in(asked, RULES, database, None))


def presented(asked: Request) -> object:
    """The token that would be looked up, or None for a guest."""
    database = Scripted()
    signed_in = who(asked, database)
    if signed_in is None:
        return None
    signed_in.run()
    return database.batches[0][0].params[0]


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ({"cookie": COOKIE}, TOKEN),
        ({"authorization": BEARER}, "b" * 32),
        ({"authorization": BEARER.replace("Bearer", "bearer")}, "b" * 32),
        ({"cookie": COOKIE, "authorization": BEARER}, "b" * 32),
        ({"cookie": COOKIE, "authorization": "Bearer forged.signature"}, TOKEN),
        ({"cookie": COOKIE, "authorization": "Basic eDp5"}, TOKEN),
        ({"authorization": "Bearer \xff.\xff"}, None),
        ({"authorization": f"Bearer {TOKEN}"}, None),
        ({"cookie": COOKIE.removeprefix("__Secure-")}, None),
        ({"cookie": f"{NAME}={sign(TOKEN, 'the secret of another environment, 32+')}"}, None),
        ({"cookie": COOKIE[:-1]}, None),
        ({"cookie": f"{NAME}={TOKEN}"}, None),
        ({}, None),
    ],
)
def test_only_what_this_deployment_signed_names_a_session(headers: dict[str, str], token: str | None) -> None:
    assert presented(request(**headers)) == token


@pytest.mark.parametrize(
    ("origin", "token"), [("https://docs.example.com", TOKEN), ("https://evil.example.org", None), ("null", None)]
)
def test_a_cookie_that_a_foreign_page_made_the_browser_send_does_not_count(origin: str, token: str | None) -> None:
    assert presented(request("POST", cookie=COOKIE, origin=origin)) == token
    assert presented(request("POST", authorization=BEARER, origin=origin)) == "b" * 32


def test_nobody_asks_the_database_about_a_guest() -> None:
    database = Scripted(away=True)
    assert who(request(), database) is None
    with pytest.raises(NotSignedIn):
        awaited(callers.signed_in(None))


def test_who_is_asking_is_found_in_the_batch_of_what_is_asked() -> None:
    database = Scripted()
    signed_in = who(request(cookie=COOKIE), database)
    assert signed_in is not None
    [answer] = signed_in.run(QUESTION, idempotent=True)
    assert answer.values == ((1,),)
    assert [len(batch) for batch in database.batches] == [2]
    assert database.batches[0][1] is QUESTION
    assert database.idempotent
    assert signed_in.user is not None
    assert signed_in.user.name == "Ann"


def test_a_session_that_is_gone_is_no_session() -> None:
    signed_in = SignedInDatabase(Scripted(session=None), TOKEN)
    with pytest.raises(NotSignedIn):
        signed_in.run(QUESTION)
    assert signed_in.user is None


def test_an_outage_is_not_a_sign_out() -> None:
    signed_in = SignedInDatabase(Scripted(away=True), TOKEN)
    with pytest.raises(DatabaseUnavailable):
        signed_in.run(QUESTION)


def test_closing_closes_the_database_underneath() -> None:
    database = Scripted()
    signed_in = SignedInDatabase(database, TOKEN)
    signed_in.run(QUESTION)
    signed_in.close()
    assert database.batches == []


def known(asked: Request) -> KnownUser | None:
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(known_user(asked, RULES, None))


def test_an_outage_does_not_forget_who_is_asking_unless_a_foreign_page_made_the_browser_ask() -> None:
    user = User("u", "Ann", "ann@example.com", email_verified=False, image=None, created_at=NOW, updated_at=NOW)
    session = Session("s", TOKEN, "u", NOW + timedelta(days=7), NOW, NOW, "", "")
    [data] = RULES.cookies.for_cache(SignedInUser(user, session), {})
    cookies = f"{COOKIE}; {data.partition(';')[0]}"
    assert known(request("POST", cookie=cookies)) == KnownUser("u", "s")
    assert known(request("POST", cookie=cookies, origin="https://docs.example.com")) == KnownUser("u", "s")
    assert known(request("POST", cookie=cookies, origin="https://evil.example.org")) is None
    assert known(request("POST", cookie=cookies, authorization=BEARER)) is None, "that is another session's token"
    assert known(request("POST", cookie=COOKIE)) is None
    assert known(request("POST", cookie=data.partition(";")[0])) is None


@pytest.mark.parametrize(
    ("bearer", "sent", "token"),
    [
        ("off", BEARER, None),
        ("off", "Basic abc", None),
        ("signed", BEARER, "b" * 32),
        ("signed", f"Bearer {'b' * 32}", None),
        ("signed", f"Basic {sign('b' * 32, SECRET)}", None),
        ("raw", BEARER, "b" * 32),
        ("raw", f"bearer {'b' * 32}", "b" * 32),
    ],
)
def test_a_bearers_token_counts_as_the_deployment_says(bearer: Bearer, sent: str, token: str | None) -> None:
    settings = AuthSettings(SECRET, "https://api.example.com", bearer=bearer)
    assert bearer_token({"authorization": sent}, AuthRules.of(settings)) == token
