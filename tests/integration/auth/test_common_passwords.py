"""Passwords that everybody tries first are refused wherever one is chosen, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.auth.conftest import PASSWORD, cookie_header
from tests.integration.auth.test_thrown_out import change_password, reset, reset_link

if TYPE_CHECKING:
    from tests.integration.auth.conftest import Routes

COMMON = "iloveyou"


def test_nobody_signs_up_with_one(routes: Routes, email: str) -> None:
    for password in (COMMON, email, email.upper(), email.partition("@")[0]):
        refused = routes.sign_up(email, password)
        assert (refused.status_code, refused.json()["code"]) == (400, "PASSWORD_COMPROMISED")
    assert routes.rows('select id from "user" where email = %s', email) == []


def test_nobody_changes_to_one_and_nothing_is_lost(routes: Routes, email: str) -> None:
    cookie = cookie_header(routes.sign_up(email))
    body = {"currentPassword": PASSWORD, "newPassword": COMMON}
    refused = routes.call("POST", "/change-password", json=body, headers={"cookie": cookie})
    assert (refused.status_code, refused.json()["code"]) == (400, "PASSWORD_COMPROMISED")
    assert "set-cookie" not in refused.headers
    assert routes.sign_in(email).status_code == 200


def test_a_reset_link_that_was_tried_with_one_is_good_for_another(routes: Routes, email: str) -> None:
    routes.sign_up(email)
    link = reset_link(routes, email)
    assert reset(routes, link, COMMON) == 400
    assert reset(routes, link) == 200


def test_whoever_has_one_already_signs_in_and_can_change_it(
    routes: Routes, email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMMON_PASSWORDS", "accept")
    routes.sign_up(email, COMMON)
    monkeypatch.delenv("COMMON_PASSWORDS")
    signed_in = routes.sign_in(email, COMMON)
    assert signed_in.status_code == 200
    assert change_password(routes, cookie_header(signed_in), currentPassword=COMMON) == 200


@pytest.mark.parametrize("setting", [("COMMON_PASSWORDS", "accept"), ("ACCOUNT_DEFAULTS", "original")])
def test_a_site_may_take_them(
    routes: Routes, email: str, setting: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(*setting)
    assert routes.sign_up(email, COMMON).status_code == 200
