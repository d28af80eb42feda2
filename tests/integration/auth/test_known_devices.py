"""A flood of wrong passwords from elsewhere keeps no owner out (OWASP: device cookies)."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import httpx
import pytest

from shared.auth.limits.in_container import ACCOUNT, Limit
from tests.integration.auth.conftest import HOME, PASSWORD, SECRET, Routes, app_on, cookies_of, somebody
from tests.integration.auth.test_thrown_out import NEW, reset_link

DEVICE = "better-auth.known_device"


@pytest.fixture
def containers(routes: Routes) -> tuple[Routes, Routes]:
    """One that the strangers meet, and one that the owner does."""
    return tuple(replace(routes, app=app_on(routes.database, mailer=routes.mailbox, rate_limits="on")) for _ in "ab")  # pyright: ignore[reportReturnType] (two of them)


def ask(routes: Routes, path: str, body: object, cookie: str = "") -> httpx.Response:
    """From a household of its own each time."""
    address = f"2001:db8:{uuid4().hex[:4]}:{uuid4().hex[:4]}::1"
    headers = {"origin": HOME} | ({"cookie": cookie} if cookie else {})
    return routes.send(httpx.Request("POST", f"{HOME}/api/auth{path}", json=body, headers=headers), address)


def sign_in(routes: Routes, email: str, password: str = PASSWORD, cookie: str = "") -> httpx.Response:
    return ask(routes, "/sign-in/email", {"email": email, "password": password}, cookie)


def device_of(response: httpx.Response) -> str:
    """What the browser remembers of having been let in, and nothing else."""
    return f"{DEVICE}={cookies_of(response)[DEVICE].partition(';')[0]}"


def flood(routes: Routes, email: str, cookie: str = "") -> list[int]:
    return [sign_in(routes, email, "a guess", cookie).status_code for _ in range(ACCOUNT.most + 1)]


def after_a_flood(routes: Routes, email: str) -> None:
    """As if strangers had guessed elsewhere; the count is what is left of that."""
    values = Limit.of_account(email, SECRET).key, ACCOUNT.seconds, ACCOUNT.most, ACCOUNT.most
    routes.rows("select count_request(%s, %s, %s) from generate_series(1, %s)", *values)


@pytest.mark.parametrize("let_in", ["signed up", "signed in"])
def test_the_owner_comes_in_from_a_browser_that_was_let_in_before(
    routes: Routes, containers: tuple[Routes, Routes], email: str, let_in: str
) -> None:
    strangers, own = containers
    if let_in == "signed up":
        device = device_of(routes.sign_up(email))
        assert flood(strangers, email) == [401] * ACCOUNT.most + [429]
    else:
        somebody(routes, email)
        device = device_of(sign_in(own, email))
        after_a_flood(routes, email)
    assert sign_in(own, email).status_code == 429, "a browser that nobody knows waits"
    again = sign_in(own, email, cookie=device)
    assert again.status_code == 200
    assert sign_in(own, email, cookie=device_of(again)).status_code == 200
    assert sign_in(strangers, email, "a guess").status_code == 429, "the strangers have not been forgiven"


def test_from_a_known_browser_there_are_no_more_guesses_than_from_elsewhere(
    routes: Routes, containers: tuple[Routes, Routes], email: str
) -> None:
    device = device_of(routes.sign_up(email))
    assert flood(containers[0], email, device) == [401] * ACCOUNT.most + [429]
    assert sign_in(containers[1], email, cookie=device).status_code == 429
    assert sign_in(containers[1], email).status_code == 200, "that says nothing about everybody else"


@pytest.mark.parametrize("spoilt", ["another account's", "forged", "of another deployment"])
def test_a_cookie_that_proves_nothing_changes_nothing(
    routes: Routes, containers: tuple[Routes, Routes], email: str, spoilt: str
) -> None:
    _, own = containers
    somebody(routes, email)
    elsewhere = replace(routes, app=app_on(own.database, secret="the secret of another deployment of ours"))
    device = {
        "another account's": lambda: device_of(routes.sign_up(f"thief-{email}")),
        "forged": lambda: f"{DEVICE}=account%20device.c2lnbmF0dXJl",
        "of another deployment": lambda: device_of(elsewhere.sign_in(email)),
    }[spoilt]()
    after_a_flood(routes, email)
    assert sign_in(own, email, cookie=device).status_code == 429


def test_whoever_resets_the_password_comes_in_from_any_browser(
    routes: Routes, containers: tuple[Routes, Routes], email: str
) -> None:
    strangers, own = containers
    somebody(routes, email)
    after_a_flood(routes, email)
    assert sign_in(strangers, email).status_code == 429
    done = ask(own, "/reset-password", {"newPassword": NEW, "token": reset_link(own, email)})
    assert done.status_code == 200
    assert sign_in(own, email, NEW).status_code == 200
    after_a_flood(routes, email)
    assert sign_in(own, email, NEW).status_code == 429, "strangers went on"
    assert sign_in(own, email, NEW, device_of(done)).status_code == 200


def test_whoever_asks_not_to_be_remembered_is_not(routes: Routes, email: str) -> None:
    assert DEVICE not in cookies_of(routes.sign_up(email, rememberMe=False))
    assert DEVICE not in cookies_of(routes.sign_in(email, rememberMe=False))


def test_what_the_browser_keeps_does_not_tell_whose_it_is(routes: Routes, email: str) -> None:
    written = cookies_of(routes.sign_up(email))[DEVICE]
    assert email.partition("@")[0] not in written
    assert {"HttpOnly", "Path=/", "Max-Age=31536000", "SameSite=Lax"} <= {each.strip() for each in written.split(";")}
    key = Limit.of_account(email, SECRET).key
    assert key.partition("|")[2] in written


def test_a_better_auth_server_sets_no_such_cookie(routes: Routes, email: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCOUNT_DEFAULTS", "original")
    assert DEVICE not in cookies_of(routes.sign_up(email))
    assert DEVICE not in cookies_of(routes.sign_in(email))
