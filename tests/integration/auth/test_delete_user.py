from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from psycopg import sql

from shared.settings.accounts import AccountSettings
from tests.integration.auth.conftest import EVIL, PASSWORD, TOKEN, cookies_of, signed, somebody

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from tests.integration.auth.conftest import Routes

DELETED = {"success": True, "message": "User deleted"}


def delete(routes: Routes, session: str, **fields: object) -> httpx.Response:
    return routes.call("POST", "/delete-user", json=fields, headers={"cookie": signed(session)})


def is_there(routes: Routes, user_id: str) -> bool:
    return bool(routes.rows('select id from "user" where id = %s', user_id))


def age(routes: Routes, token: str) -> None:
    routes.rows("""update session set "createdAt" = now() - interval '25 hours' where token = %s""", token)


def test_soon_after_signing_in_a_user_may_leave_and_takes_everything_along(routes: Routes, email: str) -> None:
    user_id, token = somebody(routes, email)
    routes.rows("insert into user_profile (user_id, consented_at, updated_at) values (%s, now(), now())", user_id)
    routes.rows(
        """insert into conversation (id, user_id, title, created_at, updated_at)
        values (gen_random_uuid(), %s, 'x', now(), now())""",
        user_id,
    )
    response = delete(routes, token)
    assert response.json() == DELETED
    assert set(cookies_of(response)) == {TOKEN, "better-auth.session_data", "better-auth.dont_remember"}
    assert routes.database.round_trips == 1
    for table, column in [("user", "id"), ("account", "userId"), ("session", "userId"), ("user_profile", "user_id")]:
        assert rows_of(routes, table, column, user_id) == []
    assert rows_of(routes, "conversation", "user_id", user_id) == []


def rows_of(routes: Routes, table: str, column: str, user_id: str) -> list[tuple[object, ...]]:
    query = sql.SQL("select 1 from {} where {} = %s").format(sql.Identifier(table), sql.Identifier(column))
    return routes.owner.execute(query, (user_id,)).fetchall()


def test_later_only_the_password_helps(routes: Routes, email: str) -> None:
    user_id, token = somebody(routes, email)
    age(routes, token)
    for fields, code in [({}, "SESSION_EXPIRED"), ({"password": "wrong password"}, "INVALID_PASSWORD")]:
        response = delete(routes, token, **fields)
        assert (response.status_code, response.json()["code"]) == (400, code)
        assert is_there(routes, user_id)
    routes.database.round_trips = 0
    assert delete(routes, token, password=PASSWORD).json() == DELETED
    assert routes.database.round_trips == 2
    assert not is_there(routes, user_id)


def test_where_a_link_is_sent_first_only_the_link_deletes_in_one_round_trip(
    routes_with: Callable[[AccountSettings], Routes], email: str
) -> None:
    routes = routes_with(AccountSettings(delete_user="confirm"))
    user_id, token = somebody(routes, email)
    response = delete(routes, token, password=PASSWORD, callbackURL="/bye")
    assert response.json() == {"success": True, "message": "Verification email sent"}
    assert is_there(routes, user_id)
    link = routes.mailbox.link()
    assert re.fullmatch(r"/delete-user/callback\?token=[0-9a-z]{32}&callbackURL=%2Fbye", link)
    assert routes.call("GET", link).json()["code"] == "FAILED_TO_GET_USER_INFO"
    _, eve = somebody(routes, f"eve-{email}")
    assert routes.call("GET", link, headers={"cookie": signed(eve)}).json()["code"] == "INVALID_TOKEN"
    assert is_there(routes, user_id)
    routes.database.round_trips = 0
    followed = routes.call("GET", link, headers={"cookie": signed(token)})
    assert (followed.status_code, followed.headers["location"]) == (302, "/bye")
    assert set(cookies_of(followed)) == {TOKEN, "better-auth.session_data", "better-auth.dont_remember"}
    assert routes.database.round_trips == 1
    assert not is_there(routes, user_id)


