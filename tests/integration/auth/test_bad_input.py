from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.integration.auth.conftest import EVIL, HOME, PASSWORD, SITE, TOKEN, signed, somebody

if TYPE_CHECKING:
    from tests.integration.auth.conftest import Routes

ROUTES = ["/sign-up/email", "/sign-in/email", "/sign-out"]
SIGNED_IN_ROUTES = [
    "/revoke-session",
    "/revoke-sessions",
    "/revoke-other-sessions",
    "/update-user",
    "/change-password",
    "/verify-password",
    "/reset-password",
    "/change-email",
    "/delete-user",
]
JSON = {"content-type": "application/json"}
GOOD = {"name": "Ann", "email": "nobody@example.com", "password": PASSWORD}
SQL = '\'; drop table "user"; --'

BODIES: dict[str, bytes] = {
    "cut": b'{"email": ',
    "not json": b"hello",
    "single quotes": b"{'email': 'a'}",
    "trailing comma": b'{"email": "a",}',
    "NaN": b'{"email": NaN}',
    "Infinity": b"-Infinity",
    "not utf-8": b'{"email": "\xff\xfe"}',
    "deep": b'{"email":' + b"[" * 40_000,
    "deep and whole": b"[" * 20_000 + b"]" * 20_000,
    "two values": b"{} {}",
    "null": b"null",
    "list": b"[1]",
    "text": b'"text"',
    "number": b"5",
    "long number": b'{"email": ' + b"9" * 5000 + b"}",
    "boolean": b"true",
    "empty object": b"{}",
    "nested": b'{"email": {"$gt": ""}, "password": {"$gt": ""}, "name": {}}',
    "lists": b'{"email": ["a@example.com"], "password": ["x"], "name": []}',
    "nulls": b'{"email": null, "password": null, "name": null}',
    "numbers": b'{"email": 1, "password": 12345678, "name": 1.5}',
    "booleans": b'{"email": true, "password": true, "name": true}',
    "half a surrogate pair": b'{"email": "\\ud800@example.com", "password": "\\udc00aaaaaaaa", "name": "\\ud800"}',
    "zero bytes": b'{"email": "a\\u0000@example.com", "password": "a\\u0000aaaaaaaa", "name": "\\u0000"}',
    "sql": json.dumps({"email": SQL, "password": SQL, "name": SQL}).encode(),
    "long email": json.dumps(GOOD | {"email": "a" * 90_000}).encode(),
    "long password": json.dumps(GOOD | {"password": "x" * 90_000}).encode(),
    "too large": json.dumps(GOOD | {"name": "x" * 200_000}).encode(),
    "remember me is a text": json.dumps(GOOD | {"rememberMe": "false"}).encode(),
    "callback is a number": json.dumps(GOOD | {"callbackURL": 5}).encode(),
    "callback is an empty list": json.dumps(GOOD | {"callbackURL": []}).encode(),
    "callback is null": json.dumps(GOOD | {"callbackURL": None}).encode(),
    "callback leads away": json.dumps(GOOD | {"callbackURL": EVIL}).encode(),
    "callback splits a header": json.dumps(GOOD | {"callbackURL": f"{HOME}/\r\nSet-Cookie: a=b"}).encode(),
}
COOKIES = [
    f"{TOKEN}={'x' * 20_000}",
    f"{TOKEN}=%00%ff%zz",
    f"{TOKEN}=.{'A' * 43}%3D",
    f"{TOKEN}={quote(SQL)}.{'A' * 43}%3D",
    f"{TOKEN}=" + signed("x" * 32, "the secret of another environment, 32+").partition("=")[2],
    signed("x" * 32)[:-8],
    signed(SQL),
    signed(""),
    ";" * 5000,
]


def users(routes: Routes) -> list[tuple[int, int, int]]:
    return routes.rows(
        'select (select count(*) from "user"), (select count(*) from account), (select count(*) from session)'
    )


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_no_body_is_too_strange_for_a_clear_answer(routes: Routes, path: str, body: bytes) -> None:
    before = users(routes)
    response = routes.call("POST", path, content=body, headers=JSON)
    answer = response.json()
    if path == "/sign-out" and response.status_code == 200:
        assert answer == {"success": True}
    else:
        assert 400 <= response.status_code < 500
        assert isinstance(answer["message"], str)
        assert set(answer) <= {"message", "code"}
    assert "set-cookie" not in response.headers or path == "/sign-out"
    assert users(routes) == before


