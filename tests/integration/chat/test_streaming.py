"""The reply as events (specs/streaming.md): the same reply, the same turn stored, the same errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from shared.history.models import answer_id
from tests.fixtures.platform import CALIBRATE, until_outbox_is_empty
from tests.fixtures.writers import read_events
from tests.integration.chat.conftest import PLAIN, STREAMED, Chatting

if TYPE_CHECKING:
    from infra.local.platform import Relays
    from shared.settings.database import Transport

EVENTS = {"accept": "text/event-stream"}


def stream(chatting: Chatting, message: str, **more: object) -> list[tuple[str, Any]]:
    answer = chatting.api.post(chatting.path, json={"message": message, **more}, headers=EVENTS)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    return read_events(answer.text)


def test_the_events_end_with_the_reply_of_the_plain_route(guest: Chatting) -> None:
    ids = {"messageId": str(uuid4()), "conversationId": str(uuid4())}
    plain = guest.ask(CALIBRATE, **ids)

    events = stream(guest, CALIBRATE, **ids)

    assert [name for name, _ in events] == ["sources", *["delta"] * (len(events) - 2), "done"]
    done = events[-1][1]
    assert set(done) == set(plain)
    assert done | {"feedbackToken": ""} == plain | {"feedbackToken": ""}
    assert "".join(data["text"] for name, data in events if name == "delta") == plain["answer"]


def test_the_first_event_tells_the_sources_and_the_ids_of_the_turn(reader: Chatting) -> None:
    (_, sources), *_, (_, done) = stream(reader, CALIBRATE)

    question, answer = reader.messages(done["conversationId"])
    assert sources == {
        "sources": done["sources"],
        "conversationId": done["conversationId"],
        "messageId": answer["id"],
        "questionId": question["id"],
        "mode": "extractive",
        "degraded": [],
        "stoppable": False,
    }


def test_the_turn_is_stored_as_without_events(reader: Chatting) -> None:
    *_, (_, done) = stream(reader, CALIBRATE)

    question, answer = reader.messages(done["conversationId"])
    assert (question["content"], answer["content"]) == (CALIBRATE, done["answer"])
    assert (answer["id"], answer["status"], done["saved"]) == (done["messageId"], "complete", "stored")


def test_a_question_sent_again_brings_the_stored_answer(reader: Chatting) -> None:
    message = str(uuid4())
    *_, (_, first) = stream(reader, CALIBRATE, messageId=message)

    *_, (_, again) = stream(reader, CALIBRATE, messageId=message)

    assert again == first
    assert first["messageId"] == str(answer_id(UUID(message)))
    assert len(reader.messages(first["conversationId"])) == 2


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [(b"{", 400, "invalid_request"), (b"{}", 400, "invalid_request")],
    ids=["no JSON", "no message"],
)
def test_what_is_wrong_with_the_question_is_said_by_a_status(
    guest: Chatting, body: bytes, status: int, code: str
) -> None:
    answer = guest.api.post(guest.path, content=body, headers=EVENTS | {"content-type": "application/json"})

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_forged_token_is_no_guests(guest: Chatting) -> None:
    headers = EVENTS | {"authorization": "Bearer forged"}

    answer = guest.api.post(guest.path, json={"message": CALIBRATE}, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


def test_a_deleted_conversation_is_gone_by_a_status(reader: Chatting) -> None:
    conversation = reader.ask(CALIBRATE)["conversationId"]
    reader.api.delete(f"/api/conversations/{conversation}")

    answer = reader.api.post(reader.path, json={"message": CALIBRATE, "conversationId": conversation}, headers=EVENTS)

    assert (answer.status_code, answer.json()["code"]) == (410, "gone")


@pytest.fixture(params=[PLAIN, STREAMED], ids=["buffered", "streamed"])
def chat_path(request: pytest.FixtureRequest) -> str:
    """What buffers events hands on the same ones."""
    return request.param


def test_a_page_of_the_site_may_read_what_streams_and_another_one_not(guest: Chatting) -> None:
    own = f"http://localhost:{guest.api.base_url.port}"
    for origin, allowed in ((own, own), ("https://evil.test", None)):
        answer = guest.api.post(STREAMED, json={"message": CALIBRATE}, headers=EVENTS | {"origin": origin})
        assert answer.headers.get("access-control-allow-origin") == allowed


def test_without_asking_for_events_both_reply_in_one_piece(guest: Chatting) -> None:
    for accept in ("*/*", "application/json", "text/event-stream;q=much", ",;=q"):
        answer = guest.api.post(guest.path, json={"message": CALIBRATE}, headers={"accept": accept})
        assert answer.json()["mode"] == "extractive"


def test_a_turn_is_stored_although_nobody_reads_its_events_to_the_end(reader: Chatting) -> None:
    ids = {"messageId": str(uuid4()), "conversationId": str(uuid4())}
    body = {"message": CALIBRATE, **ids}
    with reader.api.stream("POST", reader.path, json=body, headers=EVENTS) as answer:
        next(answer.iter_lines())

    *_, (_, done) = stream(reader, CALIBRATE, **ids)

    assert [each["content"] for each in reader.messages(ids["conversationId"])] == [CALIBRATE, done["answer"]]


def test_while_the_database_is_away_the_events_say_so_and_the_turn_is_stored_later(
    reader: Chatting, relays: Relays, transport: Transport
) -> None:
    relays.database(transport).refuse()
    (_, sources), *_, (_, done) = stream(reader, CALIBRATE)
    relays.database(transport).restore()
    until_outbox_is_empty(reader.api)

    assert (sources["degraded"], done["degraded"], done["saved"]) == (["database"], ["database"], "queued")
    assert [each["content"] for each in reader.messages(done["conversationId"])] == [CALIBRATE, done["answer"]]
