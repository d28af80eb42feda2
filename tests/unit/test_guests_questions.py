"""A guest's question through the chat's route: told to the owner's queue where the owner wants it, else to nobody."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from functions.chat import ask
from functions.dependencies import database as container
from functions.dependencies.allowances import questions
from functions.dependencies.book import book
from functions.dependencies.callers import reader
from functions.dependencies.guests import guests_outbox
from functions.dependencies.outbox import readers_outbox
from functions.dependencies.rules import auth_rules
from shared.app import build_app
from shared.auth.identity.rules import AuthRules
from tests.unit.outbox.test_guests import Sqs, ended, outbox
from tests.unit.test_floods import SETTINGS, Away, NoBook


def answered(sqs: Sqs | None, **more: object) -> httpx.Response:
    """What a guest is told; the queue is the owner's, if the owner wants to see guests."""

    async def nobody() -> None:
        return None

    async def rules() -> AuthRules:
        return AuthRules.of(SETTINGS)

    async def away() -> Away:
        return Away()

    async def guests() -> Any:  # noqa: ANN401 (what the route declares)
        return outbox(sqs) if sqs else None

    async def asked() -> httpx.Response:
        app = build_app(ask.router)
        app.dependency_overrides |= {
            **dict.fromkeys((questions, reader, readers_outbox), nobody),
            container.database: away,
            book: NoBook,
            auth_rules: rules,
            guests_outbox: guests,
        }
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="https://api.example.com") as client:
            return await client.post("/api/chat", json={"message": "What is a node?"} | more)

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        told = runner.run(asked())
    ended()
    return told


@pytest.mark.parametrize(("more", "sent"), [({}, 1), ({"temporary": True}, 0), ({"message": "Thank you!"}, 0)])
def test_what_is_told_to_the_owner_changes_nothing_for_the_guest(more: dict[str, object], sent: int) -> None:
    sqs = Sqs()
    told, alone = answered(sqs, **more).json(), answered(None, **more).json()
    assert len(sqs.sent) == sent
    assert told.keys() == alone.keys()
    assert [told[name] for name in ("answer", "mode", "saved", "degraded")] == [
        alone[name] for name in ("answer", "mode", "saved", "degraded")
    ]


def test_a_queue_that_is_away_is_nothing_that_the_guest_is_told_of() -> None:
    assert answered(Sqs(OSError("away"))).json()["degraded"] == ["retrieval"]
