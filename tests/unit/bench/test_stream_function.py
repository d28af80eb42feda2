"""The function that `make bench-stream` measures is the chat as it is now: its writer is one that the chat can hire."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx

from functions.dependencies.callers import maybe_signed_in
from functions.dependencies.rules import auth_rules
from shared.auth.identity.rules import AuthRules
from tests.bench.stream_function import app
from tests.fixtures.writers import read_events
from tests.unit.test_floods import SETTINGS

if TYPE_CHECKING:
    import pytest


async def _nobody() -> None:
    return None


async def _rules() -> AuthRules:
    return AuthRules.of(SETTINGS)


def test_it_streams_the_units_that_its_script_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATE_LIMITS", "off")
    for route, own in {maybe_signed_in: _nobody, auth_rules: _rules}.items():
        monkeypatch.setitem(app.dependency_overrides, route, own)

    async def asked() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://api.example.com") as client:
            body = {"message": "3 units 1 ms apart"}
            return await client.post("/api/chat", json=body, headers={"accept": "text/event-stream"})

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        answer = runner.run(asked())

    assert answer.status_code == 200, answer.text
    assert [name for name, _ in read_events(answer.text)] == ["sources", "delta", "delta", "delta", "done"]
