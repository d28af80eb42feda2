"""A compute that Neon has suspended: the first question after a quiet night is like any other."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Timer
from typing import TYPE_CHECKING, Any

import pytest

from tests.fixtures.platform import CALIBRATE, until_outbox_is_empty
from tests.fixtures.stopwatch import Stopwatch

if TYPE_CHECKING:
    from infra.local.platform import Relays
    from infra.local.relay import Relay
    from shared.settings.database import Transport
    from tests.integration.chat.conftest import Chatting

WAKES_AFTER_SECONDS = 0.6
"""Neon says "a few hundred milliseconds"; the chat waits for 1.2 s of waking up and no longer."""

SPARE_SECONDS = 0.3
"""Left of that for all the rest: where the machine itself stood still for longer, the chat may have given up."""


def suspend(database: Relay) -> None:
    """Connections are gone; new ones are taken, and held until the compute is awake."""
    database.reset()
    database.accept_silently()


def ask_a_sleeper(reader: Chatting, database: Relay) -> tuple[dict[str, Any], float]:
    """The question wakes it up; and for how many seconds of it the machine stood still."""
    suspend(database)
    before = database.total.connections
    with Stopwatch() as took, ThreadPoolExecutor(1) as threads:
        asked = threads.submit(reader.ask, CALIBRATE)
        while database.total.connections == before:
            time.sleep(0.01)
        Timer(WAKES_AFTER_SECONDS, database.restore).start()
        reply = asked.result()
    return reply, took.stalled


@pytest.mark.timed
def test_the_first_question_to_a_sleeping_compute_is_stored(
    reader: Chatting, relays: Relays, transport: Transport
) -> None:
    reader.ask(CALIBRATE)

    replies = [ask_a_sleeper(reader, relays.database(transport)) for _ in range(2)]

    for reply, stalled in replies:
        assert (reply["saved"], reply["degraded"]) == ("stored", []) or stalled > SPARE_SECONDS
    until_outbox_is_empty(reader.api)
    assert len(reader.messages(replies[1][0]["conversationId"])) == 2


@pytest.mark.timed
def test_a_list_waits_for_a_compute_that_wakes_up(reader: Chatting, relays: Relays, transport: Transport) -> None:
    asked = reader.ask(CALIBRATE)["conversationId"]
    database = relays.database(transport)
    suspend(database)
    before = database.total.connections

    with ThreadPoolExecutor(1) as threads:
        listing = threads.submit(reader.api.get, "/api/conversations")
        while database.total.connections == before:
            time.sleep(0.01)
        Timer(2.5 * WAKES_AFTER_SECONDS, database.restore).start()
        listed = listing.result()

    assert [each["id"] for each in listed.json()["conversations"]] == [asked]
