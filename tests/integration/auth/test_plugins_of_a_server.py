"""On a database to which a Better Auth server's plug-ins have added columns and tables, their rules hold here as well.

tests/adoption does the same beside real servers; here the columns come after our own migrations, as a server's would.
"""

from __future__ import annotations

import base64
import json
import time
import uuid
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import psycopg
import pytest
from psycopg import sql

from infra.migrate import migrate
from shared.auth.browser.cookies import read_signed
from shared.auth.limits.in_container import ACCOUNT
from shared.auth.tokens.codes import at_step
from shared.auth.tokens.encoding import opened, sealed
from shared.db.opening import open_database
from shared.settings.accounts import AccountSettings
from shared.settings.database import DatabaseSettings
from tests.integration.auth.conftest import (
    HOME,
    PASSWORD,
    SECRET,
    Counting,
    Routes,
    app_on,
    cookie_header,
    cookies_of,
    signed,
    somebody,
)
from tests.integration.auth.test_thrown_out import reset, reset_link

if TYPE_CHECKING:
    from collections.abc import Generator

    from infra.local.postgres import Postgres
    from tests.fixtures.logged import Lines

PLUGINS = """
    alter table "user" add role text, add banned boolean, add "banReason" text, add "banExpires" timestamptz,
        add "twoFactorEnabled" boolean, add username text unique, add "displayUsername" text, add plan text,
        add "bornAt" timestamptz, add notes text default 'for staff only';
    alter table session add "impersonatedBy" text, add "activeOrganizationId" text;
    create table "twoFactor" (
        id text primary key, secret text not null, "backupCodes" text not null, verified boolean,
        "failedVerificationCount" integer, "lockedUntil" timestamptz,
        "userId" text not null references "user" (id) on delete cascade
    );
    insert into returned_field values ('user', 'plan', false), ('user', 'bornAt', true)
"""
AUTHENTICATOR = "a secret of thirty-two characters"
BACKUP_CODES = ["abcde-fghij", "klmno-pqrst"]
BANNED = {
    "message": "You have been banned from this application. Please contact support if you believe this is an error.",
    "code": "BANNED_USER",
}


