from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import httpx
import pytest

from shared.settings.accounts import AccountSettings
from tests.integration.auth.conftest import EVIL, HOME, PASSWORD, SITE, app_on, signed, somebody

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.auth.conftest import Routes

NEW = "another horse, another battery"
ALIKE = {"status": True, "message": "If this email exists in our system, check your email for the reset link"}


def ask(routes: Routes, email: str, **fields: object) -> httpx.Response:
    body: dict[str, object] = {"email": email}
    return routes.call("POST", "/request-password-reset", json=body | fields)


def token_in(routes: Routes) -> str:
    [token] = re.findall(r"/reset-password/([A-Za-z0-9]{24})\?", routes.mailbox.link())
    return token


def reset(routes: Routes, token: str, password: str = NEW) -> httpx.Response:
    return routes.call("POST", "/reset-password", json={"newPassword": password, "token": token})


def test_from_a_forgotten_password_to_a_new_one(routes: Routes, email: str) -> None:
    _, session = somebody(routes, email)
    assert ask(routes, email.upper(), redirectTo=f"{SITE}/new?from=mail").json() == ALIKE
    [mail] = routes.mailbox.received
    assert mail.recipient == email
    followed = routes.call("GET", routes.mailbox.link())
    token = token_in(routes)
    assert (followed.status_code, followed.headers["location"]) == (302, f"{SITE}/new?from=mail&token={token}")
    routes.database.round_trips = 0
    assert reset(routes, token).json() == {"status": True}
    assert routes.database.round_trips == 1
    assert routes.sign_in(email, PASSWORD).status_code == 401
    assert routes.sign_in(email, NEW).status_code == 200
    assert routes.session(signed(session)).json() is None


def test_nobody_learns_whether_there_is_such_a_user(routes: Routes, email: str) -> None:
    somebody(routes, email)
    patient = replace(routes, app=app_on(routes.database, mailer=routes.mailbox, floor=0.5))
    spent: list[float] = []
    for address in (email, f"nobody-{email}"):
        routes.database.round_trips = 0
        began = time.perf_counter()
        response = ask(patient, address)
        spent.append(time.perf_counter() - began)
        assert (response.status_code, response.json()) == (200, ALIKE)
        assert routes.database.round_trips == 1
    assert len(routes.mailbox.received) == 1
    assert min(spent) >= 0.5, "longer than any of it takes"  # and if not: tests/unit/auth/test_same_time.py


@pytest.mark.parametrize("spoilt", ["used", "expired", "truncated", "of another kind"])
def test_a_link_that_is_no_longer_good_changes_nothing(routes: Routes, email: str, spoilt: str) -> None:
    routes.sign_up(email)
    ask(routes, email)
    token = token_in(routes)
    expected = PASSWORD
    if spoilt == "used":
        assert reset(routes, token, expected := "used once already").status_code == 200
    if spoilt == "expired":
        routes.rows("""update verification set "expiresAt" = now() where identifier = %s""", f"reset-password:{token}")
    sent = {"truncated": token[:-1], "of another kind": f"../delete-account-{token}"}.get(spoilt, token)
    response = reset(routes, sent)
    assert (response.status_code, response.json()) == (400, {"message": "Invalid token", "code": "INVALID_TOKEN"})
    assert routes.sign_in(email, expected).status_code == 200
    if spoilt != "of another kind":
        followed = routes.call("GET", f"/reset-password/{sent}?callbackURL=/new")
        assert followed.headers["location"] == f"{HOME}/new?error=INVALID_TOKEN"


def test_of_many_resets_with_one_token_at_once_one_succeeds(routes: Routes, email: str) -> None:
    routes.sign_up(email)
    ask(routes, email)
    token = token_in(routes)
    wanted = [f"{NEW} {number}" for number in range(6)]
    with ThreadPoolExecutor(6) as threads:
        answers = [each.status_code for each in threads.map(partial(reset, routes, token), wanted)]
    assert sorted(answers) == [200, *[400] * 5]
    assert routes.sign_in(email, wanted[answers.index(200)]).status_code == 200


def test_a_bad_password_does_not_spend_the_token(routes: Routes, email: str) -> None:
    routes.sign_up(email)
    ask(routes, email)
    token = token_in(routes)
    assert reset(routes, token, "short").json()["code"] == "PASSWORD_TOO_SHORT"
    assert reset(routes, token, "x" * 129).json()["code"] == "PASSWORD_TOO_LONG"
    in_query = routes.call("POST", f"/reset-password?token={token}", json={"newPassword": NEW})
    assert in_query.json() == {"status": True}


