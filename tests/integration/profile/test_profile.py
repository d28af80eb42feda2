from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import psycopg
import pytest

from tests.integration.auth.conftest import HOME, signed, somebody

if TYPE_CHECKING:
    from infra.local.postgres import Postgres
    from tests.integration.auth.conftest import Routes

NOTHING = {"background": None, "language": None, "theme": None, "textSize": None, "consentedAt": None, "hidden": False}


def ask(routes: Routes, token: str | None, method: str = "GET", json: object = None) -> httpx.Response:
    headers = {"origin": HOME} | ({"cookie": signed(token)} if token else {})
    routes.database.round_trips = 0
    return routes.send(httpx.Request(method, f"{HOME}/api/profile", headers=headers, json=json))


@pytest.fixture
def token(routes: Routes, email: str) -> str:
    return somebody(routes, email)[1]


def test_without_consent_there_is_nothing_and_nothing_is_kept(routes: Routes, token: str) -> None:
    assert ask(routes, token).json() == NOTHING
    refused = ask(routes, token, "PATCH", {"language": "de"})
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert refused.json()["message"] == "Nothing is kept before you consent to it."
    assert ask(routes, token, "PATCH", {}).json() == NOTHING
    assert ask(routes, token).json() == NOTHING


def test_with_consent_fields_are_kept_changed_and_erased_in_one_round_trip_each(routes: Routes, token: str) -> None:
    told = {"consent": True, "background": "  C++, new to robots ", "language": "pt-BR", "theme": "dark"}
    kept = ask(routes, token, "PATCH", told)
    assert kept.json()["background"] == "C++, new to robots"
    assert kept.json()["consentedAt"].endswith("Z")
    assert routes.database.round_trips == 1
    changed = ask(routes, token, "PATCH", {"theme": None, "textSize": "large"}).json()
    assert (changed["theme"], changed["textSize"], changed["language"]) == (None, "large", "pt-BR")
    assert ask(routes, token).json() == changed
    assert routes.database.round_trips == 1
    again = ask(routes, token, "PATCH", {"consent": True}).json()
    assert again == changed


def test_withdrawing_consent_erases_everything(routes: Routes, token: str) -> None:
    ask(routes, token, "PATCH", {"consent": True, "background": "x"})
    assert ask(routes, token, "PATCH", {"consent": False}).json() == NOTHING
    assert routes.database.round_trips == 1
    assert ask(routes, token).json() == NOTHING
    assert ask(routes, token, "PATCH", {"consent": True}).json()["background"] is None


def test_who_hides_from_the_owner_of_the_site_needs_no_consent_and_stays_hidden_without_it(
    routes: Routes, token: str
) -> None:
    assert ask(routes, token, "PATCH", {"hidden": True}).json() == NOTHING | {"hidden": True}
    assert routes.database.round_trips == 1
    assert ask(routes, token, "PATCH", {"consent": True, "theme": "dark"}).json()["hidden"] is True
    assert ask(routes, token, "PATCH", {"consent": False}).json() == NOTHING | {"hidden": True}
    assert ask(routes, token, "PATCH", {"hidden": False}).json() == NOTHING


def test_nobody_sees_or_changes_anothers(routes: Routes, token: str, email: str) -> None:
    _, eve = somebody(routes, f"eve-{email}")
    ask(routes, token, "PATCH", {"consent": True, "background": "mine"})
    ask(routes, eve, "PATCH", {"consent": True, "background": "hers"})
    ask(routes, eve, "PATCH", {"consent": False})
    assert ask(routes, token).json()["background"] == "mine"


def test_row_level_security_hides_every_profile_from_a_query_without_a_user(
    routes: Routes, token: str, postgres: Postgres
) -> None:
    ask(routes, token, "PATCH", {"consent": True})
    with psycopg.connect(postgres.app_url) as connection:
        assert connection.execute("select count(*) from user_profile").fetchall() == [(0,)]
        assert connection.execute("delete from user_profile").rowcount == 0


@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_guests_have_none(routes: Routes, method: str) -> None:
    for token in (None, "x" * 32):
        answer = ask(routes, token, method, {} if method == "PATCH" else None)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


BAD: list[dict[str, Any]] = [
    {"language": "x"},
    {"language": "en_US"},
    {"language": "en\n"},
    {"theme": "pink"},
    {"textSize": 12},
    {"background": "x" * 2001},
    {"background": "   "},
    {"background": "zero \0 byte"},
    {"consent": "yes, of course"},
    {"consent": False, "background": "x"},
    {"userId": "somebody else"},
    {"consentedAt": "2000-01-01T00:00:00.000Z"},
]


@pytest.mark.parametrize("body", BAD)
def test_bad_input_is_refused_with_a_reason_and_changes_nothing(
    routes: Routes, token: str, body: dict[str, Any]
) -> None:
    before = ask(routes, token, "PATCH", {"consent": True, "background": "as it was"}).json()
    answer = ask(routes, token, "PATCH", {"consent": True} | body)
    code = "unknown_field" if {"userId", "consentedAt"} & {*body} else "invalid_request"
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert ask(routes, token).json() == before
