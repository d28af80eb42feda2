from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import bcrypt
import pytest

from shared.auth.accounts import passwords
from shared.auth.models import Client, Session
from shared.auth.refusals import Refused
from shared.auth.rows import users
from shared.clock import now
from tests.integration.auth.conftest import (
    ADDRESS,
    HOME,
    PASSWORD,
    SITE,
    TOKEN,
    app_on,
    cookie_header,
    cookies_of,
    session_cookies_of,
)

if TYPE_CHECKING:
    from tests.integration.auth.conftest import Routes

WRONG = {"message": "Invalid email or password", "code": "INVALID_EMAIL_OR_PASSWORD"}


@pytest.fixture
def user_id(routes: Routes, email: str) -> str:
    user_id: str = routes.sign_up(email).json()["user"]["id"]
    routes.database.round_trips = 0
    return user_id


def test_the_right_password_starts_another_session_in_two_round_trips(routes: Routes, email: str, user_id: str) -> None:
    response = routes.sign_in(email.upper())
    assert response.status_code == 200
    assert routes.database.round_trips == 2
    assert list(response.json()) == ["redirect", "token", "user"]
    assert response.json()["redirect"] is False
    assert response.json()["user"]["id"] == user_id
    assert "location" not in response.headers
    assert routes.rows('select "ipAddress" from session where "userId" = %s', user_id) == [(ADDRESS,)] * 2
    assert routes.session(cookie_header(response)).json()["user"]["email"] == email


def test_unknown_address_and_wrong_password_are_answered_alike(routes: Routes, email: str, user_id: str) -> None:
    answers = [
        routes.sign_in(email, "wrong password"),
        routes.sign_in(f"no-{email}"),
        routes.sign_in(email, ""),
        routes.sign_in(email, PASSWORD + " "),
    ]
    routes.rows('delete from account where "userId" = %s', user_id)
    answers.append(routes.sign_in(email))
    assert [answer.status_code for answer in answers] == [401] * 5
    assert [answer.json() for answer in answers] == [WRONG] * 5
    assert not any("set-cookie" in answer.headers for answer in answers)


@pytest.mark.long  # tests/unit/auth/test_passwords.py counts the work
@pytest.mark.usefixtures("real_hashes")
def test_the_times_of_known_and_unknown_addresses_cannot_be_told_apart(
    routes: Routes, email: str, user_id: str
) -> None:
    assert user_id
    pairs = [(_seconds(routes, email), _seconds(routes, f"no-{email}")) for _ in range(15)]
    known, unknown = zip(*pairs, strict=True)
    longer = sum(one > other for one in known for other in unknown) / len(known) / len(unknown)
    # a half if they are the same; further off than this by chance once in 30,000 runs
    assert 0.05 < longer < 0.95, (known, unknown)


def _seconds(routes: Routes, email: str) -> float:
    began = time.process_time()
    assert routes.sign_in(email, "wrong password").status_code == 401
    return time.process_time() - began


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        ({"email": "nope"}, {"message": "Invalid email", "code": "INVALID_EMAIL"}),
        ({"password": "x" * 129}, {"message": "Password too long", "code": "PASSWORD_TOO_LONG"}),
    ],
)
def test_what_cannot_be_right_is_refused_before_the_database(
    routes: Routes, fields: dict[str, str], body: dict[str, str]
) -> None:
    response = routes.call("POST", "/sign-in/email", json={"email": "ann@example.com", "password": PASSWORD} | fields)
    assert (response.status_code, response.json()) == (400, body)
    assert routes.database.round_trips == 0


def test_a_callback_is_repeated_in_the_answer_and_in_location(routes: Routes, email: str, user_id: str) -> None:
    assert user_id
    response = routes.sign_in(email, callbackURL="/dashboard")
    assert response.status_code == 200
    assert list(response.json()) == ["redirect", "token", "url", "user"]
    assert (response.json()["redirect"], response.json()["url"]) == (True, "/dashboard")
    assert response.headers["location"] == "/dashboard"


def test_a_callback_in_any_script_fits_into_a_header(routes: Routes, email: str, user_id: str) -> None:
    assert user_id
    response = routes.sign_in(email, callbackURL=f"{SITE}/書?a=%20b c#é")
    assert response.json()["url"] == f"{SITE}/書?a=%20b c#é"
    assert response.headers["location"] == f"{SITE}/%E6%9B%B8?a=%20b%20c#%C3%A9"


