from __future__ import annotations

from typing import TYPE_CHECKING

from shared.settings.accounts import AccountSettings
from tests.integration.auth.conftest import PASSWORD, TOKEN, cookies_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.auth.conftest import Routes


def test_where_nobody_may_sign_up_nobody_is_stored(
    routes_with: Callable[[AccountSettings], Routes], email: str
) -> None:
    routes = routes_with(AccountSettings(sign_up="off"))
    response = routes.sign_up(email)
    assert (response.status_code, response.json()["code"]) == (400, "EMAIL_PASSWORD_SIGN_UP_DISABLED")
    assert routes.database.round_trips == 0


def test_without_auto_sign_in_there_is_a_user_and_no_session(
    routes_with: Callable[[AccountSettings], Routes], email: str
) -> None:
    routes = routes_with(AccountSettings(auto_sign_in="off"))
    response = routes.sign_up(email)
    assert response.json()["token"] is None
    assert "set-cookie" not in response.headers
    user_id = response.json()["user"]["id"]
    assert routes.rows('select token from session where "userId" = %s', user_id) == []
    assert routes.sign_in(email).json()["user"]["id"] == user_id


def test_signing_up_twice_then_looks_like_once(routes_with: Callable[[AccountSettings], Routes], email: str) -> None:
    routes = routes_with(AccountSettings(auto_sign_in="off"))
    first = routes.sign_up(email).json()
    second = routes.sign_up(email, "a password of somebody else").json()
    assert {**second["user"], "id": "", "createdAt": "", "updatedAt": ""} == {
        **first["user"],
        "id": "",
        "createdAt": "",
        "updatedAt": "",
    }
    assert routes.sign_in(email, "a password of somebody else").status_code == 401
    assert routes.sign_in(email).status_code == 200


def test_where_addresses_must_be_verified_signing_in_waits_for_the_link(
    routes_with: Callable[[AccountSettings], Routes], email: str
) -> None:
    routes = routes_with(AccountSettings(require_email_verification="on"))
    assert routes.sign_up(email, callbackURL="/hello").json()["token"] is None
    assert routes.mailbox.link().endswith("&callbackURL=%2Fhello")
    assert routes.sign_up(email).json()["token"] is None
    assert len(routes.mailbox.received) == 1
    refused = routes.sign_in(email)
    assert (refused.status_code, refused.json()["code"]) == (403, "EMAIL_NOT_VERIFIED")
    assert "set-cookie" not in refused.headers
    assert len(routes.mailbox.received) == 2
    assert routes.sign_in(email, "wrong password").status_code == 401
    assert len(routes.mailbox.received) == 2
    routes.call("GET", routes.mailbox.link())
    assert TOKEN in cookies_of(routes.sign_in(email, PASSWORD))
