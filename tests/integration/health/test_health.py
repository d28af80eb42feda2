from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.observability import VERSION
from tests.fixtures.platform import until_queue_answers
from tests.fixtures.stopwatch import Stopwatch

if TYPE_CHECKING:
    import httpx

    from infra.local.platform import Platform, Relays
    from shared.settings.database import Transport


def test_a_process_that_lives_says_so_and_touches_nothing(
    api: httpx.Client, relays: Relays, transport: Transport
) -> None:
    with relays.database(transport).count() as stored, relays.qdrant.count() as searched:
        answer = api.get("/health/live")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert (stored.connections, searched.connections) == (0, 0)


def test_every_component_is_reported_with_its_latency(api: httpx.Client) -> None:
    until_queue_answers(api)
    answer = api.get("/health").json()

    components = answer["components"]
    assert answer["status"] == "ok"
    assert answer["version"] == VERSION
    assert {name: each["status"] for name, each in components.items()} == {
        "database": "ok",
        "retrieval": "ok",
        "model": "off",
        "outbox": "ok",
    }
    assert components["outbox"]["depth"] == 0
    assert components["database"]["latencyMs"] > 0
    assert "latencyMs" not in components["model"]


@pytest.mark.timed
@pytest.mark.parametrize("trouble", ["refuse", "accept_silently"])
@pytest.mark.parametrize("missing", ["database", "retrieval", "outbox"])
def test_what_is_away_is_named_within_a_second(
    api: httpx.Client, relays: Relays, transport: Transport, missing: str, trouble: str
) -> None:
    until_queue_answers(api)
    relay = {"database": relays.database(transport), "retrieval": relays.qdrant, "outbox": relays.queue}[missing]
    getattr(relay, trouble)()

    with Stopwatch() as took:
        answer = api.get("/health")

    assert took.least < 1.1
    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert answer.json()["components"][missing]["status"] == "down"


def test_when_nothing_can_be_reached_it_still_answers(api: httpx.Client, relays: Relays, transport: Transport) -> None:
    relays.database(transport).refuse()
    relays.qdrant.refuse()

    answer = api.get("/health")

    assert (answer.status_code, answer.json()["status"]) == (200, "down")


def test_no_address_and_no_version_is_told(api: httpx.Client, relays: Relays, platform: Platform) -> None:
    relays.qdrant.refuse()

    told = api.get("/health").text

    assert "127.0.0.1" not in told
    assert platform.postgres.version not in told
