"""What the body of a request must hold, and what is read from it."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from starlette.requests import Request

from shared.auth.refusals import (
    BODY_TOO_LARGE,
    EMAIL_CAN_NOT_BE_UPDATED,
    FAILED_TO_UPDATE_USER,
    INVALID_CALLBACK_URL,
    INVALID_JSON,
    NO_FIELDS,
    Refused,
    refusing_duplicates,
    refusing_unstorable,
)
from shared.auth.requests import validation
from shared.auth.requests.parsing import LARGEST_BODY, received, refuse_foreign_callback
from shared.auth.requests.usernames import SignInByName
from shared.auth.requests.validation import UNDEFINED, UserChange, check_sign_out, checked
from shared.errors import StatementFailed
from tests.unit.auth.test_dependencies import RULES

if TYPE_CHECKING:
    from shared.auth.refusals import Refusal

REQUIRED: dict[str, dict[str, Any]] = {
    "SIGN_UP": {"name": "Ann", "email": "ann@example.com", "password": "long enough"},
    "SIGN_IN": {"email": "ann@example.com", "password": "long enough"},
    "REVOKE_SESSION": {"token": "t"},
    "CHANGE_PASSWORD": {"newPassword": "another", "currentPassword": "long enough"},
    "VERIFY_PASSWORD": {"password": "long enough"},
    "CHANGE_EMAIL": {"newEmail": "ann@example.com"},
    "SEND_VERIFICATION_EMAIL": {"email": "ann@example.com"},
    "VERIFY_EMAIL": {"token": "t"},
    "REQUEST_PASSWORD_RESET": {"email": "ann@example.com"},
    "RESET_PASSWORD": {"newPassword": "another"},
    "RESET_PASSWORD_CALLBACK": {"callbackURL": "/"},
    "DELETE_USER_CALLBACK": {"token": "t"},
}
"""All that must be there, and nothing else."""


@pytest.mark.parametrize(("form", "name"), [(form, name) for form, given in REQUIRED.items() for name in given])
def test_what_must_be_there_is_named_where_it_is_not(form: str, name: str) -> None:
    fields, given = getattr(validation, form), REQUIRED[form]
    assert checked(given, fields) == given

    with pytest.raises(Refused) as caught:
        checked({each: value for each, value in given.items() if each != name}, fields)
    assert caught.value.refusal.message.startswith(f"[body.{name}] ")


def test_signing_out_needs_no_body_and_takes_no_wrong_one() -> None:
    check_sign_out(UNDEFINED)
    check_sign_out({})
    wrong: list[Any] = [{"callbackURL": 1}, {"disableRedirect": "yes"}, []]
    for each in wrong:
        with pytest.raises(Refused):
            check_sign_out(each)


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"name": "Ann"}, None),
        ({"image": None}, None),
        ({"name": "Ann", "email": ""}, None),
        ({"name": "Ann", "email": "ann@example.com"}, EMAIL_CAN_NOT_BE_UPDATED),
        ({"name": "Ann", "email": []}, EMAIL_CAN_NOT_BE_UPDATED),
        ({}, NO_FIELDS),
        ({"theme": "dark"}, NO_FIELDS),
        ({"name": None}, FAILED_TO_UPDATE_USER),
    ],
)
def test_a_change_of_a_user_is_refused_as_better_auth_refuses_it(
    given: dict[str, Any], refusal: Refusal | None
) -> None:
    assert UserChange.read(given).refusal == refusal


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ("Ann", "Ann"),
        (None, None),
        (True, "true"),
        (7, "7"),
        (7.0, "7"),
        (7.5, "7.5"),
        (1e21, "1e+21"),
        ([1, "ä"], '[1,"ä"]'),
    ],
)
def test_a_name_of_another_kind_is_stored_as_javascript_writes_it(value: Any, stored: str | None) -> None:  # noqa: ANN401 (any JSON)
    assert UserChange.read({"name": value}).values == (True, stored, False, None)


BY_NAME = {"username": "ann_1.b", "password": "long enough"}


def test_signing_in_by_name_is_remembered_unless_somebody_says_no() -> None:
    for more, remember in (({}, True), ({"rememberMe": True}, True), ({"rememberMe": False}, False)):
        assert SignInByName.read({**BY_NAME, **more}).remember == remember


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"username": ""}, "INVALID_USERNAME_OR_PASSWORD"),
        ({"password": ""}, "INVALID_USERNAME_OR_PASSWORD"),
        ({"username": "ab"}, "USERNAME_TOO_SHORT"),
        ({"username": "a" * 31}, "USERNAME_TOO_LONG"),
        ({"username": "ann!"}, "INVALID_USERNAME"),
    ],
)
def test_a_name_that_nobody_can_have_is_refused(given: dict[str, Any], code: str) -> None:
    for good in ("abc", "a" * 30):
        assert SignInByName.read({**BY_NAME, "username": good}).username == good
    with pytest.raises(Refused) as caught:
        SignInByName.read({**BY_NAME, **given})
    assert (caught.value.refusal.status, caught.value.refusal.code) == (
        (401, code) if "PASSWORD" in code else (422, code)
    )


def read(content: bytes, media_type: str = "application/json", query: bytes = b"") -> Any:  # noqa: ANN401 (any JSON)
    """What a route gets that takes JSON; it may be called from its own origin alone."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": content, "more_body": False}

    headers = [(b"content-type", media_type.encode())] if media_type else []
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": query, "headers": headers}
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(received(Request(scope, receive), RULES.origins, "application/json")).body


def refused(content: bytes, media_type: str = "application/json", query: bytes = b"") -> Refusal:
    with pytest.raises(Refused) as caught:
        read(content, media_type, query)
    return caught.value.refusal


def test_a_body_is_json_of_a_bounded_size_or_there_is_none() -> None:
    assert read(b'{"a": 1}') == {"a": 1.0}
    assert isinstance(read(b""), type(UNDEFINED))
    assert isinstance(read(b'{"a": 1}', ""), type(UNDEFINED))
    for broken in (b"{", b'{"a": NaN}', b'{"a": -Infinity}'):
        assert refused(broken) == INVALID_JSON
    assert refused(b'"' + b"x" * LARGEST_BODY + b'"') == BODY_TOO_LARGE
    assert refused(b"<a/>", "text/xml").status == 415


@pytest.mark.parametrize("where", ["body", "query"])
def test_a_callback_to_a_site_that_is_not_trusted_is_refused_wherever_it_stands(where: str) -> None:
    def sent(address: str) -> tuple[bytes, str, bytes]:
        if where == "query":
            return b"{}", "application/json", urlencode({"callbackURL": address}).encode()
        return json.dumps({"callbackURL": address}).encode(), "application/json", b""

    assert refused(*sent("https://evil.example.org/")) == INVALID_CALLBACK_URL
    for good in ("/after", "https://docs.example.com/after", ""):
        read(*sent(good))
    with pytest.raises(Refused):
        refuse_foreign_callback(RULES.origins, "https://evil.example.org/")
    refuse_foreign_callback(RULES.origins, "")


@pytest.mark.parametrize("code", ["23505", "22001", "57014"])
def test_only_what_is_meant_becomes_a_refusal(code: str) -> None:
    blocks = {"23505": refusing_duplicates, "22001": refusing_unstorable}
    for means, block in blocks.items():
        with pytest.raises(Refused if means == code else StatementFailed), block(NO_FIELDS):
            raise StatementFailed(code)
