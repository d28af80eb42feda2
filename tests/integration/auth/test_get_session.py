from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from shared.auth.browser.cookies import sign
from shared.auth.rows.sessions import look_up_session
from tests.integration.auth.conftest import ADDRESS, EVIL, SECRET, TOKEN, cookie_header, cookies_of, signed

if TYPE_CHECKING:
    from tests.integration.auth.conftest import Routes

ENDED = "; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"


def token_of(cookie: str) -> str:
    return cookie.removeprefix(f"{TOKEN}=").partition(".")[0]


def give(routes: Routes, cookie: str, left: timedelta) -> None:
    routes.rows('update session set "expiresAt" = %s where token = %s', datetime.now(UTC) + left, token_of(cookie))


def test_the_session_is_read_back_in_one_round_trip(routes: Routes, email: str, cookie: str) -> None:
    response = routes.session(cookie)
    assert routes.database.round_trips == 1
    body = response.json()
    assert list(body) == ["session", "user"]
    assert list(body["session"]) == [
        *("expiresAt", "token", "createdAt", "updatedAt", "ipAddress", "userAgent", "userId", "id")
    ]
    assert body["user"]["email"] == email
    assert body["session"]["userId"] == body["user"]["id"]
    assert body["session"]["token"] == token_of(cookie)
    assert body["session"]["ipAddress"] == ADDRESS
    assert "password" not in response.text


def test_a_session_lives_to_its_very_end_and_is_removed_after_it(routes: Routes, cookie: str) -> None:
    token, database = token_of(cookie), routes.database
    stored = 'select "expiresAt" from session where token = %s'
    [[ends]] = routes.rows(stored, token)
    assert look_up_session(database, token, ends, prolong=False, longest=None)
    assert routes.rows(stored, token) == [(ends,)]
    assert look_up_session(database, token, ends + timedelta(milliseconds=1), prolong=False, longest=None) is None
    assert routes.rows(stored, token) == []


def test_the_answer_is_never_kept_and_sets_no_cookie_while_the_session_is_young(routes: Routes, cookie: str) -> None:
    response = routes.session(cookie)
    assert (response.headers["cache-control"], response.headers["pragma"]) == ("no-store", "no-cache")
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize("sent", ["", "a=b", f"{TOKEN}=", f"{TOKEN}=forged", signed("x" * 32, "b" * 32)])
def test_without_a_good_signature_nobody_is_signed_in_and_no_database_is_asked(routes: Routes, sent: str) -> None:
    response = routes.session(sent)
    assert (response.status_code, response.text) == (200, "null")
    assert response.headers["cache-control"] == "no-store"
    assert "set-cookie" not in response.headers
    assert routes.database.round_trips == 0


def test_a_session_that_is_gone_takes_its_cookies_along(routes: Routes) -> None:
    response = routes.session(signed("x" * 32))
    assert response.text == "null"
    assert list(cookies_of(response).values()) == [ENDED] * 3


def test_an_expired_session_is_removed_and_takes_its_cookies_along(routes: Routes, cookie: str) -> None:
    give(routes, cookie, -timedelta(seconds=1))
    response = routes.session(cookie)
    assert response.text == "null"
    assert list(cookies_of(response)) == [TOKEN, "better-auth.session_data", "better-auth.dont_remember"]
    assert routes.database.round_trips == 1
    assert routes.rows("select id from session where token = %s", token_of(cookie)) == []


def test_a_session_that_is_a_day_old_gets_seven_days_again(routes: Routes, cookie: str) -> None:
    give(routes, cookie, timedelta(days=6) - timedelta(seconds=2))
    response = routes.session(cookie)
    assert routes.database.round_trips == 1
    assert cookies_of(response)[TOKEN].endswith("; Max-Age=604800; Path=/; HttpOnly; SameSite=Lax")
    assert cookie_header(response) == cookie
    session = response.json()["session"]
    ends = datetime.fromisoformat(session["expiresAt"])
    assert timedelta(days=7) - timedelta(minutes=1) < ends - datetime.now(UTC) <= timedelta(days=7)
    assert session["updatedAt"] > session["createdAt"]
    assert routes.rows('select "expiresAt" from session where token = %s', token_of(cookie)) == [(ends,)]


def sign_in_days_ago(routes: Routes, cookie: str, days: int) -> None:
    """As if the reader had come back ever since."""
    routes.rows(
        'update session set "createdAt" = now() - make_interval(days => %s) where token = %s', days, token_of(cookie)
    )
    give(routes, cookie, timedelta(days=5))


def days_left(routes: Routes, cookie: str) -> float:
    [[ends]] = routes.rows('select "expiresAt" from session where token = %s', token_of(cookie))
    return (ends - datetime.now(UTC)) / timedelta(days=1)


