"""`replaces` and stop over HTTP; tests/integration/history holds what they do to the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.fixtures.platform import CALIBRATE

if TYPE_CHECKING:
    from tests.integration.chat.conftest import Chatting

MOTORS = "Which motors does the Wombat arm have?"


@pytest.mark.parametrize("question", [CALIBRATE, MOTORS], ids=["asked anew", "edited"])
def test_a_turn_takes_the_place_of_the_last_one(reader: Chatting, question: str) -> None:
    first = reader.ask(CALIBRATE)

    second = reader.ask(question, conversationId=first["conversationId"], replaces=first["messageId"])

    assert second["messageId"] != first["messageId"]
    shown = reader.messages(first["conversationId"])
    assert [each["content"] for each in shown] == [question, second["answer"]]
    assert reader.conversations()[0]["messageCount"] == 2
    exported = reader.api.get("/api/export").json()["conversations"][0]["messages"]
    assert [each["replacedBy"] for each in exported] == [shown[0]["id"]] * 2 + [None] * 2


def test_sent_twice_it_is_asked_once(reader: Chatting) -> None:
    first = reader.ask(CALIBRATE)
    again = {"conversationId": first["conversationId"], "replaces": first["messageId"], "messageId": str(uuid4())}

    replies = [reader.ask(MOTORS, **again) for _ in range(2)]

    assert replies[0] == replies[1]
    assert len(reader.messages(first["conversationId"])) == 2


def test_feedback_stays_with_the_replaced_answer(reader: Chatting) -> None:
    first = reader.ask(CALIBRATE)
    reader.ask(MOTORS, conversationId=first["conversationId"], replaces=first["messageId"])

    given = reader.api.post(f"/api/messages/{first['messageId']}/feedback", json={"value": "down"})

    assert given.status_code == 200
    exported = reader.api.get("/api/export").json()["conversations"][0]["messages"]
    assert [each["feedback"] for each in exported] == [None, "down", None, None]


def test_a_turn_before_the_last_one_is_not_replaced(reader: Chatting) -> None:
    first = reader.ask(CALIBRATE)
    reader.ask(MOTORS, conversationId=first["conversationId"])

    refused = reader.post(MOTORS, conversationId=first["conversationId"], replaces=first["messageId"])

    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert "last turn" in refused.json()["message"]
    assert len(reader.messages(first["conversationId"])) == 4


def test_a_message_that_is_not_there_is_not_replaced(reader: Chatting) -> None:
    first = reader.ask(CALIBRATE)

    refused = reader.post(MOTORS, conversationId=first["conversationId"], replaces=str(uuid4()))

    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    assert len(reader.messages(first["conversationId"])) == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"replaces": str(uuid4())},
        {"replaces": "no id", "conversationId": str(uuid4())},
        {"continues": True, "conversationId": str(uuid4())},
        {"replaces": (same := str(uuid4())), "messageId": same, "conversationId": str(uuid4())},
    ],
    ids=["without a conversation", "no id", "nothing to continue", "itself"],
)
def test_what_makes_no_sense_is_refused(guest: Chatting, fields: dict[str, str]) -> None:
    refused = guest.post(MOTORS, **fields)

    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_request")
    assert "replaces" in refused.json()["message"]


def test_a_temporary_turn_replaces_nothing(reader: Chatting) -> None:
    first = reader.ask(CALIBRATE)

    reply = reader.ask(MOTORS, conversationId=first["conversationId"], replaces=first["messageId"], temporary=True)

    assert reply["saved"] == "no"
    assert [each["content"] for each in reader.messages(first["conversationId"])] == [CALIBRATE, first["answer"]]


def test_an_answer_that_is_there_is_not_stopped(reader: Chatting) -> None:
    message_id = str(uuid4())
    reply = reader.ask(CALIBRATE, messageId=message_id)

    answer = reader.api.post(f"/api/chat/{message_id}/stop")

    assert (answer.status_code, answer.json()) == (200, {"messageId": reply["messageId"], "stopping": False})
    assert reader.messages(reply["conversationId"])[1]["status"] == "complete"


def test_a_question_that_is_not_stored_is_not_stopped(reader: Chatting) -> None:
    temporary = str(uuid4())
    reader.ask(CALIBRATE, messageId=temporary, temporary=True)

    for unknown in (temporary, str(uuid4())):
        answer = reader.api.post(f"/api/chat/{unknown}/stop")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_guest_has_nothing_to_stop(guest: Chatting) -> None:
    answer = guest.api.post(f"/api/chat/{uuid4()}/stop")

    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
