"""The life of an account as a browser lives it: real functions behind the gateway, over each transport."""

from __future__ import annotations

import email
import email.policy
import re
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest

from tests.fixtures.loopback import client_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from infra.local.platform import Platform, Relays
    from shared.settings.database import Transport
    from tests.fixtures.platform import Person

TOKEN = "better-auth.session_token"
LINK = re.compile(r"/reset-password/([A-Za-z0-9]{24})\?callbackURL")


def test_signing_up_out_and_in_again(api: httpx.Client) -> None:
    credentials = {"email": f"{uuid4().hex}@example.com", "password": "correct horse battery"}
    user = api.post("/api/auth/sign-up/email", json=credentials | {"name": "Ann"}).json()["user"]
    assert api.get("/api/auth/get-session").json()["user"] == user
    assert api.post("/api/auth/sign-out", json={}).json() == {"success": True}
    assert TOKEN not in api.cookies
    assert api.get("/api/auth/get-session").json() is None
    assert api.post("/api/auth/sign-in/email", json=credentials | {"password": "wrong password"}).status_code == 401
    assert api.post("/api/auth/sign-in/email", json=credentials).json()["user"] == user
    assert api.get("/api/auth/get-session").json()["user"] == user


def test_a_cookie_that_is_copied_after_signing_out_is_worth_nothing(person: Person) -> None:
    cookie = f"{TOKEN}={person.api.cookies[TOKEN]}"
    person.api.post("/api/auth/sign-out")
    answer = person.api.get("/api/auth/get-session", headers={"cookie": cookie})
    assert answer.json() is None
    assert person.api.get("/api/conversations", headers={"cookie": cookie}).status_code == 401


def test_a_session_remembers_where_it_was_started(api: httpx.Client, platform: Platform) -> None:
    json = {"name": "Ann", "email": f"{uuid4().hex}@example.com", "password": "correct horse battery"}
    answer = api.post("/api/auth/sign-up/email", json=json, headers={"user-agent": "Browser/1.0"})
    with psycopg.connect(platform.postgres.owner_url) as connection:
        query = 'select "ipAddress", "userAgent" from session where token = %s'
        assert connection.execute(query, (answer.json()["token"],)).fetchall() == [("127.0.0.1", "Browser/1.0")]


def test_no_header_changes_where_a_session_was_started(api: httpx.Client, platform: Platform) -> None:
    json = {"name": "Ann", "email": f"{uuid4().hex}@example.com", "password": "correct horse battery"}
    answer = api.post("/api/auth/sign-up/email", json=json, headers={"x-forwarded-for": "198.51.100.1"})
    with psycopg.connect(platform.postgres.owner_url) as connection:
        query = 'select "ipAddress" from session where token = %s'
        assert connection.execute(query, (answer.json()["token"],)).fetchall() == [("127.0.0.1",)]


def test_from_a_list_of_sessions_to_leaving_for_good(new_person: Callable[[], Person], platform: Platform) -> None:
    person = new_person()
    api, credentials = person.api, {"email": person.email, "password": person.password}
    with client_of(str(api.base_url).rstrip("/")) as elsewhere:
        token = elsewhere.post("/api/auth/sign-in/email", json=credentials).json()["token"]
        assert token in [session["token"] for session in api.get("/api/auth/list-sessions").json()]
        assert api.post("/api/auth/revoke-session", json={"token": token}).json() == {"status": True}
        assert elsewhere.get("/api/auth/get-session").json() is None
    asked = api.post("/api/auth/request-password-reset", json={"email": person.email, "redirectTo": "/new"})
    assert asked.json()["status"] is True
    [link] = [found for text in mails_to(person.email, platform) for found in LINK.findall(text)]
    followed = api.get(f"/api/auth/reset-password/{link}", params={"callbackURL": "/new"}, follow_redirects=False)
    assert followed.headers["location"].endswith(f"/new?token={link}")
    changed = api.post("/api/auth/reset-password", json={"newPassword": "another password", "token": link})
    assert changed.json() == {"status": True}
    assert api.get("/api/auth/get-session").json() is None
    assert api.post("/api/auth/sign-in/email", json=credentials | {"password": "another password"}).status_code == 200
    assert api.patch("/api/profile", json={"consent": True, "language": "de"}).json()["language"] == "de"
    assert api.post("/api/auth/delete-user", json={"password": "another password"}).json()["success"] is True
    assert api.get("/api/auth/get-session").json() is None
    assert api.post("/api/auth/sign-in/email", json=credentials | {"password": "another password"}).status_code == 401


def mails_to(address: str, platform: Platform) -> list[str]:
    files = (platform.state.folder / "mail").iterdir()
    mails = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in files]
    bodies = [mail.get_body(("plain",)) for mail in mails if mail["To"] == address]
    return [body.get_content() for body in bodies if body]


@pytest.mark.parametrize("path", ["/ok/", "/nope", "/sign-up/email", "/sign-out"])
def test_unknown_paths_and_methods_are_nothing(api: httpx.Client, path: str) -> None:
    answer = api.get(f"/api/auth{path}")
    assert (answer.status_code, answer.content) == (404, b"")
    assert "content-type" not in answer.headers


@pytest.mark.parametrize(
    "path", ["/api/auth/get-session", "/api/auth/list-sessions", "/api/profile", "/api/conversations"]
)
def test_asking_as_somebody_costs_one_flight(person: Person, relays: Relays, transport: Transport, path: str) -> None:
    assert person.api.get(path).status_code == 200  # by now the function has its connection
    with relays.database(transport).count() as passed:
        assert person.api.get(path).status_code == 200
    assert (passed.flights, passed.connections) == (1, 0)


def test_a_forged_cookie_costs_none(api: httpx.Client, relays: Relays, transport: Transport) -> None:
    with relays.database(transport).count() as passed:
        answer = api.get("/api/auth/get-session", headers={"cookie": f"{TOKEN}={'x' * 32}.{'A' * 43}="})
    assert answer.json() is None
    assert passed.flights == 0


def test_an_outage_says_so_leaves_the_cookies_alone_and_passes(
    new_person: Callable[[], Person], relays: Relays, transport: Transport
) -> None:
    person = new_person()
    cookie = person.api.cookies[TOKEN]
    asked: list[tuple[str, str, object]] = [
        ("GET", "/api/auth/get-session", None),
        ("POST", "/api/auth/sign-out", {}),
        ("POST", "/api/auth/sign-in/email", {"email": person.email, "password": person.password}),
        ("POST", "/api/auth/sign-up/email", {"name": "B", "email": f"b-{person.email}", "password": person.password}),
    ]
    relays.database(transport).refuse()
    for method, path, json in asked:
        answer = person.api.request(method, path, json=json)
        assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
        assert int(answer.headers["retry-after"]) > 0
        assert "set-cookie" not in answer.headers
    assert person.api.cookies[TOKEN] == cookie
