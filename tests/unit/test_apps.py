"""An app that several tests use at once gives each of them what it handed in."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx

from shared.app import build_app
from shared.web import APIRouter, Depends
from tests.fixtures.apps import given

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp

router = APIRouter()


async def nobody() -> str:
    return "nobody"


@router.get("/who")
async def who(name: str = Depends(nobody)) -> dict[str, str]:
    await asyncio.sleep(0)  # lets the other one begin
    return {"who": name}


async def asked(app: ASGIApp) -> str:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api.example.com") as client:
        return (await client.get("/who")).json()["who"]


async def all_at_once(*apps: ASGIApp) -> list[str]:
    return await asyncio.gather(*(asked(each) for each in apps))


def named(name: str) -> dict[Callable[..., Any], Callable[..., Any]]:
    async def somebody() -> str:
        return name

    return {nobody: somebody}


def test_requests_at_once_meet_what_their_own_app_was_given() -> None:
    app = build_app(router)
    apps = [given(app, named("Ada")), given(app, named("Bob")), given(app, {})]
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        assert runner.run(all_at_once(*apps, *apps)) == ["Ada", "Bob", "nobody"] * 2
