from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest

from shared.auth.limits.in_container import Limit
from tests.integration.auth.conftest import HOME, PASSWORD, SECRET, Routes, app_on, cookie_header, cookies_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from shared.db import Database

TOO_MANY = {"message": "Too many requests. Please try again later."}


@pytest.fixture
def containers(routes: Routes) -> tuple[Routes, Routes]:
    """Two of them on one database, each with counts of its own."""
    return tuple(replace(routes, app=app_on(routes.database, rate_limits="on")) for _ in range(2))  # pyright: ignore[reportReturnType] (two of them)


@pytest.fixture
def address() -> str:
    """Nobody else's, so that no other test counts here."""
    return f"2001:db8:{uuid4().hex[:4]}:{uuid4().hex[:4]}::1"


def ask(routes: Routes, address: str, path: str = "/sign-in/email", **body: object) -> httpx.Response:
    headers = {"origin": HOME, "content-type": "application/json"}
    asked = {"email": f"{uuid4().hex}@example.com", "password": "wrong password"} | body
    return routes.send(httpx.Request("POST", f"{HOME}/api/auth{path}", headers=headers, json=asked), address)


def statuses(routes: Routes, address: str, times: int) -> list[int]:
    return [ask(routes, address).status_code for _ in range(times)]


def age(routes: Routes, key: str, seconds: int) -> None:
    routes.rows('update "rateLimit" set "lastRequest" = "lastRequest" - %s where key like %s', seconds * 1000, key)


def row(routes: Routes, key: str) -> list[tuple[Any, ...]]:
    return routes.rows('select count from "rateLimit" where key like %s', key)


def prefix(address: str) -> str:
    """How the address begins in a key: IPv6 is written in full."""
    return ":".join(part.zfill(4) for part in address.split(":")[:4]) + "%"


def test_the_fourth_sign_in_within_ten_seconds_is_refused_as_better_auth_refuses_it(
    containers: tuple[Routes, Routes], address: str
) -> None:
    here = containers[0]
    assert statuses(here, address, 3) == [401, 401, 401]
    refused = ask(here, address)
    assert (refused.status_code, refused.json()) == (429, TOO_MANY)
    assert refused.headers["x-retry-after"] == refused.headers["retry-after"] == "10"
    assert "set-cookie" not in refused.headers
    up = ask(here, address, "/sign-up/email", name="Ann", password=PASSWORD)
    assert up.status_code == 200, "each path has a counter of its own"
    assert ask(here, "203.0.113.250").status_code == 401, "so has each address"


def test_containers_count_together_without_a_further_round_trip(
    containers: tuple[Routes, Routes], address: str
) -> None:
    here, there = containers
    assert statuses(here, address, 3) == [401, 401, 401]
    here.database.round_trips = 0
    refused = ask(there, address)
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["x-retry-after"]) <= 10
    assert here.database.round_trips == 1
    assert ask(there, address).status_code == 429
    assert here.database.round_trips == 1, "what Postgres refused is remembered here"
    assert row(here, prefix(address)) == [(3,)]


def test_after_ten_seconds_of_silence_counting_begins_anew(containers: tuple[Routes, Routes], address: str) -> None:
    here, there = containers
    statuses(here, address, 3)
    age(here, prefix(address), 10)
    assert statuses(there, address, 3) == [401, 401, 401]
    assert row(here, prefix(address)) == [(3,)]


def test_a_sign_up_that_is_one_too_many_stores_nobody(
    containers: tuple[Routes, Routes], address: str, email: str
) -> None:
    here, there = containers
    for _ in range(3):
        ask(here, address, "/sign-up/email", name="Ann", password=PASSWORD)
    assert ask(there, address, "/sign-up/email", name="Ann", email=email, password=PASSWORD).status_code == 429
    assert here.rows('select id from "user" where email = %s', email) == []


def test_requests_that_make_no_sense_are_counted_too(containers: tuple[Routes, Routes], address: str) -> None:
    here, there = containers
    assert [ask(here, address, email=None).status_code for _ in range(3)] == [400, 400, 400]
    assert row(here, prefix(address)) == [(3,)]
    assert ask(there, address, email=None).status_code == 429


def test_of_many_requests_at_once_no_more_than_three_are_let_through(
    connections: Callable[[int], AbstractContextManager[list[Database]]], routes: Routes, address: str
) -> None:
    with connections(8) as opened, ThreadPoolExecutor(8) as threads:
        containers = [replace(routes, app=app_on(database, rate_limits="on")) for database in opened]
        asked = [threads.submit(ask, each, address) for each in containers]
        told = [each.result().status_code for each in asked]
    assert sorted(told) == [401] * 3 + [429] * 5


