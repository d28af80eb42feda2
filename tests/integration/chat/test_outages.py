"""What a reader gets while something is away; tests/outage holds every route to the table in specs/."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.fixtures.platform import CALIBRATE, PATIENCE_SECONDS, until_outbox_is_empty
from tests.fixtures.stopwatch import Stopwatch
from tests.integration.chat.test_answers import KEYS

if TYPE_CHECKING:
    import httpx

    from infra.local.platform import Relays
    from shared.settings.database import Transport
    from tests.integration.chat.conftest import Chatting

FIRST_SECONDS = 1.5
LATER_DATABASE_MILLISECONDS = 50
LATER_SEARCH_MILLISECONDS = 50


def database_milliseconds(answer: httpx.Response) -> float:
    parts = dict(part.split(";dur=") for part in answer.headers["server-timing"].split(", "))
    return float(parts.get("db", "0"))


def search_milliseconds(answer: httpx.Response) -> float:
    parts = dict(part.split(";dur=") for part in answer.headers["server-timing"].split(", "))
    return float(parts["qdrant"])


def until_answered(reader: Chatting, **ids: str) -> dict[str, Any]:
    """Asks until the circuit breaker of the search has let a probe through."""
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while (reply := reader.ask(CALIBRATE, **ids))["mode"] == "unavailable":
        assert time.monotonic() < ends_at
        time.sleep(0.2)
    return reply


def until_stored(reader: Chatting, **ids: str) -> dict[str, Any]:
    """Asks until the circuit breaker has let a probe through."""
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while (reply := reader.ask(CALIBRATE, **ids))["saved"] != "stored":
        assert time.monotonic() < ends_at
        time.sleep(0.2)
    return reply


@pytest.mark.timed
@pytest.mark.parametrize("trouble", ["refuse", "accept_silently"])
def test_while_the_database_is_away_the_answer_is_the_same_and_in_time(
    reader: Chatting, relays: Relays, transport: Transport, trouble: str
) -> None:
    usual = reader.ask(CALIBRATE)
    getattr(relays.database(transport), trouble)()

    with Stopwatch() as took:
        first = reader.ask(CALIBRATE)
    with Stopwatch() as meanwhile:
        later = [database_milliseconds(reader.post(CALIBRATE)) for _ in range(5)]

    assert set(first) == KEYS
    assert (first["answer"], first["sources"]) == (usual["answer"], usual["sources"])
    assert (first["mode"], first["saved"], first["degraded"]) == ("extractive", "queued", ["database"])
    assert took.least < FIRST_SECONDS
    assert max(later) - meanwhile.stalled * 1000 < LATER_DATABASE_MILLISECONDS


def test_a_question_that_waits_to_be_stored_may_be_asked_again_and_is_stored_once(
    reader: Chatting, relays: Relays, transport: Transport
) -> None:
    ids = {"conversationId": reader.ask(CALIBRATE)["conversationId"], "messageId": str(uuid4())}
    database = relays.database(transport)
    relays.qdrant.delay(0.3)
    before = database.flights

    with ThreadPoolExecutor() as thread:
        asked = thread.submit(reader.ask, CALIBRATE, **ids)
        while database.flights == before:
            time.sleep(0.01)
        database.refuse()
        reply = asked.result()

    assert (reply["mode"], reply["saved"], reply["degraded"]) == ("extractive", "queued", ["database"])
    database.restore()
    again = until_stored(reader, **ids)
    assert again["answer"] == reply["answer"]
    assert len(reader.messages(ids["conversationId"])) == 4


@pytest.mark.timed
@pytest.mark.parametrize("trouble", ["refuse", "accept_silently"])
def test_while_the_book_cannot_be_searched_the_answer_says_so_and_the_turn_is_stored(
    reader: Chatting, relays: Relays, trouble: str
) -> None:
    getattr(relays.qdrant, trouble)()

    with Stopwatch() as took:
        reply = reader.ask(CALIBRATE)

    assert took.least < 3
    assert set(reply) == KEYS
    assert (reply["mode"], reply["saved"], reply["degraded"]) == ("unavailable", "stored", ["retrieval"])
    assert reply["sources"] == []
    answer = reader.messages(reply["conversationId"])[1]
    assert (answer["content"], answer["status"]) == (reply["answer"], "failed")


def test_a_search_that_never_answers_is_waited_for_once_and_works_again_by_itself(
    reader: Chatting, relays: Relays
) -> None:
    relays.qdrant.accept_silently()
    reader.ask(CALIBRATE)

    with Stopwatch() as meanwhile:
        later = sorted(search_milliseconds(reader.post(CALIBRATE)) for _ in range(10))
    relays.qdrant.restore()

    # one of the ten may have looked whether it is back
    assert later[8] - meanwhile.stalled * 1000 < LATER_SEARCH_MILLISECONDS
    assert until_answered(reader)["degraded"] == []


def test_a_question_that_failed_may_be_asked_again_under_its_id(reader: Chatting, relays: Relays) -> None:
    ids = {"conversationId": str(uuid4()), "messageId": str(uuid4())}
    relays.qdrant.refuse()
    assert reader.ask(CALIBRATE, **ids)["mode"] == "unavailable"
    relays.qdrant.restore()

    reply = until_answered(reader, **ids)

    assert reply["mode"] == "extractive"
    assert [each["content"] for each in reader.messages(ids["conversationId"])] == [CALIBRATE, reply["answer"]]


def test_while_everything_is_away_there_is_still_an_answer(
    reader: Chatting, relays: Relays, transport: Transport
) -> None:
    relays.database(transport).refuse()
    relays.qdrant.refuse()

    reply = reader.ask(CALIBRATE)

    assert set(reply) == KEYS
    assert (reply["mode"], reply["saved"], reply["degraded"]) == ("unavailable", "queued", ["database", "retrieval"])


def test_a_guest_does_not_notice_that_the_database_is_away(
    guest: Chatting, relays: Relays, transport: Transport
) -> None:
    relays.database(transport).refuse()

    reply = guest.ask(CALIBRATE)

    assert (reply["mode"], reply["degraded"]) == ("extractive", [])


def test_the_first_question_after_the_outage_is_stored(reader: Chatting, relays: Relays, transport: Transport) -> None:
    relays.database(transport).refuse()
    ids = {"conversationId": reader.ask(CALIBRATE)["conversationId"]}
    relays.database(transport).restore()

    until_stored(reader, **ids)

    assert [each["id"] for each in reader.conversations()] == [ids["conversationId"]]


def test_a_turn_that_waits_in_the_outbox_is_replaced_by_one_that_waits_behind_it(
    reader: Chatting, relays: Relays, transport: Transport
) -> None:
    ids = {"conversationId": reader.ask(CALIBRATE)["conversationId"]}
    relays.database(transport).refuse()
    first = reader.ask(CALIBRATE, **ids)
    relays.database(transport).restore()
    until_stored(reader, conversationId=str(uuid4()))

    second = reader.ask("Which motors does the Wombat arm have?", **ids, replaces=first["messageId"])

    assert (first["saved"], second["degraded"]) == ("queued", [])
    assert second["saved"] in {"queued", "stored"}  # whether the first one is stored by now is a matter of seconds
    until_outbox_is_empty(reader.api)
    shown = [each["content"] for each in reader.messages(ids["conversationId"])]
    assert shown[2:] == ["Which motors does the Wombat arm have?", second["answer"]]


def test_a_search_while_the_book_is_away_says_when_to_try_again(api: httpx.Client, relays: Relays) -> None:
    relays.qdrant.refuse()

    answer = api.get("/api/search", params={"q": "motor"})

    assert (answer.status_code, answer.json()["code"]) == (503, "retrieval_unavailable")
    assert int(answer.headers["retry-after"]) > 0
