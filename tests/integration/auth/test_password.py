from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.auth.conftest import PASSWORD, TOKEN, cookies_of, signed, somebody

if TYPE_CHECKING:
    import httpx

    from tests.integration.auth.conftest import Routes

NEW = "another horse, another battery"


def change(routes: Routes, token: str, **fields: object) -> httpx.Response:
    body: dict[str, object] = {"currentPassword": PASSWORD, "newPassword": NEW}
    return routes.call("POST", "/change-password", json=body | fields, headers={"cookie": signed(token)})


def change_to(routes: Routes, token: str, new: str) -> httpx.Response:
    return change(routes, token, newPassword=new)


def test_a_changed_password_takes_the_place_of_the_old_in_two_round_trips(routes: Routes, email: str) -> None:
    _, token = somebody(routes, email)
    other = routes.sign_in(email).json()["token"]
    routes.database.round_trips = 0
    response = change(routes, token)
    assert response.json()["token"] is None
    assert response.json()["user"]["email"] == email
    assert "set-cookie" not in response.headers
    assert routes.database.round_trips == 2
    assert routes.sign_in(email, PASSWORD).status_code == 401
    assert routes.sign_in(email, NEW).status_code == 200
    assert routes.session(signed(token)).json() is not None
    assert routes.session(signed(other)).json() is None


def test_one_new_session_may_take_the_place_of_all(routes: Routes, email: str) -> None:
    user_id, token = somebody(routes, email)
    routes.sign_in(email)
    response = change(routes, token, revokeOtherSessions=True)
    renewed = response.json()["token"]
    assert renewed not in {None, token}
    assert cookies_of(response)[TOKEN].startswith(f"{renewed}.")
    assert routes.rows('select token from session where "userId" = %s', user_id) == [(renewed,)]


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"currentPassword": "wrong password"}, "INVALID_PASSWORD"),
    ({"newPassword": "short"}, "PASSWORD_TOO_SHORT"),
    ({"newPassword": "x" * 129}, "PASSWORD_TOO_LONG"),
    ({"currentPassword": "x" * 129}, "PASSWORD_TOO_LONG"),
    ({"newPassword": None}, "VALIDATION_ERROR"),
    ({"revokeOtherSessions": "yes"}, "VALIDATION_ERROR"),
]


@pytest.mark.parametrize(("fields", "code"), REFUSED)
def test_a_refused_change_changes_nothing(routes: Routes, email: str, fields: dict[str, Any], code: str) -> None:
    _, token = somebody(routes, email)
    response = change(routes, token, **fields)
    assert (response.status_code, response.json()["code"]) == (400, code)
    assert routes.sign_in(email, PASSWORD).status_code == 200


def test_who_signs_in_some_other_way_has_no_password_to_change_or_verify(routes: Routes, email: str) -> None:
    user_id, token = somebody(routes, email)
    routes.rows('delete from account where "userId" = %s', user_id)
    assert change(routes, token).json()["code"] == "CREDENTIAL_ACCOUNT_NOT_FOUND"
    response = routes.call("POST", "/verify-password", json={"password": "x"}, headers={"cookie": signed(token)})
    assert response.json()["code"] == "INVALID_PASSWORD"


def test_of_two_changes_at_once_one_is_refused(routes: Routes, email: str) -> None:
    _, token = somebody(routes, email)
    wanted = [f"{NEW} {number}" for number in range(4)]
    with ThreadPoolExecutor(4) as threads:
        answers = [each.status_code for each in threads.map(partial(change_to, routes, token), wanted)]
    assert sorted(answers) == [200, 400, 400, 400]
    assert routes.sign_in(email, wanted[answers.index(200)]).status_code == 200


def test_verifying_tells_right_from_wrong_in_one_round_trip(routes: Routes, email: str) -> None:
    _, token = somebody(routes, email)
    for password, status, body in [
        (PASSWORD, 200, {"status": True}),
        ("wrong password", 400, {"message": "Invalid password", "code": "INVALID_PASSWORD"}),
    ]:
        routes.database.round_trips = 0
        response = routes.call(
            "POST", "/verify-password", json={"password": password}, headers={"cookie": signed(token)}
        )
        assert (response.status_code, response.json()) == (status, body)
        assert routes.database.round_trips == 1
