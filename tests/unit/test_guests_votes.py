"""A flood of guests' opinions ends in the container, before it costs a round trip."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import uuid4

import httpx
import pytest

from functions.dependencies.allowances import guests_votes
from functions.dependencies.callers import maybe_signed_in
from functions.dependencies.database import database
from functions.dependencies.rules import auth_rules
from functions.messages import give_feedback
from shared.allowance import Allowance, Allowances
from shared.app import build_app
from shared.auth.identity.rules import AuthRules
from tests.unit.test_floods import SETTINGS

if TYPE_CHECKING:
    from fastapi import FastAPI


@pytest.fixture
def app() -> FastAPI:
    counted = Allowances(Allowance(at_once=2, a_second=0.01))

    async def counts() -> Allowances:
        return counted

    async def nobody() -> None:
        return None

    async def rules() -> AuthRules:
        return AuthRules.of(SETTINGS)

    app = build_app(give_feedback.router)
    app.dependency_overrides |= {guests_votes: counts, maybe_signed_in: nobody, database: nobody, auth_rules: rules}
    return app


def votes(app: FastAPI, times: int, address: str) -> list[int]:
    async def given() -> list[int]:
        transport = httpx.ASGITransport(app, client=(address, 5000))
        async with httpx.AsyncClient(transport=transport, base_url="https://api.example.com") as client:
            path, vote = f"/api/messages/{uuid4()}/feedback", {"value": "up", "feedbackToken": "made up"}
            return [(await client.post(path, json=vote)).status_code for _ in range(times)]

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(given())


def test_whoever_votes_too_often_waits_and_others_do_not(app: FastAPI) -> None:
    assert votes(app, 4, "192.0.2.1") == [400, 400, 429, 429]
    assert votes(app, 1, "192.0.2.2") == [400]