def test_a_session_ends_ninety_days_after_it_began_however_often_it_is_used(routes: Routes, cookie: str) -> None:
    sign_in_days_ago(routes, cookie, 84)
    assert "set-cookie" in routes.session(cookie).headers
    assert 5.9 < days_left(routes, cookie) <= 6
    again = routes.session(cookie)
    assert again.json() is not None
    assert "set-cookie" not in again.headers, "there is nothing left to prolong, and nothing is written"
    sign_in_days_ago(routes, cookie, 91)
    listed = routes.session(cookie, "/list-accounts")
    assert (listed.status_code, "set-cookie" in listed.headers) == (200, False), "it goes on until its own end"
    assert 4.9 < days_left(routes, cookie) <= 5


@pytest.mark.parametrize("setting", [("SESSION_DAYS", "0"), ("ACCOUNT_DEFAULTS", "original")])
def test_a_site_may_let_sessions_that_are_used_go_on_for_ever(
    routes: Routes, cookie: str, setting: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(*setting)
    sign_in_days_ago(routes, cookie, 1000)
    assert "set-cookie" in routes.session(cookie).headers
    assert days_left(routes, cookie) > 6.9


def test_a_session_younger_than_a_day_is_left_as_it_is(routes: Routes, cookie: str) -> None:
    give(routes, cookie, timedelta(days=6) + timedelta(minutes=1))
    before = routes.rows('select "expiresAt" from session where token = %s', token_of(cookie))
    assert "set-cookie" not in routes.session(cookie).headers
    assert routes.rows('select "expiresAt" from session where token = %s', token_of(cookie)) == before


@pytest.mark.parametrize(
    ("query", "prolongs"),
    [
        ("?disableRefresh=true", False),
        ("?disableRefresh=false", False),
        ("?disableRefresh=", True),
        ("?disableCookieCache=true", True),
        ("?nonsense", True),
    ],
)
def test_the_caller_may_ask_not_to_prolong(routes: Routes, cookie: str, query: str, *, prolongs: bool) -> None:
    give(routes, cookie, timedelta(days=1))
    response = routes.session(cookie, f"/get-session{query}")
    assert response.json()["session"]["token"] == token_of(cookie)
    assert ("set-cookie" in response.headers) is prolongs


def test_a_session_that_is_not_to_be_remembered_is_not_prolonged(routes: Routes, email: str, cookie: str) -> None:
    assert cookie
    forgetful = cookie_header(routes.sign_in(email, rememberMe=False))
    response = routes.session(forgetful)
    assert response.json()["user"]["email"] == email
    assert "set-cookie" not in response.headers


def test_a_forged_wish_not_to_be_remembered_does_not_count(routes: Routes, cookie: str) -> None:
    give(routes, cookie, timedelta(days=1))
    assert TOKEN in cookies_of(routes.session(f"{cookie}; better-auth.dont_remember=true.forged"))


def test_a_cached_session_that_nobody_reads_is_removed(routes: Routes, cookie: str) -> None:
    response = routes.session(f"{cookie}; better-auth.session_data=x")
    assert response.json() is not None
    assert cookies_of(response) == {"better-auth.session_data": ENDED}


def test_a_bearer_token_counts_like_the_cookie(routes: Routes, email: str, cookie: str) -> None:
    value = cookie.removeprefix(f"{TOKEN}=")
    response = routes.call("GET", "/get-session", headers={"authorization": f"Bearer {value}"})
    assert response.json()["user"]["email"] == email
    response = routes.call("GET", "/get-session", headers={"authorization": f"bearer {token_of(cookie)}"})
    assert response.json() is None, "a token without a signature is what the database holds, not what a client has"


def test_reading_needs_no_origin(routes: Routes, email: str, cookie: str) -> None:
    response = routes.call("GET", "/get-session", headers={"cookie": cookie, "origin": EVIL})
    assert response.json()["user"]["email"] == email


def test_posting_is_refused_as_better_auth_refuses_it(routes: Routes) -> None:
    response = routes.call("POST", "/get-session", json={})
    assert response.status_code == 405
    assert response.json()["code"] == "METHOD_NOT_ALLOWED_DEFER_SESSION_REQUIRED"


def test_dates_of_another_server_are_shown_in_milliseconds_and_utc(routes: Routes, cookie: str) -> None:
    routes.rows(
        """update session set "createdAt" = '2026-01-02 03:04:05.678901+05:30' where token = %s""", token_of(cookie)
    )
    assert routes.session(cookie).json()["session"]["createdAt"] == "2026-01-01T21:34:05.678Z"


def test_a_row_written_by_hand_is_a_session(routes: Routes, email: str) -> None:
    routes.rows('insert into "user" (id, name, email, "emailVerified") values (%s, %s, %s, true)', email, "H", email)
    routes.rows(
        """insert into session (id, token, "userId", "expiresAt", "updatedAt")
        values (%s, %s, %s, now() + interval '7 days', now())""",
        *[email] * 3,
    )
    body = routes.session(f"{TOKEN}={sign(email, SECRET)}").json()
    assert body["user"]["emailVerified"] is True
    assert (body["session"]["ipAddress"], body["session"]["userAgent"]) == (None, None)
