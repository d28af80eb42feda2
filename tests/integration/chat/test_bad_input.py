from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.chat.conftest import CALIBRATE

if TYPE_CHECKING:
    import httpx

    from tests.integration.chat.conftest import Chatting

BODIES = [
    pytest.param(b"", id="nothing"),
    pytest.param(b"{", id="no JSON"),
    pytest.param(b"[]", id="a list"),
    pytest.param(b'"text"', id="a string"),
    pytest.param(b"null", id="null"),
    pytest.param(b"{}", id="no message"),
    pytest.param(b'{"message": null}', id="null for a message"),
    pytest.param(b'{"message": 42}', id="a number for a message"),
    pytest.param(b'{"message": {"a": 1}}', id="an object for a message"),
    pytest.param(b'{"message": ["a"]}', id="a list for a message"),
    pytest.param(b'{"message": ""}', id="an empty message"),
    pytest.param(b'{"message": " \\n\\t "}', id="a blank message"),
    pytest.param(b'{"message": "' + b"x" * 4001 + b'"}', id="a message too long"),
    pytest.param(b'{"message": "a\\u0000b"}', id="NUL"),
    pytest.param(b'{"message": "a\\ud800b"}', id="half a surrogate pair"),
    pytest.param(b'{"message": "a\xff"}', id="no UTF-8"),
    pytest.param(b"[" * 100_000, id="deep nesting"),
]

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
]


@pytest.mark.parametrize("body", BODIES)
def test_a_body_that_is_no_question_is_refused_and_nothing_is_stored(reader: Chatting, body: bytes) -> None:
    answer = reader.api.post("/api/chat", content=body, headers={"content-type": "application/json"})

    assert_refused(answer)
    assert reader.conversations() == []


@pytest.mark.parametrize(("field", "value"), FIELDS)
def test_a_field_that_makes_no_sense_is_named_and_nothing_is_stored(
    reader: Chatting, field: str, value: object
) -> None:
    answer = reader.post(CALIBRATE, **{field: value})

    assert_refused(answer)
    assert field in answer.json()["message"]
    assert reader.conversations() == []


def test_a_question_must_be_sent_as_json(reader: Chatting) -> None:
    answer = reader.api.post("/api/chat", content=b'{"message": "Hello?"}', headers={"content-type": "text/plain"})

    assert_refused(answer)


def test_a_complaint_never_repeats_what_was_sent(reader: Chatting) -> None:
    answer = reader.post(CALIBRATE, conversationId="very-secret")

    assert "very-secret" not in answer.text


def test_fields_that_nobody_knows_are_ignored(reader: Chatting) -> None:
    assert reader.ask(CALIBRATE, mood="curious", sources=[1])["mode"] == "extractive"


def test_the_longest_message_is_answered_and_stored(reader: Chatting) -> None:
    message = ("How do I calibrate the Wombat arm? " * 200)[:3999] + "?"

    reply = reader.ask(f"  {message}\n")

    assert reader.messages(reply["conversationId"])[0]["content"] == message


@pytest.mark.parametrize("selected", ["", "   ", None])
def test_an_empty_selection_is_none(reader: Chatting, selected: str | None) -> None:
    assert "wombat calibrate" in reader.ask(CALIBRATE, selectedText=selected)["answer"]


def assert_refused(answer: httpx.Response) -> None:
    body = answer.json()
    assert (answer.status_code, body["code"]) == (400, "invalid_request"), answer.text
    assert set(body) == {"message", "code", "requestId"}
    assert body["requestId"] == answer.headers["x-request-id"]
