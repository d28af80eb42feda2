from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fixtures.platform import CALIBRATE
from tests.integration.chat.conftest import PLAIN, STREAMED, Chatting

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from infra.local.platform import Relays
    from shared.settings.database import Transport
    from tests.fixtures.platform import Person


@pytest.fixture(params=[PLAIN, STREAMED])
def chat_path(request: pytest.FixtureRequest) -> str:
    """The function that streams refuses what the other one refuses."""
    return request.param


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_another_readers_conversation_does_not_exist(reader: Chatting, new_person: Callable[[], Person]) -> None:
    conversation = reader.ask(CALIBRATE)["conversationId"]
    stranger = Chatting(new_person().api)

    assert code(stranger.post("What was said?", conversationId=conversation)) == (404, "not_found")
    assert len(reader.messages(conversation)) == 2
    assert stranger.conversations() == []


def test_a_deleted_conversation_stays_deleted(reader: Chatting) -> None:
    conversation = reader.ask(CALIBRATE)["conversationId"]
    reader.api.delete(f"/api/conversations/{conversation}")

    assert code(reader.post(CALIBRATE, conversationId=conversation)) == (410, "gone")
    assert reader.conversations() == []


def test_the_id_of_another_question_is_a_conflict(reader: Chatting) -> None:
    first = reader.ask(CALIBRATE)
    message = reader.messages(first["conversationId"])[0]["id"]

    answer = reader.post("Something else?", conversationId=first["conversationId"], messageId=message)

    assert code(answer) == (409, "conflict")
    assert len(reader.messages(first["conversationId"])) == 2


@pytest.mark.parametrize(
    "headers",
    [
        {"cookie": "better-auth.session_token=forged.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="},
        {"cookie": "better-auth.session_token=garbage"},
        {"cookie": "better-auth.session_token="},
        {"authorization": "Bearer forged.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="},
        {"authorization": "Bearer garbage"},
    ],
)
def test_a_token_that_was_not_signed_here_is_refused_before_anything_is_asked(
    guest: Chatting, relays: Relays, transport: Transport, headers: dict[str, str]
) -> None:
    with relays.database(transport).count() as stored, relays.qdrant.count() as searched:
        answer = guest.api.post(guest.path, json={"message": CALIBRATE}, headers=headers)

    assert code(answer) == (401, "not_signed_in")
    assert (stored.flights, searched.flights) == (0, 0)


def test_cookies_that_another_site_made_the_browser_send_count_for_nothing(reader: Chatting) -> None:
    answer = reader.api.post(reader.path, json={"message": CALIBRATE}, headers={"origin": "https://evil.test"})

    assert (answer.status_code, answer.json()["saved"]) == (200, "no")
    assert reader.conversations() == []


def test_a_session_that_was_ended_is_no_guest(person: Person) -> None:
    kept = dict(person.api.cookies)
    person.api.post("/api/auth/sign-out", json={})
    person.api.cookies.update(kept)

    assert code(Chatting(person.api).post(CALIBRATE)) == (401, "not_signed_in")
