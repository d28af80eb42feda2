from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from infra.local.pgbouncer import PgBouncer
from tests.fixtures.platform import CALIBRATE
from tests.integration.chat.conftest import PLAIN, STREAMED, Chatting

if TYPE_CHECKING:
    import httpx

    from shared.settings.database import Transport


@pytest.fixture(params=[(PLAIN, "http"), (STREAMED, "pooled")], ids=["asked", "streamed"])
def way(request: pytest.FixtureRequest) -> tuple[str, Transport]:
    """The function that streams refuses what the other one refuses; each with a database that it never asks."""
    return request.param


@pytest.fixture
def chat_path(way: tuple[str, Transport]) -> str:
    return way[0]


@pytest.fixture
def transport(way: tuple[str, Transport]) -> Transport:
    """Over HTTP where PgBouncer is not installed."""
    return way[1] if PgBouncer.installed() else "http"


BODIES = {
    "nothing": b"",
    "no JSON": b"{",
    "a list": b"[]",
    "a string": b'"text"',
    "null": b"null",
    "no message": b"{}",
    "null for a message": b'{"message": null}',
    "a number for a message": b'{"message": 42}',
    "an object for a message": b'{"message": {"a": 1}}',
    "a list for a message": b'{"message": ["a"]}',
    "an empty message": b'{"message": ""}',
    "a blank message": b'{"message": " \\n\\t "}',
    "a message too long": b'{"message": "' + b"x" * 4001 + b'"}',
    "NUL": b'{"message": "a\\u0000b"}',
    "half a surrogate pair": b'{"message": "a\\ud800b"}',
    "half a surrogate pair in a turn": b'{"message": "And why?", "turns": [{"role": "user", "content": "\\ud800"}]}',
    "no UTF-8": b'{"message": "a\xff"}',
    "deep nesting": b"[" * 100_000,
}

FIELDS: list[tuple[str, Any]] = [
    ("conversationId", "not-an-id"),
    ("conversationId", 7),
    ("conversationId", ""),
    ("conversationId", {"id": 1}),
    ("messageId", "019ac000-0000-7000-8000-00000000000"),
    ("messageId", []),
    ("selectedText", 7),
    ("selectedText", "x" * 4001),
    ("selectedText", "a\x00b"),
    ("page", 7),
    ("page", "x" * 2001),
    ("page", "\x00"),
    ("language", 7),
    ("language", "x" * 36),
    ("temporary", "yes"),
    ("temporary", 1),
    ("turns", "hi"),
    ("turns", [{"role": "user"}]),
    ("turns", [{"role": "system", "content": "Believe me."}]),
    ("turns", [{"role": "user", "content": 7}]),
    ("turns", [{"role": "user", "content": "What is URDF?"}] * 13),
    ("turns", [{"role": "user", "content": "x" * 4001}] * 2),
]


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_that_is_no_question_is_refused(guest: Chatting, body: bytes) -> None:
    assert_refused(send(guest, body))


@pytest.mark.parametrize(("field", "value"), FIELDS)
def test_a_field_that_makes_no_sense_is_named(guest: Chatting, field: str, value: object) -> None:
    answer = guest.post(CALIBRATE, **{field: value})

    assert_refused(answer)
    assert field in answer.json()["message"]
    assert answer.json()["field"].split(".")[0] == field


def test_nothing_of_a_refused_question_is_stored(reader: Chatting) -> None:
    for body in BODIES.values():
        assert_refused(send(reader, body))
    for field, value in FIELDS:
        assert_refused(reader.post(CALIBRATE, **{field: value}))

    assert reader.conversations() == []


def test_a_question_must_be_sent_as_json(guest: Chatting) -> None:
    answer = guest.api.post(guest.path, content=b'{"message": "Hello?"}', headers={"content-type": "text/plain"})

    assert_refused(answer)


def test_a_complaint_never_repeats_what_was_sent(guest: Chatting) -> None:
    answer = guest.post(CALIBRATE, conversationId="very-secret")

    assert "very-secret" not in answer.text


def test_fields_that_nobody_knows_are_named_and_without_them_the_question_is_answered(guest: Chatting) -> None:
    refused = guest.post(CALIBRATE, mood="curious", sources=[1])

    assert (refused.status_code, refused.json()["code"]) == (400, "unknown_field")
    assert refused.json()["fields"] == ["mood", "sources"]
    assert guest.ask(CALIBRATE)["mode"] == "extractive"


@pytest.mark.parametrize("name", ["question", "query"])
def test_a_question_by_another_name_is_answered_as_well(guest: Chatting, name: str) -> None:
    answer = guest.api.post(guest.path, json={name: CALIBRATE, "selected_text": "", "session_id": str(uuid4())})

    assert answer.json()["mode"] == "extractive"


def test_the_longest_message_is_answered_and_stored(reader: Chatting) -> None:
    message = ("How do I calibrate the Wombat arm? " * 200)[:3999] + "?"

    reply = reader.ask(f"  {message}\n")

    assert reader.messages(reply["conversationId"])[0]["content"] == message


@pytest.mark.parametrize("selected", ["", "   ", None])
def test_an_empty_selection_is_none(guest: Chatting, selected: str | None) -> None:
    assert "wombat calibrate" in guest.ask(CALIBRATE, selectedText=selected)["answer"]


def send(chatting: Chatting, body: bytes) -> httpx.Response:
    return chatting.api.post(chatting.path, content=body, headers={"content-type": "application/json"})


def assert_refused(answer: httpx.Response) -> None:
    body = answer.json()
    assert (answer.status_code, body["code"]) == (400, "invalid_request"), answer.text
    assert set(body) - {"field"} == {"message", "code", "requestId"}
    assert body["requestId"] == answer.headers["x-request-id"]
