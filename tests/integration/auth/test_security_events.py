"""What an operator learns of attacks and of changes to accounts, and of nobody's name (specs/security-events.md)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from shared.auth.identifiers import Pseudonyms
from shared.settings.accounts import AccountSettings
from tests.integration.auth.conftest import (
    ADDRESS,
    EVIL,
    PASSWORD,
    SECRET,
    app_on,
    cookie_header,
    somebody,
)
from tests.integration.auth.conftest import signed as signed_cookie

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.settings.reading import Switch
    from tests.fixtures.logged import Lines
    from tests.integration.auth.conftest import Routes

NEW = "another horse, another battery"
NAMES = Pseudonyms.of(SECRET)


def test_a_sign_in_names_account_user_and_client_by_pseudonyms(routes: Routes, email: str, lines: Lines) -> None:
    user_id, _ = somebody(routes, email)
    routes.sign_in(email.upper(), "a wrong password")
    routes.sign_in(email)

    refused, entered = lines.events
    assert lines.told == [("sign_in_refused", "invalid_email_or_password"), ("signed_in", "password")]
    assert refused["account"] == entered["account"] == NAMES.of_account(email)
    assert refused["client"] == entered["client"] == NAMES.of_client(ADDRESS)
    assert "user" not in refused
    assert entered["user"] == NAMES.of_user(user_id)


def test_nobody_is_called_alike_as_user_account_and_client() -> None:
    assert len({NAMES.of_user("x"), NAMES.of_account("x"), NAMES.of_client("x")}) == 3


def test_a_whole_life_of_an_account_is_told_and_nothing_that_anybody_sent(
    routes_with: Callable[[AccountSettings], Routes], email: str, lines: Lines
) -> None:
    routes = routes_with(AccountSettings(change_email="on", delete_user="on"))
    signed_up = routes.sign_up(email)
    own = cookie_header(signed_up)
    elsewhere = signed_up.json()["token"]
    call = routes.call

    call("POST", "/sign-in/email", json={"email": email, "password": PASSWORD}, origin=EVIL, headers={"cookie": own})
    call("POST", "/verify-password", json={"password": "a wrong password"}, headers={"cookie": own})
    call("POST", "/change-email", json={"newEmail": f"new-{email}"}, headers={"cookie": own})
    change = routes.mailbox.link()
    call("GET", change)
    call("GET", change)
    call("POST", "/request-password-reset", json={"email": f"new-{email}"})
    reset = routes.mailbox.link().split("/")[-1].partition("?")[0]
    call("POST", "/request-password-reset", json={"email": f"nobody-{email}"})
    call("POST", "/reset-password", json={"newPassword": NEW, "token": reset})
    call("POST", "/reset-password", json={"newPassword": NEW, "token": reset})
    own = cookie_header(routes.sign_in(f"new-{email}", NEW))
    call("POST", "/change-password", json={"currentPassword": NEW, "newPassword": PASSWORD}, headers={"cookie": own})
    call("POST", "/revoke-session", json={"token": elsewhere}, headers={"cookie": own})
    call("POST", "/revoke-other-sessions", json={}, headers={"cookie": own})
    call("POST", "/sign-out", json={}, headers={"cookie": own})
    call("POST", "/update-user", json={"name": "Bea"}, headers={"cookie": own})
    call("POST", "/update-user", json={"name": "Bea"}, headers={"cookie": signed_cookie("forged", "x" * 32)})
    own = cookie_header(routes.sign_in(f"new-{email}"))
    call("POST", "/delete-user", json={"password": PASSWORD}, headers={"cookie": own})

    assert lines.told == [
        ("signed_up", "signed_in"),
        ("foreign_page_refused", "invalid_origin"),
        ("password_refused", "invalid_password"),
        ("address_change_asked", "session"),
        ("address_changed", "link"),
        ("link_refused", "invalid_token"),
        ("reset_asked", "link_sent"),
        ("reset_asked", "nobody"),
        ("password_reset", "link"),
        ("link_refused", "invalid_token"),
        ("signed_in", "password"),
        ("password_changed", "password"),
        ("sessions_ended", "one"),
        ("sessions_ended", "others"),
        ("signed_out", "asked"),
        ("session_refused", "unauthorized"),
        ("session_refused", "unauthorized"),
        ("signed_in", "password"),
        ("user_deleted", "session"),
    ]
    everything = "\n".join(lines.written)
    secrets = [email, PASSWORD, NEW, elsewhere, reset, change, "wrong password", ADDRESS, "Bea", "forged"]
    assert not [secret for secret in secrets if secret in everything]
    assert not re.search(r"[\w.]+@[\w.]+", everything)


def test_a_taken_address_is_told_to_the_log_alone(
    routes_with: Callable[[AccountSettings], Routes], email: str, lines: Lines
) -> None:
    routes = routes_with(AccountSettings(require_email_verification="on"))
    somebody(routes, email)
    assert routes.sign_up(email).status_code == 200
    assert routes.sign_up(f"new-{email}").status_code == 200
    routes.call("GET", routes.mailbox.link())
    assert lines.told == [
        ("sign_up_refused", "user_already_exists_use_another_email"),
        ("signed_up", "password"),
        ("address_verified", "link"),
    ]


@pytest.mark.parametrize("limits", ["on", "off"])
def test_a_limit_says_whose_it_is(routes: Routes, email: str, lines: Lines, limits: Switch) -> None:
    limited = replace(routes, app=app_on(routes.database, rate_limits=limits))
    tries = 4 if limits == "on" else 11
    answers = [limited.sign_in(email, "a wrong password").status_code for _ in range(tries)]
    assert answers[-1] == 429
    assert lines.told[-1] == ("limit_reached", "address" if limits == "on" else "account")
    assert lines.events[-1]["account" if limits == "off" else "client"]


def test_who_asks_to_be_deleted_and_follows_the_link_is_told_twice(
    routes_with: Callable[[AccountSettings], Routes], email: str, lines: Lines
) -> None:
    routes = routes_with(AccountSettings(delete_user="confirm"))
    _, token = somebody(routes, email)
    routes.call("POST", "/delete-user", json={}, headers={"cookie": signed_cookie(token)})
    routes.session(signed_cookie(token), routes.mailbox.link())
    assert lines.told == [("user_delete_asked", "session"), ("user_deleted", "link")]