@pytest.mark.parametrize("cookie_of_before", ["", f"{TOKEN}=x.y; a=b"])
def test_signing_in_never_takes_over_a_token_that_was_there_before(
    routes: Routes, email: str, user_id: str, cookie_of_before: str
) -> None:
    assert user_id
    before = routes.sign_in(email)
    headers = {"cookie": f"{cookie_of_before}; {cookie_header(before)}"}
    again = routes.call("POST", "/sign-in/email", json={"email": email, "password": PASSWORD}, headers=headers)
    assert again.json()["token"] != before.json()["token"]


def test_forgetting_and_remembering_again(routes: Routes, email: str, user_id: str) -> None:
    assert user_id
    forgetful = routes.sign_in(email, rememberMe=False)
    assert list(session_cookies_of(forgetful)) == [TOKEN, "better-auth.dont_remember"]
    again = routes.call(
        "POST",
        "/sign-in/email",
        json={"email": email, "password": PASSWORD},
        headers={"cookie": cookie_header(forgetful)},
    )
    assert cookies_of(again)["better-auth.dont_remember"] == "; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"


@pytest.mark.parametrize(
    ("stored", "scheme", "becomes"),
    [
        (bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode(), "bcrypt", "$2b$10$"),
        (passwords.hashed(PASSWORD, "scrypt"), "bcrypt", "$2b$10$"),
        (passwords.hashed(PASSWORD, "bcrypt"), "scrypt", ""),
    ],
    ids=["a cheap one", "scrypt", "bcrypt"],
)
def test_signing_in_brings_the_hash_up_to_date(
    routes: Routes, email: str, user_id: str, stored: str, scheme: passwords.PasswordScheme, becomes: str
) -> None:
    routes.rows('update account set password = %s where "userId" = %s', stored, user_id)
    routes.database.round_trips = 0
    assert replace(routes, app=app_on(routes.database, scheme=scheme)).sign_in(email).status_code == 200
    assert routes.database.round_trips == 2
    [(now_stored,)] = routes.rows('select password from account where "userId" = %s', user_id)
    assert now_stored != stored
    assert now_stored.startswith(becomes)
    assert (":" in now_stored) is (scheme == "scrypt")
    assert routes.sign_in(email).status_code == 200


def test_a_password_changed_meanwhile_starts_no_session_and_is_not_undone(routes: Routes, user_id: str) -> None:
    session = Session.new(user_id, Client("", ""), now(), remember=True)
    with pytest.raises(Refused, match="Invalid email or password"):
        users.start_session(routes.database, session, "the hash of before", better="a better hash of it")
    assert routes.rows("select count(*) from session where id = %s", session.id) == [(0,)]
    [(password,)] = routes.rows('select password from account where "userId" = %s', user_id)
    assert password.startswith("$2b$10$")


def test_sending_the_batch_twice_starts_one_session(routes: Routes, user_id: str) -> None:
    [(stored,)] = routes.rows('select password from account where "userId" = %s', user_id)
    session = Session.new(user_id, Client("", ""), now(), remember=True)
    users.start_session(routes.database, session, stored, better="better")
    users.start_session(routes.database, session, stored, better="better")
    assert routes.rows("select count(*) from session where id = %s", session.id) == [(1,)]


def test_a_program_without_a_browser_may_sign_in(routes: Routes, email: str, user_id: str) -> None:
    assert user_id
    response = routes.call("POST", "/sign-in/email", json={"email": email, "password": PASSWORD}, origin=None)
    assert response.status_code == 200


def test_passwords_that_look_alike_are_one(routes: Routes, email: str) -> None:
    routes.sign_up(email, "ﬁne Å pässwörd")
    assert routes.sign_in(email, "fine Å pässwörd").status_code == 200


def test_a_password_of_more_than_72_bytes_counts_to_its_end(routes: Routes, email: str) -> None:
    routes.sign_up(email, "p" * 72 + "tail")
    assert routes.sign_in(email, "p" * 72 + "tail").status_code == 200
    assert routes.sign_in(email, "p" * 72).status_code == 401
    assert routes.sign_in(email, "p" * 72 + "liat").status_code == 401


def test_on_https_cookies_are_secure_and_named_so(routes: Routes, email: str, user_id: str) -> None:
    assert user_id
    https = replace(routes, app=app_on(routes.database, home=HOME.replace("http", "https")))
    response = https.call("POST", "/sign-in/email", json={"email": email, "password": PASSWORD}, origin=SITE)
    [(name, rest)] = session_cookies_of(response).items()
    assert name == f"__Secure-{TOKEN}"
    assert rest.endswith("; Max-Age=604800; Path=/; HttpOnly; Secure; SameSite=Lax")
