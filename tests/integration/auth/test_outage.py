from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from functions.dependencies.limits import limited_database
from infra.local.ports import free_port
from shared.auth.browser.cookies import sign
from shared.db.attempts import BATCH_SECONDS
from shared.db.opening import open_database
from shared.settings.database import DatabaseSettings
from tests.fixtures.stopwatch import Stopwatch
from tests.integration.auth.conftest import SECRET, Counting, Routes, app_on, signed
from tests.integration.auth.requests import NAMES, REQUESTS, linked
from tests.unit.auth.every_route import asked_for, auth_routes

if TYPE_CHECKING:
    from collections.abc import Generator

    from shared.settings.database import Transport


@pytest.fixture(params=["http", "pooled"])
def away(request: pytest.FixtureRequest, routes: Routes) -> Generator[Routes]:
    """The same API, with a database that refuses every connection."""
    transport: Transport = request.param
    port = free_port()
    url = f"postgresql://docs_app:secret@127.0.0.1:{port}/docs"
    database = Counting(open_database(DatabaseSettings(url, transport, f"http://127.0.0.1:{port}/sql")))
    yield Routes(app_on(database, mailer=routes.mailbox), database, routes.owner)
    database.close()


@pytest.mark.parametrize(("method", "path", "json"), REQUESTS, ids=NAMES)
def test_while_the_database_is_away_every_route_says_so_and_leaves_the_cookies_alone(
    away: Routes, method: str, path: str, json: object
) -> None:
    with Stopwatch() as took:
        response = away.call(method, linked(path), json=json, headers={"cookie": signed("x" * 32)})
    assert response.status_code == 503
    assert response.json() == {
        "message": "Accounts and history are not available right now. Please try again.",
        "code": "database_unavailable",
    }
    assert int(response.headers["retry-after"]) > 0
    assert "set-cookie" not in response.headers
    assert response.headers["x-request-id"]
    assert took.least < BATCH_SECONDS, "nobody waits for a refused port"


def test_a_guest_is_a_guest_whether_the_database_is_there_or_not(away: Routes) -> None:
    assert away.call("GET", "/get-session").text == "null"
    assert away.call("POST", "/sign-out", json={}).json() == {"success": True}


def test_every_route_that_asks_the_database_is_among_them() -> None:
    paths = [(method, f"/api/auth{path.partition('?')[0]}") for method, path, _ in REQUESTS]
    missing = {
        f"{method} {route.path}"
        for route in auth_routes()
        for method in route.methods or ()
        if limited_database in asked_for(route.dependant)
        and not any(method == asked and route.path_regex.match(path) for asked, path in paths)
    }
    assert missing == {
        "POST /api/auth/get-session",  # asks no database: it is a 405
        *("POST /api/auth/two-factor/verify-totp", "POST /api/auth/two-factor/verify-backup-code"),  # the test below
    }


@pytest.mark.parametrize("path", ["/two-factor/verify-totp", "/two-factor/verify-backup-code"])
def test_a_challenge_outlives_an_outage(away: Routes, path: str) -> None:
    cookie = f"better-auth.two_factor={sign('2fa-x', SECRET)}"
    response = away.call("POST", path, json={"code": "123456"}, headers={"cookie": cookie})
    assert response.status_code == 503
    assert "set-cookie" not in response.headers
