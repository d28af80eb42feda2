from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

import pytest

from shared.auth.email_tokens import EmailToken
from shared.db import open_database
from shared.settings import DatabaseSettings
from tests.integration.auth.conftest import PASSWORD, SECRET, Counting, Routes, app_on, signed

if TYPE_CHECKING:
    from collections.abc import Generator

    from shared.settings import Transport

ASKED: list[tuple[str, str, object]] = [
    ("POST", "/sign-up/email", {"name": "Ann", "email": "ann@example.com", "password": PASSWORD}),
    ("POST", "/sign-in/email", {"email": "ann@example.com", "password": PASSWORD}),
    ("POST", "/sign-out", {}),
    ("GET", "/get-session", None),
    ("GET", "/list-sessions", None),
    ("POST", "/revoke-session", {"token": "x" * 32}),
    ("POST", "/revoke-sessions", {}),
    ("POST", "/revoke-other-sessions", {}),
    ("POST", "/update-user", {"name": "Ann"}),
    ("GET", "/list-accounts", None),
    ("POST", "/change-password", {"currentPassword": PASSWORD, "newPassword": PASSWORD}),
    ("POST", "/verify-password", {"password": PASSWORD}),
    ("POST", "/request-password-reset", {"email": "ann@example.com"}),
    ("GET", "/reset-password/some-token?callbackURL=/new", None),
    ("POST", "/reset-password", {"newPassword": PASSWORD, "token": "some-token"}),
    ("POST", "/change-email", {"newEmail": "ann2@example.com"}),
    ("POST", "/send-verification-email", {"email": "ann@example.com"}),
    ("GET", f"/verify-email?token={EmailToken('ann@example.com').signed(SECRET)}", None),
    ("GET", f"/verify-email?token={EmailToken('ann@example.com').signed(SECRET)}&callbackURL=/done", None),
    ("POST", "/delete-user", {}),
    ("POST", "/delete-user", {"password": PASSWORD}),
    ("GET", "/delete-user/callback?token=some-token", None),
]


@pytest.fixture(params=["http", "pooled"])
def away(request: pytest.FixtureRequest, routes: Routes) -> Generator[Routes]:
    """The same API, with a database that refuses every connection."""
    transport: Transport = request.param
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    url = f"postgresql://docs_app:secret@127.0.0.1:{port}/docs"
    database = Counting(open_database(DatabaseSettings(url, transport, f"http://127.0.0.1:{port}/sql")))
    yield Routes(app_on(database, mailer=routes.mailbox), database, routes.owner)
    database.close()


@pytest.mark.timed
@pytest.mark.parametrize(("method", "path", "json"), ASKED)
def test_while_the_database_is_away_every_route_says_so_and_leaves_the_cookies_alone(
    away: Routes, method: str, path: str, json: object
) -> None:
    began = time.monotonic()
    response = away.call(method, path, json=json, headers={"cookie": signed("x" * 32)})
    assert response.status_code == 503
    assert response.json() == {
        "message": "Accounts and history are not available right now. Please try again.",
        "code": "database_unavailable",
    }
    assert int(response.headers["retry-after"]) > 0
    assert "set-cookie" not in response.headers
    assert response.headers["x-request-id"]
    assert time.monotonic() - began < 2


def test_a_guest_is_a_guest_whether_the_database_is_there_or_not(away: Routes) -> None:
    assert away.call("GET", "/get-session").text == "null"
    assert away.call("POST", "/sign-out", json={}).json() == {"success": True}
