from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.auth.conftest import TOKEN, cookies_of, signed, somebody

if TYPE_CHECKING:
    import httpx

    from tests.integration.auth.conftest import Routes


def update(routes: Routes, token: str, **fields: object) -> httpx.Response:
    return routes.call("POST", "/update-user", json=fields, headers={"cookie": signed(token)})


def test_name_and_image_change_in_one_round_trip_and_the_cookie_is_sent_again(routes: Routes, email: str) -> None:
    _, token = somebody(routes, email)
    response = update(routes, token, name="Ann B.", image="https://example.com/b.png")
    assert response.json() == {"status": True}
    assert cookies_of(response)[TOKEN].endswith("; Max-Age=604800; Path=/; HttpOnly; SameSite=Lax")
    assert routes.database.round_trips == 1
    user = routes.session(signed(token)).json()["user"]
    assert (user["name"], user["image"]) == ("Ann B.", "https://example.com/b.png")
    assert user["updatedAt"] > user["createdAt"]


CHANGES: list[tuple[dict[str, Any], tuple[str, str | None]]] = [
    ({"name": ""}, ("", "old")),
    ({"image": None}, ("Ann", None)),
    ({"name": 5, "image": True}, ("5", "true")),
    ({"name": "B", "foo": 1, "emailVerified": True, "id": "x", "createdAt": "2000-01-01"}, ("B", "old")),
]


@pytest.mark.parametrize(("fields", "expected"), CHANGES)
def test_what_is_not_named_stays_and_what_nobody_may_set_is_passed_over(
    routes: Routes, email: str, fields: dict[str, Any], expected: tuple[str, str | None]
) -> None:
    user_id, token = somebody(routes, email)
    update(routes, token, image="old")
    assert update(routes, token, **fields).status_code == 200
    stored = routes.rows('select name, image, "emailVerified", email from "user" where id = %s', user_id)
    assert stored == [(*expected, False, email)]


REFUSED: list[tuple[dict[str, Any], int, dict[str, str]]] = [
    ({}, 400, {"message": "No fields to update"}),
    ({"foo": 1}, 400, {"message": "No fields to update"}),
    ({"email": "b@example.com"}, 400, {"message": "Email can not be updated", "code": "EMAIL_CAN_NOT_BE_UPDATED"}),
    ({"name": None}, 422, {"message": "Failed to update user", "code": "FAILED_TO_UPDATE_USER"}),
    ({"name": "zero \0 byte"}, 422, {"message": "Failed to update user", "code": "FAILED_TO_UPDATE_USER"}),
]


@pytest.mark.parametrize(("fields", "status", "body"), REFUSED)
def test_a_refused_change_changes_nothing(
    routes: Routes, email: str, fields: dict[str, Any], status: int, body: dict[str, str]
) -> None:
    user_id, token = somebody(routes, email)
    before = routes.rows('select * from "user" where id = %s', user_id)
    response = update(routes, token, **fields)
    assert (response.status_code, response.json()) == (status, body)
    assert routes.rows('select * from "user" where id = %s', user_id) == before


def test_a_session_that_shall_not_be_remembered_stays_so(routes: Routes, email: str) -> None:
    routes.sign_up(email)
    cookies = cookies_of(routes.sign_in(email, rememberMe=False))
    header = "; ".join(f"{name}={rest.partition(';')[0]}" for name, rest in cookies.items())
    again = cookies_of(routes.call("POST", "/update-user", json={"name": "B"}, headers={"cookie": header}))
    assert set(again) == {TOKEN, "better-auth.dont_remember"}
    assert not any("Max-Age" in rest for rest in again.values())


def test_accounts_are_listed_without_their_secrets_in_one_round_trip(routes: Routes, email: str) -> None:
    user_id, token = somebody(routes, email)
    routes.rows('update account set scope = %s where "userId" = %s', "openid, email,", user_id)
    [account] = routes.session(signed(token), "/list-accounts").json()
    assert list(account) == ["accountId", "providerId", "userId", "createdAt", "updatedAt", "id", "scopes"]
    assert (account["accountId"], account["providerId"], account["scopes"]) == (
        user_id,
        "credential",
        ["openid", "email"],
    )
    assert routes.database.round_trips == 1
