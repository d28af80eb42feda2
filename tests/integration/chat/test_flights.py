from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fixtures.platform import CALIBRATE

if TYPE_CHECKING:
    import httpx

    from infra.local.platform import Relays
    from shared.settings.database import Transport
    from tests.integration.chat.conftest import Chatting


@pytest.mark.parametrize(
    "question", [CALIBRATE, "Who won the football world cup in 2018, and who scored most of the goals in the final?"]
)
def test_a_turn_of_a_signed_in_reader_costs_two_round_trips_and_one_search(
    reader: Chatting, relays: Relays, transport: Transport, question: str
) -> None:
    conversation = reader.ask(CALIBRATE)["conversationId"]

    with relays.database(transport).count() as stored, relays.qdrant.count() as searched:
        reader.ask(question, conversationId=conversation)

    assert (stored.flights, searched.flights) == (2, 1)


def test_a_follow_up_costs_no_more(reader: Chatting, relays: Relays, transport: Transport) -> None:
    conversation = reader.ask(CALIBRATE)["conversationId"]

    with relays.database(transport).count() as stored, relays.qdrant.count() as searched:
        reader.ask("And how long does it take?", conversationId=conversation)

    assert (stored.flights, searched.flights) == (2, 1)


def test_a_guest_costs_no_database(guest: Chatting, relays: Relays, transport: Transport) -> None:
    guest.ask(CALIBRATE)

    with relays.database(transport).count() as stored, relays.qdrant.count() as searched:
        guest.ask(CALIBRATE)

    assert (stored.flights, stored.connections, searched.flights) == (0, 0, 1)


def test_a_search_costs_no_database(api: httpx.Client, relays: Relays, transport: Transport) -> None:
    api.get("/api/search", params={"q": "motor"})

    with relays.database(transport).count() as stored, relays.qdrant.count() as searched:
        api.get("/api/search", params={"q": "motor"})

    assert (stored.flights, searched.flights) == (0, 1)
