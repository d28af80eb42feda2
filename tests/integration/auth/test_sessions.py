from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.auth.conftest import EVIL, PASSWORD, TOKEN, cookies_of, signed, somebody

if TYPE_CHECKING:
    from tests.integration.auth.conftest import Routes

ENDED = "; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"
NAMES = [TOKEN, "better-auth.session_data", "better-auth.dont_remember"]
ROUTES: list[tuple[str, str, object]] = [
    ("GET", "/list-sessions", None),
    ("POST", "/revoke-session", {"token": "x"}),
    ("POST", "/revoke-sessions", {}),
    ("POST", "/revoke-other-sessions", {}),
    ("POST", "/update-user", {"name": "Eve"}),
    ("GET", "/list-accounts", None),
    ("POST", "/change-password", {"currentPassword": PASSWORD, "newPassword": "another password"}),
    ("POST", "/verify-password", {"password": PASSWORD}),
    ("POST", "/change-email", {"newEmail": "eve@example.com"}),
    ("POST", "/delete-user", {}),
]
"""What needs a session."""


@pytest.mark.parametrize(("method", "path", "json"), ROUTES)
def test_a_guest_is_refused_without_asking_the_database(routes: Routes, method: str, path: str, json: object) -> None:
    forged = [None, f"{TOKEN}=forged.signature", signed("x" * 32, "the secret of another environment, 32+")]
    for cookie in forged:
        response = routes.call(method, path, json=json, headers={"cookie": cookie} if cookie else {})
        assert (response.status_code, response.json()) == (401, {"message": "Unauthorized", "code": "UNAUTHORIZED"})
        assert "set-cookie" not in response.headers
    assert routes.database.round_trips == 0


@pytest.mark.parametrize(("method", "path", "json"), ROUTES)
def test_a_session_that_has_ended_is_refused_forgotten_and_does_nothing(
    routes: Routes, email: str, method: str, path: str, json: object
) -> None:
    user_id, token = somebody(routes, email)
    other = routes.sign_in(email).json()["token"]
    routes.rows("""update session set "expiresAt" = now() - interval '1 second' where token = %s""", token)
    before = routes.rows('select * from "user" where id = %s', user_id)
    response = routes.call(method, path, json=json, headers={"cookie": signed(token)})
    assert (response.status_code, response.json()["code"]) == (401, "UNAUTHORIZED")
    assert cookies_of(response) == dict.fromkeys(NAMES, ENDED)
    assert routes.rows('select * from "user" where id = %s', user_id) == before
    assert routes.rows('select token from session where "userId" = %s', user_id) == [(other,)]


@pytest.mark.parametrize(("method", "path", "json"), [route for route in ROUTES if route[0] == "POST"])
def test_another_site_cannot_ask_in_the_name_of_its_visitor(
    routes: Routes, cookie: str, method: str, path: str, json: object
) -> None:
    for origin in (EVIL, None, "null"):
        response = routes.call(method, path, json=json, headers={"cookie": cookie}, origin=origin)
        assert response.status_code == 403
    assert routes.database.round_trips == 0


def test_a_session_that_is_due_is_prolonged_whatever_is_asked(routes: Routes, email: str) -> None:
    _, token = somebody(routes, email)
    for path, query, prolonged in [("/list-sessions", "", True), ("/list-sessions", "?disableRefresh=1", False)]:
        routes.rows("""update session set "expiresAt" = now() + interval '5 days' where token = %s""", token)
        response = routes.session(signed(token), path + query)
        assert ("Max-Age=604800" in str(cookies_of(response).get(TOKEN))) is prolonged
        left = routes.rows("""select "expiresAt" > now() + interval '6 days' from session where token = %s""", token)
        assert left == [(prolonged,)]


def test_the_list_holds_the_users_live_sessions_oldest_first_in_one_round_trip(routes: Routes, email: str) -> None:
    user_id, first = somebody(routes, email)
    second, third = (routes.sign_in(email).json()["token"] for _ in range(2))
    routes.rows("""update session set "expiresAt" = now() - interval '1 second' where token = %s""", third)
    routes.sign_up(f"other-{email}")
    routes.database.round_trips = 0
    listed = routes.session(signed(first), "/list-sessions").json()
    assert [session["token"] for session in listed] == [first, second]
    assert {session["userId"] for session in listed} == {user_id}
    names = ["expiresAt", "token", "createdAt", "updatedAt", "ipAddress", "userAgent", "userId", "id"]
    assert all(list(session) == names for session in listed)
    assert routes.database.round_trips == 1


def test_the_list_needs_a_session_of_today(routes: Routes, email: str) -> None:
    _, token = somebody(routes, email)
    routes.rows("""update session set "createdAt" = now() - interval '24 hours' where token = %s""", token)
    response = routes.session(signed(token), "/list-sessions")
    assert (response.status_code, response.json()["code"]) == (403, "SESSION_NOT_FRESH")
    assert "set-cookie" not in response.headers


def test_one_of_the_users_other_sessions_is_ended_in_one_round_trip(routes: Routes, email: str) -> None:
    _, mine = somebody(routes, email)
    other = routes.sign_in(email).json()["token"]
    routes.database.round_trips = 0
    response = routes.call("POST", "/revoke-session", json={"token": other}, headers={"cookie": signed(mine)})
    assert response.json() == {"status": True}
    assert "set-cookie" not in response.headers
    assert routes.database.round_trips == 1
    assert routes.session(signed(other)).json() is None
    assert routes.session(signed(mine)).json() is not None


def test_somebody_elses_session_stays_and_the_answer_does_not_tell(routes: Routes, email: str, cookie: str) -> None:
    _, foreign = somebody(routes, f"other-{email}")
    for token in (foreign, "x" * 32, "", "\0"):
        response = routes.call("POST", "/revoke-session", json={"token": token}, headers={"cookie": cookie})
        assert (response.status_code, response.json()) == (200, {"status": True})
    assert routes.session(signed(foreign)).json() is not None


def test_ending_the_session_that_asks_ends_its_cookies(routes: Routes, email: str) -> None:
    _, token = somebody(routes, email)
    response = routes.call("POST", "/revoke-session", json={"token": token}, headers={"cookie": signed(token)})
    assert response.json() == {"status": True}
    assert cookies_of(response) == dict.fromkeys(NAMES, ENDED)
    assert routes.session(signed(token)).json() is None


@pytest.mark.parametrize(("path", "survivors"), [("/revoke-other-sessions", 1), ("/revoke-sessions", 0)])
def test_all_sessions_or_all_others_end_in_one_round_trip(
    routes: Routes, email: str, path: str, survivors: int
) -> None:
    user_id, mine = somebody(routes, email)
    _, foreign = somebody(routes, f"other-{email}")
    for _ in range(3):
        routes.sign_in(email)
    routes.database.round_trips = 0
    response = routes.call("POST", path, json={}, headers={"cookie": signed(mine)})
    assert response.json() == {"status": True}
    assert routes.database.round_trips == 1
    assert cookies_of(response) == ({} if survivors else dict.fromkeys(NAMES, ENDED))
    assert routes.rows('select token from session where "userId" = %s', user_id) == [(mine,)] * survivors
    assert routes.session(signed(foreign)).json() is not None