@pytest.mark.parametrize("exists", [True, False])
def test_ten_attempts_on_one_account_are_enough_from_wherever_they_come_and_whether_or_not_it_exists(
    containers: tuple[Routes, Routes], routes: Routes, email: str, *, exists: bool
) -> None:
    if exists:
        routes.sign_up(email)
    elsewhere = [f"2001:db8:{number}:{uuid4().hex[:4]}::1" for number in range(12)]
    told = [ask(containers[index % 2], each, email=email) for index, each in enumerate(elsewhere)]
    assert [each.status_code for each in told] == [401] * 10 + [429] * 2
    assert {each.text for each in told[10:]} == {told[-1].text}
    assert 600 < int(told[-1].headers["x-retry-after"]) <= 900
    assert ask(containers[0], "203.0.113.249", email=email, password=PASSWORD).status_code == 429


def test_signing_in_forgives_earlier_attempts(containers: tuple[Routes, Routes], routes: Routes, email: str) -> None:
    routes.sign_up(email)
    key = Limit.of_account(email, SECRET).key
    for number in range(9):
        ask(containers[0], f"2001:db8:{number}:{uuid4().hex[:4]}::1", email=email)
    assert row(routes, key) == [(9,)]
    routes.database.round_trips = 0
    signed_in = ask(containers[1], "203.0.113.248", email=email, password=PASSWORD)
    assert cookies_of(signed_in)
    assert routes.database.round_trips == 2
    assert row(routes, key) == []


def test_reading_a_session_is_counted_in_the_container_alone(containers: tuple[Routes, Routes]) -> None:
    here, there = containers
    before = row(here, "203.0.113.7|/get-session")
    assert [here.session("").status_code for _ in range(101)] == [200] * 100 + [429]
    assert there.session("").status_code == 200
    assert row(here, "203.0.113.7|/get-session") == before


def test_what_needs_no_database_is_counted_in_the_container(containers: tuple[Routes, Routes]) -> None:
    here = containers[0]
    assert [here.call("GET", "/ok").status_code for _ in range(101)] == [200] * 100 + [429]
    assert [here.call("GET", "/error").status_code for _ in range(101)] == [302] * 100 + [429]
    assert [here.call("POST", "/sign-in/nowhere").status_code for _ in range(4)] == [404] * 3 + [429]
    refused = here.call("GET", "/ok/")
    assert (refused.status_code, refused.json()) == (429, TOO_MANY), "slashes at the end do not count"
    assert refused.headers["x-retry-after"] == "10"
    assert here.database.round_trips == 0


def test_rows_of_a_better_auth_server_are_counted_on(containers: tuple[Routes, Routes], address: str) -> None:
    here = containers[0]
    full = prefix(address).removesuffix("%") + ":0000:0000:0000:0000|/sign-in/email"
    here.rows(
        """insert into "rateLimit" (id, key, count, "lastRequest")
        values (%s, %s, 2, floor(extract(epoch from now()) * 1000))""",
        uuid4().hex,
        full,
    )
    assert statuses(here, address, 2) == [401, 429]


def test_old_rows_are_swept_now_and_then(routes: Routes) -> None:
    old = uuid4().hex
    routes.rows("""insert into "rateLimit" (id, key, count, "lastRequest") values (%s, %s, 1, 1)""", old, old)
    routes.rows("select setseed(0)")
    routes.rows("select count(count_request(%s || n::text, 10, 3)) from generate_series(1, 1000) n", old)
    assert row(routes, old) == []
    routes.rows('delete from "rateLimit" where key like %s', f"{old}%")


@pytest.fixture
def behind_a_host(routes: Routes) -> Routes:
    """Where all readers seem to come from one address, so that `RATE_LIMITS=off` is set."""
    return replace(routes, app=app_on(routes.database, mailer=routes.mailbox, rate_limits="off"))


def test_attempts_on_one_account_are_counted_though_addresses_are_not(behind_a_host: Routes) -> None:
    email = f"{uuid4().hex}@example.com"
    behind_a_host.sign_up(email)
    told = [behind_a_host.sign_in(email, "a wrong password").status_code for _ in range(11)]
    assert told == [401] * 10 + [429]
    assert behind_a_host.sign_in(email).status_code == 429
    others = [behind_a_host.sign_in(f"{uuid4().hex}@example.com").status_code for _ in range(3)]
    assert others == [401] * 3


@pytest.mark.parametrize("path", ["/verify-password", "/change-password", "/delete-user"])
def test_a_stolen_session_is_no_place_to_guess_the_password_from(behind_a_host: Routes, path: str) -> None:
    email = f"{uuid4().hex}@example.com"
    cookie = cookie_header(behind_a_host.sign_up(email))
    guess = {"password": "a guess", "currentPassword": "a guess", "newPassword": "another password"}
    told = [behind_a_host.call("POST", path, json=guess, headers={"cookie": cookie}).status_code for _ in range(11)]
    assert set(told[:10]) == {400}
    assert told[10] == 429
    assert behind_a_host.sign_in(email).status_code == 200