@pytest.mark.parametrize("spoilt", ["expired", "of another user", "made up"])
def test_a_bad_token_deletes_nobody(routes: Routes, email: str, spoilt: str) -> None:
    user_id, token = somebody(routes, email)
    whose, ends = ("x", "1 hour") if spoilt == "of another user" else (user_id, "-1 second")
    if spoilt != "made up":
        routes.rows(
            """insert into verification (id, identifier, value, "expiresAt")
            values (%s, %s, %s, now() + %s::interval)""",
            *[user_id, f"delete-account-{user_id}", whose, ends],
        )
    for response in (
        delete(routes, token, token=user_id),
        routes.call("GET", f"/delete-user/callback?token={user_id}", headers={"cookie": signed(token)}),
    ):
        assert (response.status_code, response.json()["code"]) == (404, "INVALID_TOKEN")
    assert is_there(routes, user_id)


def test_the_link_never_leads_to_another_site(routes: Routes, cookie: str) -> None:
    response = routes.call("GET", f"/delete-user/callback?token=x&callbackURL={EVIL}", headers={"cookie": cookie})
    assert (response.status_code, response.json()["code"]) == (403, "INVALID_CALLBACK_URL")


def test_where_users_may_not_leave_there_is_nothing(
    routes_with: Callable[[AccountSettings], Routes], email: str
) -> None:
    routes = routes_with(AccountSettings(delete_user="off"))
    user_id, token = somebody(routes, email)
    response = delete(routes, token, password=PASSWORD)
    assert (response.status_code, response.text) == (404, "")
    followed = routes.call("GET", "/delete-user/callback?token=x", headers={"cookie": signed(token)})
    assert (followed.status_code, followed.json()["code"]) == (404, "NOT_FOUND")
    assert is_there(routes, user_id)


def test_who_has_no_password_cannot_give_one(routes: Routes, email: str) -> None:
    user_id, token = somebody(routes, email)
    routes.rows('delete from account where "userId" = %s', user_id)
    assert delete(routes, token, password=PASSWORD).json()["code"] == "CREDENTIAL_ACCOUNT_NOT_FOUND"


@pytest.mark.parametrize("by", ["password", "session", "link"])
def test_who_is_referred_to_by_a_table_of_the_sites_own_stays_and_is_told_why(
    routes: Routes, routes_with: Callable[[AccountSettings], Routes], email: str, by: str
) -> None:
    user_id, token = somebody(routes, email)
    routes.rows('create table if not exists site_order (by text references "user" (id))')
    routes.rows("insert into site_order values (%s)", user_id)
    if by == "link":
        confirming = routes_with(AccountSettings(delete_user="confirm"))
        delete(confirming, token)
        refused = routes.call("GET", routes.mailbox.link(), headers={"cookie": signed(token)})
    else:
        refused = delete(routes, token, **({"password": PASSWORD} if by == "password" else {}))
    assert (refused.status_code, refused.json()["code"]) == (409, "ACCOUNT_STILL_REFERRED_TO")
    assert is_there(routes, user_id)
    assert routes.session(signed(token)).json()["user"]["id"] == user_id, "nobody was signed out"
    routes.rows("delete from site_order where by = %s", user_id)
    assert delete(routes, token, password=PASSWORD).json() == DELETED
    routes.rows("drop table site_order")


def test_verifications_of_others_whose_address_or_id_holds_this_one_stay(routes: Routes, email: str) -> None:
    user_id, token = somebody(routes, email)
    mine = [
        (f"sign-in-otp-{email}", "1"),
        (email, "1"),
        (f"magic-{user_id}", f'{{"email":"{email}","name":"Ann"}}'),
        (f"passkey:{user_id}", "1"),
    ]
    others = [
        (f"sign-in-otp-{email}m", "1"),
        (f"sign-in-otp-x-{email}", "1"),
        (f"magic-2-{user_id}x", f'{{"email":"{email}m"}}'),
        (f"passkey:{user_id}9", "1"),
    ]
    for identifier, value in (*mine, *others):
        routes.rows(
            """insert into verification (id, identifier, value, "expiresAt", "createdAt", "updatedAt")
            values (gen_random_uuid()::text, %s, %s, now() + interval '1 hour', now(), now())""",
            identifier,
            value,
        )
    assert delete(routes, token, password=PASSWORD).json() == DELETED
    left = routes.rows(
        "select identifier from verification where identifier = any(%s)", [each for each, _ in (*mine, *others)]
    )
    assert sorted(each for (each,) in left) == sorted(each for each, _ in others)
