"""Turns of an outage, from the question to the history, through the gateway and its queue."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.fixtures.platform import CALIBRATE, PATIENCE_SECONDS
from tests.integration.chat.conftest import Chatting

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from infra.local.platform import Relays
    from shared.settings.database import Transport
    from tests.fixtures.platform import Person


def until_stored(reader: Chatting, conversation_id: str, count: int) -> list[dict[str, Any]]:
    """The messages, once there are so many; through reads, which wait for the circuit breaker."""
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while True:
        answer = reader.api.get(f"/api/conversations/{conversation_id}")
        if answer.status_code == 200 and len(answer.json()["messages"]) >= count:
            return answer.json()["messages"]
        assert time.monotonic() < ends_at, answer.text
        time.sleep(0.2)


def ask_while_the_database_dies(reader: Chatting, relays: Relays, transport: Transport, **ids: str) -> dict[str, Any]:
    """The question is stored, then the database goes away, then the answer is ready."""
    reader.ask("What is this?")  # from now on, a batch is one flight
    database = relays.database(transport)
    relays.qdrant.delay(0.3)
    before = database.flights
    with ThreadPoolExecutor() as thread:
        asked = thread.submit(reader.ask, CALIBRATE, **ids)
        while database.flights == before:
            time.sleep(0.01)
        database.refuse()
        return asked.result()


def test_an_answer_that_could_not_be_stored_is_queued_and_stored_when_the_database_is_back(
    reader: Chatting, relays: Relays, transport: Transport
) -> None:
    ids = {"conversationId": str(uuid4()), "messageId": str(uuid4())}

    reply = ask_while_the_database_dies(reader, relays, transport, **ids)
    relays.database(transport).restore()

    assert (reply["saved"], reply["degraded"]) == ("queued", ["database"])
    assert "receipt" not in reply
    question, answer = until_stored(reader, ids["conversationId"], 2)
    assert (question["id"], question["content"]) == (ids["messageId"], CALIBRATE)
    assert (answer["id"], answer["content"], answer["status"]) == (reply["messageId"], reply["answer"], "complete")
    assert answer["sources"] == reply["sources"]


@pytest.mark.parametrize("trouble", ["refuse", "accept_silently"])
def test_turns_asked_while_the_database_is_away_are_stored_later_once_and_in_order(
    reader: Chatting, relays: Relays, transport: Transport, trouble: str
) -> None:
    conversation = str(uuid4())
    getattr(relays.database(transport), trouble)()
    repeated = {"messageId": str(uuid4())}

    replies = [reader.ask(CALIBRATE, conversationId=conversation, **ids) for ids in ({}, repeated, repeated, {})]
    relays.database(transport).restore()

    assert {(reply["mode"], reply["saved"], *reply["degraded"]) for reply in replies} == {
        ("extractive", "queued", "database")
    }
    messages = until_stored(reader, conversation, 6)
    answers = list(dict.fromkeys(reply["messageId"] for reply in replies))
    assert [message["id"] for message in messages if message["role"] == "assistant"] == answers
    assert len(messages) == 6


def test_a_reader_who_cannot_be_named_gets_a_receipt_for_the_session(
    reader: Chatting, relays: Relays, transport: Transport
) -> None:
    del reader.api.cookies["better-auth.session_data"]
    relays.database(transport).refuse()

    reply = reader.ask(CALIBRATE)
    relays.database(transport).restore()

    assert reply["saved"] == "no"
    assert hand_in(reader.api, reply["receipt"]).status_code == 200
    assert len(until_stored(reader, reply["conversationId"], 2)) == 2


@pytest.fixture
def receipt(reader: Chatting, relays: Relays, transport: Transport) -> dict[str, Any]:
    """A reply whose turn could be neither stored nor queued; the database and the queue are back."""
    relays.database(transport).refuse()
    relays.queue.refuse()
    reply = reader.ask(CALIBRATE)
    assert (reply["mode"], reply["saved"], reply["degraded"]) == ("extractive", "no", ["database"])
    relays.database(transport).restore()
    relays.queue.restore()
    return reply


def hand_in(api: httpx.Client, receipt: object) -> httpx.Response:
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while (answer := api.post("/api/replay", json={"receipt": receipt})).status_code == 503:
        assert time.monotonic() < ends_at
        time.sleep(0.2)
    return answer


def test_a_receipt_is_stored_once_however_often_it_is_handed_in(reader: Chatting, receipt: dict[str, Any]) -> None:
    answers = [hand_in(reader.api, receipt["receipt"]) for _ in range(3)]

    assert {answer.status_code for answer in answers} == {200}
    assert (
        answers[0].json()
        == answers[2].json()
        == {
            "conversationId": receipt["conversationId"],
            "messageId": receipt["messageId"],
            "saved": "stored",
        }
    )
    messages = until_stored(reader, receipt["conversationId"], 2)
    assert [message["content"] for message in messages] == [CALIBRATE, receipt["answer"]]


def test_a_receipt_of_somebody_else_or_a_changed_one_stores_nothing(
    reader: Chatting, receipt: dict[str, Any], new_person: Callable[[], Person]
) -> None:
    other = new_person()

    answers = [
        hand_in(other.api, receipt["receipt"]),
        hand_in(reader.api, "A" + receipt["receipt"][1:] if receipt["receipt"][0] != "A" else "B"),
        hand_in(reader.api, "no receipt"),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(400, "invalid_request")] * 3
    assert Chatting(other.api).conversations() == []
    assert reader.conversations() == []


def test_a_receipt_needs_a_session(reader: Chatting, receipt: dict[str, Any]) -> None:
    reader.api.cookies.clear()

    answer = hand_in(reader.api, receipt["receipt"])

    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


def test_a_receipt_does_not_revive_what_was_deleted(reader: Chatting, receipt: dict[str, Any]) -> None:
    assert hand_in(reader.api, receipt["receipt"]).status_code == 200
    reader.api.delete(f"/api/conversations/{receipt['conversationId']}")

    answer = hand_in(reader.api, receipt["receipt"])

    assert (answer.status_code, answer.json()["code"]) == (410, "gone")
    assert reader.conversations() == []


def test_a_temporary_question_leaves_nothing_behind(reader: Chatting, relays: Relays, transport: Transport) -> None:
    relays.database(transport).refuse()

    reply = reader.ask(CALIBRATE, temporary=True)

    assert (reply["saved"], reply["degraded"]) == ("no", [])
    assert "receipt" not in reply