@pytest.fixture(scope="module")
def plugged(postgres: Postgres) -> Generator[tuple[Counting, psycopg.Connection[tuple[Any, ...]]]]:
    name = f"plugged_{uuid.uuid4().hex}"
    with psycopg.connect(postgres.owner_url, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    owner_url, app_url = (each.removesuffix("docs") + name for each in (postgres.owner_url, postgres.app_url))
    migrate(owner_url, app_url, say=lambda _: None)
    with (
        psycopg.connect(owner_url, autocommit=True) as owner,
        closing(Counting(open_database(DatabaseSettings(app_url, "pooled")))) as database,
    ):
        owner.execute(PLUGINS.encode())
        migrate(owner_url, app_url, say=lambda _: None)
        yield database, owner


@pytest.fixture
def routes(plugged: tuple[Counting, psycopg.Connection[tuple[Any, ...]]]) -> Routes:
    database, owner = plugged
    database.round_trips = 0
    return Routes(app_on(database, accounts=AccountSettings(delete_user="on")), database, owner)


def ban(routes: Routes, user_id: str, expires: str | None = None) -> None:
    change = (
        """update "user" set banned = true, "banReason" = 'spam', "banExpires" = now() + %s::interval where id = %s"""
    )
    routes.rows(change, expires, user_id)  # pyright: ignore[reportArgumentType] (our own words)


def enrol(routes: Routes, user_id: str, *, verified: bool = True, secret: str = AUTHENTICATOR) -> None:
    routes.rows('update "user" set "twoFactorEnabled" = true where id = %s', user_id)
    routes.rows(
        """insert into "twoFactor" (id, secret, "backupCodes", verified, "userId") values (%s, %s, %s, %s, %s)""",
        *(user_id, sealed(secret, SECRET), sealed(json.dumps(BACKUP_CODES), SECRET), verified, user_id),
    )


def shown(steps: int = 0, key: bytes = AUTHENTICATOR.encode()) -> str:
    """What the authenticator shows, some half minutes from now."""
    return at_step(key, int(time.time()) // 30 + steps)


def challenged(routes: Routes, email: str, **fields: bool) -> str:
    """The `Cookie` header of somebody who has a second factor and has shown the password."""
    return cookie_header(routes.sign_in(email, PASSWORD, **fields))


def verify(routes: Routes, cookie: str, code: str, path: str = "verify-totp") -> httpx.Response:
    routes.database.round_trips = 0
    return routes.call("POST", f"/two-factor/{path}", json={"code": code}, headers={"cookie": cookie})


def code_of(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def sessions(routes: Routes, user_id: str) -> int:
    return len(routes.rows('select id from session where "userId" = %s', user_id))


def no_session_of(response: httpx.Response) -> bool:
    return not cookies_of(response).get("better-auth.session_token", "").partition(";")[0]


@pytest.mark.parametrize("expires", [None, "1 hour"])
def test_a_banned_user_gets_no_session(routes: Routes, email: str, lines: Lines, expires: str | None) -> None:
    user_id, _ = somebody(routes, email)
    ban(routes, user_id, expires)
    before = sessions(routes, user_id)
    refused = routes.sign_in(email)
    assert (refused.status_code, refused.json()) == (403, BANNED)
    assert lines.told == [("ban_enforced", "banned_user")]
    assert no_session_of(refused)
    assert sessions(routes, user_id) == before


def test_whether_somebody_is_banned_is_told_to_those_who_know_the_password_only(routes: Routes, email: str) -> None:
    user_id, _ = somebody(routes, email)
    ban(routes, user_id)
    assert routes.sign_in(email, "another password").json()["code"] == "INVALID_EMAIL_OR_PASSWORD"


def test_a_ban_that_has_expired_is_lifted_by_signing_in(routes: Routes, email: str) -> None:
    user_id, _ = somebody(routes, email)
    ban(routes, user_id, "-1 second")
    assert routes.sign_in(email).status_code == 200
    assert routes.database.round_trips == 2
    found = 'select banned, "banReason", "banExpires" from "user" where id = %s'
    assert routes.rows(found, user_id) == [(False, None, None)]


@pytest.mark.parametrize("path", ["/get-session", "/list-sessions", "/list-accounts", "/token"])
def test_a_session_of_a_banned_user_does_not_count_whoever_made_it(routes: Routes, email: str, path: str) -> None:
    user_id, token = somebody(routes, email)
    assert routes.session(signed(token), path).json()
    ban(routes, user_id)
    refused = routes.session(signed(token), path)
    assert not refused.json() or refused.status_code == 401
    ban(routes, user_id, "-1 second")
    assert routes.session(signed(token), path).status_code == 200, "the time is over"


def test_a_banned_user_reads_and_changes_nothing_of_their_own(routes: Routes, email: str) -> None:
    user_id, token = somebody(routes, email)
    ban(routes, user_id)
    for path, body in {
        "/update-user": {"name": "Eve"},
        "/change-password": {"newPassword": "a new password", "currentPassword": PASSWORD, "revokeOtherSessions": True},
        "/delete-user": {"password": PASSWORD},
    }.items():
        assert routes.call("POST", path, json=body, headers={"cookie": signed(token)}).status_code == 401
    assert routes.rows('select name from "user" where id = %s', user_id) == [("Ann",)]


@pytest.mark.parametrize(("verified", "methods"), [(True, ["totp"]), (False, [])])
def test_a_password_alone_makes_no_session_for_a_user_with_two_factors(
    routes: Routes, email: str, *, verified: bool, methods: list[str]
) -> None:
    user_id, _ = somebody(routes, email)
    enrol(routes, user_id, verified=verified)
    before = sessions(routes, user_id)
    answered = routes.sign_in(email)
    assert answered.json() == {"twoFactorRedirect": True, "twoFactorMethods": methods}
    assert routes.database.round_trips == 2
    assert no_session_of(answered)
    assert "set-auth-token" not in answered.headers
    assert sessions(routes, user_id) == before


@pytest.mark.parametrize(("defaults", "lives_on"), [("safer", False), ("original", True)])
def test_what_a_browser_forgets_when_it_is_asked_for_a_second_factor_ends(
    routes: Routes, email: str, monkeypatch: pytest.MonkeyPatch, defaults: str, *, lives_on: bool
) -> None:
    monkeypatch.setenv("ACCOUNT_DEFAULTS", defaults)
    user_id, before = somebody(routes, email)
    enrol(routes, user_id)
    sent = {"email": email, "password": PASSWORD}
    challenged = routes.call("POST", "/sign-in/email", json=sent, headers={"cookie": signed(before)})
    assert challenged.json()["twoFactorRedirect"] is True
    assert (routes.session(signed(before)).json() is not None) == lives_on


def test_the_challenge_is_stored_as_the_plug_in_stores_it(routes: Routes, email: str) -> None:
    user_id, _ = somebody(routes, email)
    enrol(routes, user_id)
    cookies = cookies_of(routes.sign_in(email, rememberMe=False))
    [value, *attributes] = cookies["better-auth.two_factor"].split("; ")
    identifier = read_signed(value.replace("%2F", "/").replace("%2B", "+").replace("%3D", "="), SECRET)
    assert "Max-Age=600" in attributes
    assert routes.rows("select value from verification where identifier = %s", identifier) == [(user_id,)]
    assert routes.rows("select value from verification where identifier = %s", f"2fa-attempts-{identifier}") == [("0",)]
    assert cookies["better-auth.dont_remember"].startswith("true"), "so that the session will end with the browser"


def test_a_user_whose_second_factor_was_lost_is_not_let_in(routes: Routes, email: str) -> None:
    user_id, _ = somebody(routes, email)
    routes.rows('update "user" set "twoFactorEnabled" = true where id = %s', user_id)
    assert routes.sign_in(email).json() == {"twoFactorRedirect": True, "twoFactorMethods": []}


def test_somebody_signs_in_by_username_in_whatever_case(routes: Routes, email: str) -> None:
    user_id, _ = somebody(routes, email)
    name = f"ann_{user_id[:8].lower()}"
    routes.rows('update "user" set username = %s, "displayUsername" = \'Ann\' where id = %s', name, user_id)
    routes.database.round_trips = 0
    answered = routes.call("POST", "/sign-in/username", json={"username": name.upper(), "password": PASSWORD})
    assert answered.json()["user"]["username"] == name
    assert routes.database.round_trips == 3
    assert routes.session(cookie_header(answered)).json()["user"]["email"] == email


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"username": "nobody.at_all", "password": PASSWORD}, 401, "INVALID_USERNAME_OR_PASSWORD"),
        ({"username": "", "password": PASSWORD}, 401, "INVALID_USERNAME_OR_PASSWORD"),
        ({"username": "ab", "password": PASSWORD}, 422, "USERNAME_TOO_SHORT"),
        ({"username": "a" * 31, "password": PASSWORD}, 422, "USERNAME_TOO_LONG"),
        ({"username": "a b c", "password": PASSWORD}, 422, "INVALID_USERNAME"),
        ({"username": "abc", "password": "x" * 129}, 400, "PASSWORD_TOO_LONG"),
        ({"password": PASSWORD}, 400, "VALIDATION_ERROR"),
    ],
)
def test_what_is_wrong_with_a_sign_in_by_username_is_said_as_the_plug_in_says_it(
    routes: Routes, body: dict[str, str], status: int, code: str
) -> None:
    refused = routes.call("POST", "/sign-in/username", json=body)
    assert (refused.status_code, refused.json()["code"]) == (status, code)