@pytest.mark.parametrize(("method", "path"), [*(("POST", path) for path in ROUTES), ("GET", "/get-session")])
@pytest.mark.parametrize("cookie", COOKIES)
def test_no_cookie_is_too_strange_for_a_clear_answer(routes: Routes, method: str, path: str, cookie: str) -> None:
    before = users(routes)
    json = {"email": "nobody@example.com", "password": PASSWORD} if path == "/sign-in/email" else {}
    response = routes.call(method, path, json=json if method == "POST" else None, headers={"cookie": cookie})
    expected = {"/sign-up/email": 400, "/sign-in/email": 401, "/sign-out": 200, "/get-session": 200}
    assert response.status_code == expected[path]
    assert users(routes) == before


@pytest.mark.parametrize("value", ["Bearer", "Bearer ", "Bearer x.y", f"Bearer {'x' * 9000}", "Basic eDp5"])
def test_no_authorization_is_too_strange_for_a_clear_answer(routes: Routes, value: str) -> None:
    response = routes.call("GET", "/get-session", headers={"authorization": value})
    assert (response.status_code, response.text) == (200, "null")


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize(
    "media_type", ["text/plain", "multipart/form-data", "application/vnd.routes+json", "application/xml"]
)
def test_another_media_type_is_named_with_those_that_are_allowed(routes: Routes, path: str, media_type: str) -> None:
    response = routes.call("POST", path, content=b"{}", headers={"content-type": media_type})
    allowed = "application/json" if path == "/sign-out" else "application/x-www-form-urlencoded, application/json"
    assert response.status_code == 415
    assert response.json() == {
        "message": f'Content-Type "{media_type}" is not allowed. Allowed types: {allowed}',
        "code": "UNSUPPORTED_MEDIA_TYPE",
    }


@pytest.mark.parametrize("headers", [{}, JSON])
@pytest.mark.parametrize("content", [None, b""])
def test_no_body_is_an_undefined_one(routes: Routes, headers: dict[str, str], content: bytes | None) -> None:
    response = routes.call("POST", "/sign-in/email", content=content, headers=headers)
    assert response.json() == {
        "message": "[body] Invalid input: expected object, received undefined",
        "code": "VALIDATION_ERROR",
    }


def test_everything_that_is_wrong_is_said_at_once_and_in_order(routes: Routes) -> None:
    response = routes.call(
        "POST", "/sign-up/email", json={"email": "nope", "password": "", "image": None, "rememberMe": 1}
    )
    assert response.json()["message"].split("; ") == [
        "[body.name] Invalid input: expected string, received undefined",
        "[body.email] Invalid email address",
        "[body.password] Too small: expected string to have >=1 characters",
        "[body.image] Invalid input: expected string, received null",
        "[body.rememberMe] Invalid input: expected boolean, received number",
    ]


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("callbackURL", "INVALID_CALLBACK_URL"),
        ("redirectTo", "INVALID_REDIRECT_URL"),
        ("errorCallbackURL", "INVALID_ERROR_CALLBACK_URL"),
        ("newUserCallbackURL", "INVALID_NEW_USER_CALLBACK_URL"),
    ],
)
@pytest.mark.parametrize("path", ROUTES)
def test_no_field_leads_a_browser_away(routes: Routes, path: str, field: str, code: str) -> None:
    response = routes.call("POST", path, json={field: "//evil.example.org"})
    assert (response.status_code, response.json()["code"]) == (403, code)


def test_neither_does_the_query(routes: Routes) -> None:
    response = routes.call("POST", f"/sign-in/email?callbackURL={quote(EVIL)}", json={})
    assert response.json()["code"] == "INVALID_CALLBACK_URL"
    response = routes.call("POST", "/sign-in/email?callbackURL=/a&callbackURL=/b", json={})
    assert response.json() == {"message": "Invalid callbackURL: expected a string"}