def test_a_user_without_a_password_gets_one_and_one_who_is_gone_does_not(routes: Routes, email: str) -> None:
    user_id, _ = somebody(routes, email)
    ask(routes, email)
    token = token_in(routes)
    routes.rows('delete from account where "userId" = %s', user_id)
    assert reset(routes, token).status_code == 200
    assert routes.sign_in(email, NEW).status_code == 200
    ask(routes, email)
    routes.rows('delete from "user" where id = %s', user_id)
    response = reset(routes, token_in(routes))
    # the original says USER_NOT_FOUND; here links to an account go with it (infra/migrations/0032_privacy.sql)
    assert (response.status_code, response.json()["code"]) == (400, "INVALID_TOKEN")


def test_a_reset_touches_no_other_way_in_and_nothing_that_another_plug_in_promised(routes: Routes, email: str) -> None:
    user_id, _ = somebody(routes, email)
    ask(routes, email)
    routes.rows(
        """insert into account (id, "accountId", "providerId", "userId", "createdAt", "updatedAt")
           values (%s, %s, 'github', %s, now(), now()) returning id""",
        *(f"account of {user_id}", user_id, user_id),
    )
    promise(routes, f"email-otp-{user_id}", user_id, "1 day")
    assert reset(routes, token_in(routes)).status_code == 200
    others = """select password from account where "userId" = %s and "providerId" = 'github'"""
    assert routes.rows(others, user_id) == [(None,)]
    assert routes.rows("select value from verification where identifier = %s", f"email-otp-{user_id}") == [(user_id,)]


def promise(routes: Routes, identifier: str, value: str, lasts: str) -> None:
    """As another server on this database stores it."""
    routes.rows(
        """insert into verification (id, identifier, value, "expiresAt", "createdAt", "updatedAt")
           values (%s, %s, %s, now() + %s::interval, now(), now()) returning id""",
        *(f"verification {identifier}", identifier, value, lasts),
    )


def test_a_link_of_somebody_who_is_gone_says_so_until_it_expires(routes: Routes, email: str) -> None:
    token = "x" * 24
    for lasts, code in (("1 hour", "USER_NOT_FOUND"), ("-1 second", "INVALID_TOKEN")):
        promise(routes, f"reset-password:{token}", f"nobody {email}", lasts)
        assert reset(routes, token).json()["code"] == code
        routes.rows("delete from verification where identifier = %s returning id", f"reset-password:{token}")


def test_a_new_password_may_leave_sessions_alone(routes_with: Callable[[AccountSettings], Routes], email: str) -> None:
    routes = routes_with(AccountSettings(reset_ends_sessions="off"))
    _, session = somebody(routes, email)
    ask(routes, email)
    assert reset(routes, token_in(routes)).status_code == 200
    assert routes.session(signed(session)).json() is not None


AWAY = [EVIL, "//evil.example.org", "/\\evil.example.org", "https:evil.example.org", f"{SITE}@evil.example.org"]


@pytest.mark.parametrize("address", [*AWAY, "javascript:alert(1)", f"{HOME}/\r\nSet-Cookie: a=b"])
def test_no_link_leads_to_another_site(routes: Routes, email: str, address: str) -> None:
    response = ask(routes, email, redirectTo=address)
    assert (response.status_code, response.json()["code"]) == (403, "INVALID_REDIRECT_URL")
    followed = routes.send(routes_request(f"/reset-password/{'x' * 24}", callbackURL=address))
    assert (followed.status_code, followed.json()["code"]) == (403, "INVALID_CALLBACK_URL")


def routes_request(path: str, **query: str) -> httpx.Request:
    return httpx.Request("GET", f"{HOME}/api/auth{path}", params=query)


def test_expired_tokens_are_removed_when_somebody_asks(routes: Routes, email: str) -> None:
    routes.sign_up(email)
    ask(routes, email)
    old = f"reset-password:{token_in(routes)}"
    routes.rows("""update verification set "expiresAt" = now() - interval '1 minute' where identifier = %s""", old)
    ask(routes, email)
    assert routes.rows("select id from verification where identifier = %s", old) == []


def test_without_mail_there_is_no_reset(routes: Routes, email: str) -> None:
    silent = replace(routes, app=app_on(routes.database))
    response = ask(silent, email)
    assert (response.status_code, response.json()["code"]) == (400, "RESET_PASSWORD_DISABLED")
    assert routes.database.round_trips == 0
