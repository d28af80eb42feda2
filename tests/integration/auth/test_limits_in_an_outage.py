"""While the database is away, each container goes on counting by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import httpx
import pytest

from infra.local.ports import free_port
from shared.db.opening import open_database
from shared.settings.database import DatabaseSettings
from tests.integration.auth.conftest import HOME, Counting, Routes, app_on

if TYPE_CHECKING:
    from collections.abc import Generator

    from shared.settings.database import Transport


@pytest.fixture(params=["http", "pooled"])
def away(request: pytest.FixtureRequest, routes: Routes) -> Generator[Routes]:
    """A container that counts requests, and whose database refuses every connection."""
    transport: Transport = request.param
    port = free_port()
    url = f"postgresql://docs_app:secret@127.0.0.1:{port}/docs"
    database = Counting(open_database(DatabaseSettings(url, transport, f"http://127.0.0.1:{port}/sql")))
    yield replace(routes, app=app_on(database, mailer=routes.mailbox, rate_limits="on"), database=database)
    database.close()


def answered(routes: Routes, path: str, address: str = "203.0.113.9", **body: str) -> httpx.Response:
    headers = {"origin": HOME, "content-type": "application/json"}
    asked = {"email": "ann@example.com", "password": "a guess or two"} | body
    return routes.send(httpx.Request("POST", f"{HOME}/api/auth{path}", headers=headers, json=asked), address)


def test_a_flood_of_sign_ins_is_stopped_without_a_database(away: Routes) -> None:
    answers = [answered(away, "/sign-in/email") for _ in range(20)]

    assert [answer.status_code for answer in answers] == [503] * 3 + [429] * 17
    assert 0 < int(answers[-1].headers["retry-after"]) <= 10
    assert away.database.round_trips <= 3


def test_what_sends_mail_is_limited_for_longer(away: Routes) -> None:
    answers = [answered(away, "/request-password-reset") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [503, 503, 503, 429]
    assert 50 < int(answers[-1].headers["retry-after"]) <= 60


def test_nobody_else_is_locked_out_by_it(away: Routes) -> None:
    for _ in range(5):
        answered(away, "/sign-in/email")

    assert answered(away, "/sign-in/email", address="203.0.113.10").status_code == 503
    assert answered(away, "/sign-up/email", name="Ann").status_code == 503
