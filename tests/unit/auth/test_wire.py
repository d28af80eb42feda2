from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from shared.auth.models import Client, Session, User
from shared.auth.refusals import INVALID_EMAIL, Refusal
from shared.auth.wire import answer, redirected, refusal_json, session_json, session_token_set, user_json
from shared.clock import now, timestamp

MOMENT = datetime(2026, 11, 22, 5, 0, 13, 249_999, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (MOMENT, "2026-11-22T05:00:13.249Z"),
        (MOMENT.replace(microsecond=0), "2026-11-22T05:00:13.000Z"),
        (MOMENT.replace(microsecond=7), "2026-11-22T05:00:13.000Z"),
        (MOMENT.astimezone(timezone(timedelta(hours=-5, minutes=-30))), "2026-11-22T05:00:13.249Z"),
    ],
)
def test_a_date_has_three_digits_and_z(moment: datetime, written: str) -> None:
    assert timestamp(moment) == written


def test_the_time_is_kept_in_whole_milliseconds() -> None:
    assert all(now().microsecond % 1000 == 0 for _ in range(100))


def test_user_and_session_have_better_auths_keys_in_its_order() -> None:
    user = User("u", "Ann", "ann@example.com", email_verified=False, image=None, created_at=MOMENT, updated_at=MOMENT)
    session = Session.new("u", Client("203.0.113.7", "Browser"), MOMENT, remember=True)
    assert json.dumps(user_json(user)) == json.dumps(
        {
            "name": "Ann",
            "email": "ann@example.com",
            "emailVerified": False,
            "image": None,
            "createdAt": "2026-11-22T05:00:13.249Z",
            "updatedAt": "2026-11-22T05:00:13.249Z",
            "id": "u",
        }
    )
    assert json.dumps(session_json(session)) == json.dumps(
        {
            "expiresAt": "2026-11-29T05:00:13.249Z",
            "token": session.token,
            "createdAt": "2026-11-22T05:00:13.249Z",
            "updatedAt": "2026-11-22T05:00:13.249Z",
            "ipAddress": "203.0.113.7",
            "userAgent": "Browser",
            "userId": "u",
            "id": session.id,
        }
    )


def test_an_error_is_a_message_and_mostly_a_code() -> None:
    assert refusal_json(INVALID_EMAIL) == {"message": "Invalid email", "code": "INVALID_EMAIL"}
    assert refusal_json(Refusal(400, "No fields to update")) == {"message": "No fields to update"}


def test_an_answer_is_compact_json_with_a_header_for_each_cookie() -> None:
    response = answer({"name": "書"}, 201, headers={"pragma": "no-cache"}, cookies=["a=1", "b=2"])
    assert (response.status_code, bytes(response.body)) == (201, '{"name":"書"}'.encode())
    assert response.headers["content-type"] == "application/json"
    assert response.headers.getlist("set-cookie") == ["a=1", "b=2"]
    assert bytes(answer(None).body) == b"null"


@pytest.mark.parametrize(
    ("cookies", "token"),
    [
        (["__Secure-better-auth.session_token=a%2Bb.c%3D; Path=/; HttpOnly"], "a+b.c="),
        (["theme=dark; Path=/", "better-auth.session_token=abc; Path=/"], "abc"),
        (["better-auth.session_token=; Max-Age=0", "better-auth.session_data=abc"], None),
        ([], None),
    ],
)
def test_the_token_that_an_answer_signs_in_with_is_read_from_its_cookies(cookies: list[str], token: str | None) -> None:
    assert session_token_set(cookies) == token


def test_a_redirection_leads_to_the_address_and_sets_its_cookies() -> None:
    answered = redirected("https://docs.example.com/räume?a=%20", cookies=["a=1", "b=2"])

    assert (answered.status_code, answered.body) == (302, b"")
    assert answered.headers["location"] == "https://docs.example.com/r%C3%A4ume?a=%20"
    assert answered.headers.getlist("set-cookie") == ["a=1", "b=2"]
