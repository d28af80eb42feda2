from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from shared.auth.browser.cookies import decoded
from tests.integration.auth.conftest import Routes, app_on, cookies_of

if TYPE_CHECKING:
    from shared.settings.accounts import Bearer

SHOWN = "set-auth-token"


def using(routes: Routes, bearer: Bearer) -> Routes:
    return replace(routes, app=app_on(routes.database, bearer=bearer))


def name_of(routes: Routes, token: str) -> str | None:
    session = routes.call("GET", "/get-session", headers={"authorization": f"Bearer {token}"}).json()
    return session and session["user"]["email"]


def test_whoever_is_signed_in_may_read_the_signed_token_and_send_it_back(routes: Routes, email: str) -> None:
    for response in (routes.sign_up(email), routes.sign_in(email), routes.sign_in(email, rememberMe=False)):
        shown = response.headers[SHOWN]
        assert shown == decoded(cookies_of(response)["better-auth.session_token"].partition(";")[0])
        assert response.headers["access-control-expose-headers"] == SHOWN
        assert name_of(routes, shown) == email


def test_a_prolonged_session_shows_its_token_and_other_answers_do_not(routes: Routes, email: str, cookie: str) -> None:
    assert SHOWN not in routes.session(cookie).headers
    assert SHOWN not in routes.sign_in(email, "wrong password").headers
    routes.rows(
        'update session set "expiresAt" = %s where "userId" = (select id from "user" where email = %s)',
        datetime.now(UTC) + timedelta(days=2),
        email,
    )
    assert SHOWN in routes.session(cookie).headers
    assert SHOWN not in routes.call("POST", "/sign-out", json={}, headers={"cookie": cookie}).headers


@pytest.mark.parametrize(
    ("bearer", "signed", "raw"), [("off", False, False), ("signed", True, False), ("raw", True, True)]
)
def test_the_setting_says_what_counts_as_a_token(
    routes: Routes, email: str, bearer: Bearer, *, signed: bool, raw: bool
) -> None:
    shown = routes.sign_up(email).headers[SHOWN]
    chosen = using(routes, bearer)
    assert name_of(chosen, shown) == (email if signed else None)
    assert name_of(chosen, shown.partition(".")[0]) == (email if raw else None)
    assert name_of(chosen, "x" * 32) is None
    assert (SHOWN in chosen.sign_in(email).headers) is signed


@pytest.mark.parametrize("garbage", ["", ".", "x.y", "a b", "%zz", "Bearer", "x" * 5000])
def test_garbage_is_nobody_even_where_raw_tokens_count(routes: Routes, garbage: str) -> None:
    assert name_of(using(routes, "raw"), garbage) is None
