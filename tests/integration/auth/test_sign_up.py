from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from shared.auth.models import Client, Session, User
from shared.auth.refusals import Refused
from shared.auth.rows import users
from shared.clock import now, timestamp
from tests.integration.auth.conftest import (
    ADDRESS,
    PASSWORD,
    PROGRAM,
    TOKEN,
    app_on,
    cookies_of,
    session_cookies_of,
    signed,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from shared.db import Database
    from tests.integration.auth.conftest import Routes

DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
IDENTIFIER = re.compile(r"[A-Za-z0-9]{32}")


def test_signing_up_answers_with_user_and_token_in_better_auths_shape(routes: Routes, email: str) -> None:
    response = routes.sign_up(email.upper(), image="https://example.com/a.png")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert list(body) == ["token", "user"]
    assert list(body["user"]) == ["name", "email", "emailVerified", "image", "createdAt", "updatedAt", "id"]
    assert body["user"]["email"] == email
    assert body["user"]["emailVerified"] is False
    assert body["user"]["image"] == "https://example.com/a.png"
    assert DATE.fullmatch(body["user"]["createdAt"])
    assert IDENTIFIER.fullmatch(body["user"]["id"])
    assert IDENTIFIER.fullmatch(body["token"])


def test_the_cookie_is_the_signed_token_for_a_week(routes: Routes, email: str) -> None:
    response = routes.sign_up(email)
    value = signed(response.json()["token"]).removeprefix(f"{TOKEN}=")
    assert session_cookies_of(response) == {TOKEN: f"{value}; Max-Age=604800; Path=/; HttpOnly; SameSite=Lax"}


def test_sign_up_stores_user_account_and_session_in_one_round_trip(routes: Routes, email: str) -> None:
    response = routes.sign_up(email)
    user_id = response.json()["user"]["id"]
    assert routes.database.round_trips == 1
    assert routes.rows('select id, "emailVerified", image from "user" where email = %s', email) == [
        (user_id, False, None)
    ]
    [(account_id, provider, password, others)] = routes.rows(
        """select "accountId", "providerId", password, num_nonnulls("accessToken", "refreshToken", "idToken", scope)
        from account where "userId" = %s""",
        user_id,
    )
    assert (account_id, provider, others) == (user_id, "credential", 0)
    assert password.startswith("$2b$10$")
    assert routes.rows('select token, "ipAddress", "userAgent" from session where "userId" = %s', user_id) == [
        (response.json()["token"], ADDRESS, PROGRAM)
    ]


def test_rows_and_answer_agree_to_the_millisecond(routes: Routes, email: str) -> None:
    user = routes.sign_up(email).json()["user"]
    [(created, updated, expires, lasts)] = routes.rows(
        """select u."createdAt", u."updatedAt", s."expiresAt", s."expiresAt" - s."createdAt" = interval '7 days'
        from "user" u join session s on s."userId" = u.id where u.id = %s""",
        user["id"],
    )
    assert (timestamp(created), timestamp(updated)) == (user["createdAt"], user["updatedAt"])
    assert expires.microsecond % 1000 == 0
    assert lasts


def test_somebody_who_is_not_to_be_remembered_gets_a_day_and_cookies_of_the_browser(routes: Routes, email: str) -> None:
    response = routes.sign_up(email, rememberMe=False)
    assert [rest.partition("; ")[2] for rest in cookies_of(response).values()] == ["Path=/; HttpOnly; SameSite=Lax"] * 2
    assert list(cookies_of(response)) == [TOKEN, "better-auth.dont_remember"]
    [(lasts,)] = routes.rows(
        """select "expiresAt" - "createdAt" = interval '1 day' from session where token = %s""",
        response.json()["token"],
    )
    assert lasts


def test_scrypt_is_made_where_the_site_chose_it(routes: Routes, email: str) -> None:
    scrypt = replace(routes, app=app_on(routes.database, scheme="scrypt"))
    assert scrypt.sign_up(email).status_code == 200
    [(password,)] = routes.rows(
        'select a.password from account a join "user" u on u.id = a."userId" where email = %s', email
    )
    assert re.fullmatch(r"[0-9a-f]{32}:[0-9a-f]{128}", password)


@pytest.mark.parametrize("spelling", [str, str.upper, str.title])
def test_an_address_is_taken_once_however_it_is_written(routes: Routes, email: str, spelling: type[str]) -> None:
    routes.sign_up(email)
    response = routes.sign_up(spelling(email), password="another password")
    assert response.status_code == 422
    assert response.json() == {
        "message": "User already exists. Use another email.",
        "code": "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL",
    }
    assert "set-cookie" not in response.headers
    assert routes.rows('select count(*) from account a join "user" u on u.id = a."userId" where email = %s', email) == [
        (1,)
    ]


def test_of_many_who_want_one_address_at_once_exactly_one_gets_it(
    routes: Routes, email: str, connections: Callable[[int], AbstractContextManager[list[Database]]]
) -> None:
    def sign_up(connection: Database) -> int:
        return replace(routes, app=app_on(connection)).sign_up(email).status_code

    with ThreadPoolExecutor(5) as people, connections(5) as opened:
        statuses = list(people.map(sign_up, opened))
    assert sorted(statuses) == [200, 422, 422, 422, 422]
    assert routes.rows(
        """select count(distinct u.id), count(distinct a.id), count(distinct s.id) from "user" u
        join account a on a."userId" = u.id join session s on s."userId" = u.id where email = %s""",
        email,
    ) == [(1, 1, 1)]


def test_sending_the_batch_twice_is_as_good_as_once(routes: Routes, email: str) -> None:
    user = User.new("Ann", email, None, now())
    session = Session.new(user.id, Client("", ""), now(), remember=True)
    for _ in range(2):
        users.sign_up(routes.database, user, "hash", session)
    assert routes.rows('select count(*) from account where "userId" = %s', user.id) == [(1,)]
    assert routes.rows('select count(*) from session where "userId" = %s', user.id) == [(1,)]
    with pytest.raises(Refused, match="already exists"):
        users.sign_up(routes.database, User.new("Eve", email, None, now()), "hash", session)


def test_fields_nobody_knows_change_nothing(routes: Routes, email: str) -> None:
    user = routes.sign_up(
        email, id="mine", emailVerified=True, role="admin", createdAt="2000-01-01T00:00:00.000Z"
    ).json()["user"]
    assert user["id"] != "mine"
    assert user["emailVerified"] is False
    assert not user["createdAt"].startswith("2000")
    assert PASSWORD not in str(user)


def test_a_form_signs_up_as_well_as_json(routes: Routes, email: str) -> None:
    form = f"name=Ann+B&email={email.replace('@', '%40')}&password=correct+horse".encode()
    response = routes.call(
        "POST", "/sign-up/email", content=form, headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert response.json()["user"]["name"] == "Ann B"
