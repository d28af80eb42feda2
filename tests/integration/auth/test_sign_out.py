from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.auth.conftest import EVIL, HOME, TOKEN, cookies_of, signed

if TYPE_CHECKING:
    from tests.integration.auth.conftest import Routes

ENDED = "; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"
NAMES = [TOKEN, "better-auth.session_data", "better-auth.dont_remember"]


def test_signing_out_ends_the_session_and_three_cookies_in_one_round_trip(
    routes: Routes, email: str, cookie: str
) -> None:
    response = routes.call("POST", "/sign-out", json={}, headers={"cookie": cookie})
    assert response.json() == {"success": True}
    assert cookies_of(response) == dict.fromkeys(NAMES, ENDED)
    assert routes.database.round_trips == 1
    assert routes.rows('select s.id from session s join "user" u on u.id = s."userId" where email = %s', email) == []
    assert routes.session(cookie).json() is None


@pytest.mark.parametrize(
    "sent", [None, "", "a=b", f"{TOKEN}=forged.signature", signed("x" * 32, "the secret of another environment, 32+")]
)
def test_signing_out_as_a_guest_is_fine_and_asks_no_database(routes: Routes, sent: str | None) -> None:
    response = routes.call("POST", "/sign-out", headers={} if sent is None else {"cookie": sent})
    assert (response.status_code, response.json()) == (200, {"success": True})
    assert cookies_of(response) == dict.fromkeys(NAMES, ENDED)
    assert routes.database.round_trips == 0


def test_signing_out_twice_is_fine(routes: Routes, cookie: str) -> None:
    for _ in range(2):
        assert routes.call("POST", "/sign-out", headers={"cookie": cookie}).json() == {"success": True}


def test_only_the_session_that_signs_out_ends(routes: Routes, email: str, cookie: str) -> None:
    token = routes.sign_in(email).json()["token"]
    routes.call("POST", "/sign-out", headers={"cookie": cookie})
    assert routes.session(signed(token)).json()["user"]["email"] == email


@pytest.mark.parametrize(
    ("origin", "code"), [(EVIL, "INVALID_ORIGIN"), (None, "MISSING_OR_NULL_ORIGIN"), ("null", "MISSING_OR_NULL_ORIGIN")]
)
def test_a_foreign_page_cannot_sign_its_visitor_out(routes: Routes, cookie: str, origin: str | None, code: str) -> None:
    response = routes.call("POST", "/sign-out", json={}, headers={"cookie": cookie}, origin=origin)
    assert (response.status_code, response.json()["code"]) == (403, code)
    assert routes.session(cookie).json() is not None


def test_the_pieces_of_a_cached_session_end_too(routes: Routes) -> None:
    response = routes.call("POST", "/sign-out", headers={"cookie": "better-auth.session_data.0=x", "origin": HOME})
    assert cookies_of(response)["better-auth.session_data.0"] == ENDED
