from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from shared.auth.browser.session_cache import read
from tests.integration.auth.conftest import SECRET, TOKEN, Routes, app_on, cookie_header, cookies_of, signed

if TYPE_CHECKING:
    import httpx

DATA = "better-auth.session_data"


@pytest.fixture
def caching(routes: Routes) -> Routes:
    return replace(routes, app=app_on(routes.database, session_cache_seconds=3600))


def cached(response: httpx.Response) -> tuple[str, str] | None:
    """Session id and user id that a browser has been given."""
    found = read(cookies_of(response)[DATA].partition(";")[0], SECRET, datetime.now(UTC))
    return (found.session_id, found.user_id) if found else None


def test_whoever_signs_in_gets_the_session_signed_into_a_cookie(caching: Routes, email: str) -> None:
    for response in (caching.sign_up(email), caching.sign_in(email), caching.sign_in(email, rememberMe=False)):
        [session_id] = caching.rows("select id from session where token = %s", response.json()["token"])[0]
        assert cached(response) == (session_id, response.json()["user"]["id"])
    assert cookies_of(caching.sign_in(email))[DATA].endswith("; Max-Age=3600; Path=/; HttpOnly; SameSite=Lax")


def test_asking_for_the_session_renews_the_cache_in_the_same_round_trip(caching: Routes, email: str) -> None:
    cookie = cookie_header(caching.sign_up(email))
    caching.database.round_trips = 0
    response = caching.session(cookie)
    assert list(cookies_of(response)) == [DATA]
    assert cached(response) == (response.json()["session"]["id"], response.json()["user"]["id"])
    assert caching.database.round_trips == 1


def test_a_revoked_session_is_gone_at_once_however_well_it_is_cached(caching: Routes, email: str) -> None:
    signed_up = caching.sign_up(email)
    caching.rows("delete from session where token = %s", signed_up.json()["token"])
    response = caching.session(cookie_header(signed_up))
    assert response.json() is None
    assert {TOKEN, DATA} <= set(cookies_of(response))


def test_the_cache_alone_signs_nobody_in(caching: Routes, email: str) -> None:
    data = cookie_header(caching.sign_up(email)).partition("; ")[2]
    assert data.startswith(DATA)
    caching.database.round_trips = 0
    assert caching.session(data).json() is None
    assert caching.session(f"{data}; {signed('x' * 32)}").json() is None


def test_signing_out_forgets_the_cache(caching: Routes, email: str) -> None:
    cookie = cookie_header(caching.sign_up(email))
    response = caching.call("POST", "/sign-out", json={}, headers={"cookie": cookie})
    assert cookies_of(response)[DATA].startswith("; Max-Age=0")
