"""A browser is signed in as one person, once: whatever cookies it has gathered on the way."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from tests.integration.auth.conftest import (
    HOME,
    PASSWORD,
    TOKEN,
    Routes,
    app_on,
    cookie_header,
    signed,
    somebody,
)

DOMAIN = ".example.test"
HOST_ONLY = f"{TOKEN}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"


def is_signed_in(routes: Routes, cookie: str) -> bool:
    return routes.session(cookie).json() is not None


def written(response: httpx.Response) -> list[str]:
    """The cookies of sessions in the answer."""
    return [each for each in response.headers.get_list("set-cookie") if each.startswith(TOKEN)]


def sign_in(routes: Routes, email: str, cookie: str, password: str = PASSWORD) -> httpx.Response:
    """In a browser that has these cookies."""
    body = {"email": email, "password": password}
    return routes.call("POST", "/sign-in/email", json=body, headers={"cookie": cookie})


@pytest.fixture
def after_the_change(routes: Routes) -> Routes:
    """The deployment, once COOKIE_DOMAIN is set."""
    return replace(routes, app=app_on(routes.database, cookie_domain=DOMAIN, mailer=routes.mailbox))


def test_a_sign_in_takes_the_place_of_the_browsers_old_session(routes: Routes, email: str) -> None:
    first, elsewhere = cookie_header(routes.sign_up(email)), cookie_header(routes.sign_in(email))
    second = cookie_header(sign_in(routes, email, first))
    assert [is_signed_in(routes, each) for each in (first, elsewhere, second)] == [False, True, True]


def test_so_does_a_sign_up(routes: Routes, email: str) -> None:
    _, token = somebody(routes, f"before-{email}")
    sent = {"name": "Ann", "email": email, "password": PASSWORD}
    up = routes.call("POST", "/sign-up/email", json=sent, headers={"cookie": signed(token)})
    assert up.status_code == 200
    assert not is_signed_in(routes, signed(token))


def test_a_sign_in_that_fails_ends_nothing(routes: Routes, email: str) -> None:
    own = cookie_header(routes.sign_up(email))
    assert sign_in(routes, email, own, "a wrong password").status_code == 401
    assert is_signed_in(routes, own)


def test_at_a_better_auth_server_the_old_session_goes_on(
    routes: Routes, email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCOUNT_DEFAULTS", "original")
    first = cookie_header(routes.sign_up(email))
    sign_in(routes, email, first)
    assert is_signed_in(routes, first)


@pytest.mark.parametrize("dead_first", [True, False])
@pytest.mark.parametrize("path", ["/get-session", "/list-accounts"])
def test_of_two_cookies_the_one_whose_session_lives_counts_and_the_browser_is_tidied(
    after_the_change: Routes, email: str, path: str, *, dead_first: bool
) -> None:
    _, live = somebody(after_the_change, email)
    both = [signed("d" * 32), signed(live)]
    answer = after_the_change.session("; ".join(both if dead_first else both[::-1]), path)
    assert answer.status_code == 200
    assert answer.json() is not None
    [kept, *_] = written(answer)
    assert kept.partition("; ")[0] == signed(live)
    assert f"Domain={DOMAIN}" in kept
    assert HOST_ONLY in written(answer)


def test_whoever_signed_out_after_the_change_can_sign_in_again(after_the_change: Routes, email: str) -> None:
    before = signed(somebody(after_the_change, email)[1])
    after_the_change.call("POST", "/sign-out", json={}, headers={"cookie": before})
    now = cookie_header(sign_in(after_the_change, email, before)).partition("; ")[0]
    assert is_signed_in(after_the_change, f"{before}; {now}")


def test_signing_out_ends_every_session_that_the_browser_sends(after_the_change: Routes, email: str) -> None:
    _, host_only = somebody(after_the_change, email)
    _, of_domain = somebody(after_the_change, f"other-{email}")
    both = f"{signed(host_only)}; {signed(of_domain)}"
    answer = after_the_change.call("POST", "/sign-out", json={}, headers={"cookie": both})
    assert HOST_ONLY in written(answer)
    assert not is_signed_in(after_the_change, signed(host_only))
    assert not is_signed_in(after_the_change, signed(of_domain))


@pytest.mark.parametrize(("path", "status"), [("/get-session", 200), ("/list-accounts", 401), ("/api/profile", 401)])
def test_who_is_signed_in_as_two_people_is_nobody_until_the_next_sign_in(
    after_the_change: Routes, email: str, path: str, status: int
) -> None:
    _, one = somebody(after_the_change, email)
    _, other = somebody(after_the_change, f"other-{email}")
    both = f"{signed(one)}; {signed(other)}"
    address = f"{HOME}{path}" if path.startswith("/api") else f"{HOME}/api/auth{path}"
    refused = after_the_change.send(httpx.Request("GET", address, headers={"cookie": both}))
    assert refused.status_code == status
    assert "email" not in refused.text
    assert HOST_ONLY in written(refused)
    assert any(f"Domain={DOMAIN}" in each and "Max-Age=0" in each for each in written(refused))
    again = written(sign_in(after_the_change, email, both))[0].partition("; ")[0]
    assert is_signed_in(after_the_change, f"{signed(one)}; {again}"), "though the browser had kept the other one"


def test_two_sessions_of_one_user_are_one_user(after_the_change: Routes, email: str) -> None:
    older = cookie_header(after_the_change.sign_up(email)).partition("; ")[0]
    newer = cookie_header(after_the_change.sign_in(email)).partition("; ")[0]
    told = after_the_change.session(f"{older}; {newer}")
    assert told.json()["user"]["email"] == email
    assert written(told)[0].partition(";")[0] == newer.partition(";")[0]


def test_a_profile_is_read_though_a_dead_cookie_stands_in_front(after_the_change: Routes, email: str) -> None:
    _, live = somebody(after_the_change, email)
    both = f"{signed('d' * 32)}; {signed(live)}"
    request = httpx.Request("GET", f"{HOME}/api/profile", headers={"cookie": both})
    assert after_the_change.send(request).status_code == 200


@pytest.mark.parametrize("path", ["/api/profile", "/api/auth/get-session"])
def test_cookies_do_not_count_where_a_foreign_page_cannot_read_the_answer(
    routes: Routes, email: str, path: str
) -> None:
    _, token = somebody(routes, email)
    fetched = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "cookie": signed(token)}
    hidden = routes.send(httpx.Request("GET", f"{HOME}{path}", headers=fetched))
    assert hidden.status_code == (401 if path == "/api/profile" else 200)
    assert email not in hidden.text
    navigated = routes.send(httpx.Request("GET", f"{HOME}{path}", headers=fetched | {"sec-fetch-mode": "navigate"}))
    assert navigated.status_code == 200
    assert routes.database.round_trips == 1