def test_users_who_are_banned_or_have_two_factors_are_held_to_it_by_username_too(routes: Routes, email: str) -> None:
    user_id, _ = somebody(routes, email)
    name = f"ann_{user_id[:8].lower()}"
    routes.rows('update "user" set username = %s where id = %s', name, user_id)
    enrol(routes, user_id)
    ask = {"username": name, "password": PASSWORD}
    assert "twoFactorRedirect" in routes.call("POST", "/sign-in/username", json=ask).json()
    ban(routes, user_id)
    assert routes.call("POST", "/sign-in/username", json=ask).json() == BANNED


def test_guesses_by_name_and_by_address_are_guesses_at_one_account(routes: Routes, email: str) -> None:
    user_id, _ = somebody(routes, email)
    name = f"ann_{user_id[:8].lower()}"
    routes.rows('update "user" set username = %s where id = %s', name, user_id)
    limited = replace(routes, app=app_on(routes.database, mailer=routes.mailbox, rate_limits="on"))
    by_name, by_address = ("/sign-in/username", {"username": name}), ("/sign-in/email", {"email": email})

    def tried(way: tuple[str, dict[str, str]], password: str, cookie: str = "") -> httpx.Response:
        path, named = way
        body, headers = named | {"password": password}, {"origin": HOME} | ({"cookie": cookie} if cookie else {})
        from_elsewhere = f"2001:db8:{uuid.uuid4().hex[:4]}:{uuid.uuid4().hex[:4]}::1"
        return limited.send(httpx.Request("POST", f"{HOME}/api/auth{path}", json=body, headers=headers), from_elsewhere)

    browser = cookies_of(tried(by_name, PASSWORD))["better-auth.known_device"].partition(";")[0]
    guesses = [tried(way, "a guess").status_code for way in (by_name, by_address) * (ACCOUNT.most // 2)]
    assert guesses == [401] * ACCOUNT.most
    assert [tried(way, PASSWORD).status_code for way in (by_name, by_address)] == [429, 429]
    known = f"better-auth.known_device={browser}"
    assert [tried(way, PASSWORD, known).status_code for way in (by_name, by_address)] == [200, 200]


def test_clients_are_told_what_the_server_would_tell_and_nothing_else(routes: Routes, email: str) -> None:
    user_id, token = somebody(routes, email)
    routes.rows(
        """update "user" set role = 'editor', plan = 'free', "bornAt" = '2001-02-03 04:05:06.7+02' where id = %s""",
        user_id,
    )
    routes.rows("""update session set "activeOrganizationId" = 'o1' where token = %s""", token)
    told = routes.session(signed(token)).json()
    expected = {
        "role": "editor",
        "plan": "free",
        "bornAt": "2001-02-03T02:05:06.700Z",
        "banned": None,
        "username": None,
    }
    assert expected.items() <= told["user"].items()
    assert "notes" not in told["user"]
    assert told["session"]["activeOrganizationId"] == "o1"
    assert routes.session(signed(token), "/list-sessions").json()[0]["activeOrganizationId"] == "o1"
    claims = routes.session(signed(token), "/token").json()["token"].split(".")[1]
    assert expected.items() <= json.loads(base64.urlsafe_b64decode(f"{claims}==")).items()


def test_who_signs_up_or_in_is_told_the_same(routes: Routes, email: str) -> None:
    signed_up = routes.sign_up(email).json()["user"]
    assert signed_up == routes.sign_in(email).json()["user"]
    assert signed_up["role"] is None


def test_a_session_that_an_administrator_opened_is_not_among_those_that_the_user_sees(
    routes: Routes, email: str
) -> None:
    _, token = somebody(routes, email)
    routes.sign_in(email)
    routes.rows("""update session set "impersonatedBy" = 'admin' where token <> %s""", token)
    assert [each["token"] for each in routes.session(signed(token), "/list-sessions").json()] == [token]


def test_without_the_plug_ins_there_is_no_sign_in_by_username(opened: Counting, owner: psycopg.Connection[Any]) -> None:
    plain = Routes(app_on(opened), opened, owner)
    for body in ({"username": "somebody", "password": PASSWORD}, {"username": "ab"}):
        assert plain.call("POST", "/sign-in/username", json=body).status_code == 404


@pytest.fixture
def enrolled(routes: Routes, email: str) -> str:
    """Id of somebody with an authenticator and two backup codes."""
    user_id, _ = somebody(routes, email)
    enrol(routes, user_id)
    return user_id


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_the_code_of_an_authenticator_signs_in(
    routes: Routes, email: str, enrolled: str, lines: Lines, steps: int
) -> None:
    cookie, before = challenged(routes, email), sessions(routes, enrolled)
    entered = verify(routes, cookie, shown(steps))
    assert lines.told == [("second_factor_asked", "password"), ("signed_in", "second_factor")]
    assert (entered.status_code, entered.json()["user"]["email"]) == (200, email)
    assert routes.database.round_trips == 2
    assert sessions(routes, enrolled) == before + 1
    assert routes.session(cookie_header(entered)).json()["user"]["id"] == enrolled
    assert cookies_of(entered)["better-auth.two_factor"].startswith("; Max-Age=0")
    assert routes.rows("select id from verification where value = %s", enrolled) == []


def test_a_session_that_shall_end_with_the_browser_does_so_after_a_second_factor_too(
    routes: Routes, email: str, enrolled: str
) -> None:
    entered = verify(routes, challenged(routes, email, rememberMe=False), shown())
    assert "Max-Age" not in cookies_of(entered)["better-auth.session_token"]
    [[seconds]] = routes.rows(
        """select extract(epoch from max("expiresAt") filter (where token = %s) - now())::int from session
        where "userId" = %s""",
        *(entered.json()["token"], enrolled),
    )
    assert seconds <= 86400


@pytest.mark.parametrize("secret", ["base32:JBSWY3DPEHPK3PXP", "base32:jbswy3dpehpk3pxp"])
def test_a_secret_that_another_provider_made_counts(routes: Routes, email: str, secret: str) -> None:
    user_id, _ = somebody(routes, email)
    enrol(routes, user_id, secret=secret)
    assert verify(routes, challenged(routes, email), shown(key=base64.b32decode("JBSWY3DPEHPK3PXP"))).status_code == 200


def test_a_new_password_ends_a_challenge_that_the_old_one_began(routes: Routes, email: str, enrolled: str) -> None:
    """Whoever had the old password, and has the authenticator in hand, does not get in by it any more."""
    begun = challenged(routes, email)
    mailing = replace(routes, app=app_on(routes.database, mailer=routes.mailbox))
    assert reset(mailing, reset_link(mailing, email)) == 200
    assert code_of(verify(routes, begun, shown())) == (401, "INVALID_TWO_FACTOR_COOKIE")
    assert sessions(routes, enrolled) == 0


def test_a_challenge_is_met_once(routes: Routes, email: str, enrolled: str) -> None:
    assert enrolled
    cookie = challenged(routes, email)
    assert verify(routes, cookie, shown()).status_code == 200
    again = verify(routes, cookie, shown())
    assert code_of(again) == (401, "INVALID_TWO_FACTOR_COOKIE")
    assert no_session_of(again)


def test_a_backup_code_signs_in_once_and_the_others_stay(routes: Routes, email: str, enrolled: str) -> None:
    first, second = challenged(routes, email), challenged(routes, email)
    assert verify(routes, first, BACKUP_CODES[0], "verify-backup-code").status_code == 200
    assert routes.database.round_trips == 2
    [[left]] = routes.rows('select "backupCodes" from "twoFactor" where "userId" = %s', enrolled)
    assert json.loads(opened(left, SECRET)) == BACKUP_CODES[1:]
    assert code_of(verify(routes, second, BACKUP_CODES[0], "verify-backup-code")) == (401, "INVALID_BACKUP_CODE")
    assert verify(routes, second, BACKUP_CODES[1], "verify-backup-code").status_code == 200


def test_backup_codes_that_a_server_stores_in_clear_count_and_stay_so(
    routes: Routes, email: str, enrolled: str
) -> None:
    routes.rows('update "twoFactor" set "backupCodes" = %s where "userId" = %s', json.dumps(BACKUP_CODES), enrolled)
    assert verify(routes, challenged(routes, email), BACKUP_CODES[1], "verify-backup-code").status_code == 200
    left = routes.rows('select "backupCodes" from "twoFactor" where "userId" = %s', enrolled)
    assert left == [(json.dumps(BACKUP_CODES[:1]),)]


def test_whose_second_factor_was_taken_away_meanwhile_is_told_so(routes: Routes, email: str, enrolled: str) -> None:
    cookie = challenged(routes, email)
    routes.rows('delete from "twoFactor" where "userId" = %s returning 1', enrolled)
    assert code_of(verify(routes, cookie, BACKUP_CODES[0], "verify-backup-code")) == (400, "BACKUP_CODES_NOT_ENABLED")
    assert code_of(verify(routes, cookie, shown())) == (400, "TOTP_NOT_ENABLED")


@pytest.mark.parametrize(
    ("path", "code"), [("verify-totp", "INVALID_CODE"), ("verify-backup-code", "INVALID_BACKUP_CODE")]
)
def test_five_wrong_codes_end_a_challenge(routes: Routes, email: str, enrolled: str, path: str, code: str) -> None:
    cookie, before = challenged(routes, email), sessions(routes, enrolled)
    for _ in range(5):
        assert code_of(verify(routes, cookie, "wrong", path)) == (401, code)
    assert code_of(verify(routes, cookie, shown())) == (400, "TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE")
    assert code_of(verify(routes, cookie, shown())) == (401, "INVALID_TWO_FACTOR_COOKIE")
    assert sessions(routes, enrolled) == before


def test_ten_wrong_codes_in_a_row_lock_the_second_factor_for_a_quarter_of_an_hour(
    routes: Routes, email: str, enrolled: str
) -> None:
    for cookie in (challenged(routes, email), challenged(routes, email)):
        for _ in range(5):
            verify(routes, cookie, "wrong")
    assert code_of(verify(routes, challenged(routes, email), shown())) == (429, "ACCOUNT_TEMPORARILY_LOCKED")
    routes.rows("""update "twoFactor" set "lockedUntil" = now() - interval '1 second' where "userId" = %s""", enrolled)
    assert code_of(verify(routes, challenged(routes, email), "wrong")) == (401, "INVALID_CODE"), (
        "counted from one again"
    )
    assert verify(routes, challenged(routes, email), shown()).status_code == 200
    found = 'select "failedVerificationCount", "lockedUntil" from "twoFactor" where "userId" = %s'
    assert routes.rows(found, enrolled) == [(0, None)]


def test_somebody_who_is_banned_between_the_two_steps_stays_out(routes: Routes, email: str, enrolled: str) -> None:
    cookie = challenged(routes, email)
    ban(routes, enrolled)
    refused = verify(routes, cookie, shown())
    assert (refused.status_code, refused.json()) == (403, BANNED)
    assert no_session_of(refused)


def test_a_challenge_is_not_a_session_and_a_session_not_a_challenge(routes: Routes, email: str, enrolled: str) -> None:
    cookie = challenged(routes, email)
    assert routes.session(cookie).json() is None
    [[identifier]] = routes.rows("select identifier from verification where value = %s", enrolled)
    assert routes.session(signed(str(identifier))).json() is None
    for sent in ("", cookie.replace("2fa-", "2fb-"), f"better-auth.two_factor={identifier}"):
        assert code_of(verify(routes, sent, shown())) == (401, "INVALID_TWO_FACTOR_COOKIE")


def test_a_challenge_ends_after_ten_minutes(routes: Routes, email: str, enrolled: str) -> None:
    cookie = challenged(routes, email)
    routes.rows("""update verification set "expiresAt" = now() - interval '1 second' where value = %s""", enrolled)
    assert code_of(verify(routes, cookie, shown())) == (401, "INVALID_TWO_FACTOR_COOKIE")


def test_who_has_a_password_cannot_ask_for_challenges_without_end(
    plugged: tuple[Counting, psycopg.Connection[tuple[Any, ...]]], email: str
) -> None:
    database, owner = plugged
    limited = Routes(app_on(database, rate_limits="on"), database, owner)
    user_id, _ = somebody(limited, email)
    enrol(limited, user_id)
    answers = [
        limited.send(
            httpx.Request(
                "POST",
                f"{HOME}/api/auth/sign-in/email",
                json={"email": email, "password": PASSWORD},
                headers={"origin": HOME},
            ),
            address=f"203.0.113.{number}",
        ).status_code
        for number in range(12)
    ]
    assert answers == [200] * 10 + [429] * 2