def test_what_is_wrong_is_found_in_better_auths_order(routes: Routes) -> None:
    foreign = {"origin": EVIL, "cookie": "a=b"}

    def code(content: bytes, headers: dict[str, str]) -> str:
        response = routes.call("POST", "/sign-in/email", content=content, headers=headers)
        code: str = response.json()["code"]
        return code

    assert code(b"{", {"content-type": "text/plain"} | foreign) == "UNSUPPORTED_MEDIA_TYPE"
    assert code(b"{", JSON | foreign) == "BAD_REQUEST"
    assert code(b'{"callbackURL": "//x"}', JSON | foreign) == "INVALID_ORIGIN"
    assert code(b'{"callbackURL": "//x"}', JSON) == "INVALID_CALLBACK_URL"
    assert code(b"{}", JSON | {"origin": EVIL}) == "VALIDATION_ERROR"
    assert code(b'{"email": "x", "password": "y"}', JSON | {"origin": EVIL}) == "INVALID_ORIGIN"
    assert code(b'{"email": "x", "password": "y"}', JSON) == "INVALID_EMAIL"


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"origin": EVIL}, "INVALID_ORIGIN"),
        ({"origin": "null"}, "MISSING_OR_NULL_ORIGIN"),
        (
            {"origin": SITE, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"},
            "CROSS_SITE_NAVIGATION_LOGIN_BLOCKED",
        ),
    ],
)
@pytest.mark.parametrize("path", ["/sign-up/email", "/sign-in/email"])
def test_a_foreign_page_cannot_sign_its_visitor_in(
    routes: Routes, email: str, path: str, headers: dict[str, str], code: str
) -> None:
    response = routes.call("POST", path, json=GOOD | {"email": email}, headers=headers)
    assert (response.status_code, response.json()["code"]) == (403, code)
    assert routes.rows('select id from "user" where email = %s', email) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "\0"},
        {"image": "a\0b"},
        {"email": "{unique}@" + "".join(f"{number:x}." for number in range(8000)) + "example"},
    ],
    ids=["name", "image", "email too long for its index"],
)
def test_what_postgres_cannot_hold_is_refused(routes: Routes, email: str, fields: dict[str, str]) -> None:
    before = users(routes)
    unique = {name: value.replace("{unique}", email.partition("@")[0]) for name, value in fields.items()}
    response = routes.call("POST", "/sign-up/email", json=GOOD | {"email": email} | unique)
    assert (response.status_code, response.json()) == (
        422,
        {"message": "Failed to create user", "code": "FAILED_TO_CREATE_USER"},
    )
    assert users(routes) == before


def test_sql_in_a_name_is_a_name(routes: Routes, email: str) -> None:
    response = routes.sign_up(email, name=SQL)
    assert response.json()["user"]["name"] == SQL


def test_half_a_surrogate_pair_becomes_the_replacement_character(routes: Routes, email: str) -> None:
    body = json.dumps(GOOD | {"email": email}).replace('"Ann"', '"\\ud800 \\ud83e\\udd80"').encode()
    assert routes.call("POST", "/sign-up/email", content=body, headers=JSON).json()["user"]["name"] == "\ufffd 🦀"


@pytest.mark.parametrize("path", SIGNED_IN_ROUTES)
def test_no_body_of_somebody_who_is_signed_in_is_too_strange_for_a_clear_answer(
    routes: Routes, email: str, path: str
) -> None:
    for content in BODIES.values():
        _, token = somebody(routes, email)
        headers = JSON | {"cookie": signed(token)}
        response = routes.call("POST", path, content=content, headers=headers)
        assert response.status_code < 500
        assert response.json().get("message") or response.json()["status"] is True
        assert "\n" not in str(response.headers)
        routes.rows('delete from "user" where email = %s', email)


@pytest.mark.parametrize("path", ["/verify-email?token=", "/delete-user/callback?token=", "/reset-password/"])
@pytest.mark.parametrize("token", ["%00", "%ff", quote(SQL), "a.b.c", "..", "x" * 5000, "e30.e30.", "%F0%9F%98%80"])
def test_no_link_is_too_strange_for_a_clear_answer(routes: Routes, cookie: str, path: str, token: str) -> None:
    address = f"{path}{token}{'&' if '?' in path else '?'}callbackURL=%2Fdone"
    response = routes.call("GET", address, headers={"cookie": cookie})
    assert response.status_code in {302, 401, 404}
    assert routes.session(cookie).json() is not None
