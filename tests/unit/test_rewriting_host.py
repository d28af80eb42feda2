"""Behind the site's own host: its word about the reader's address counts, and nobody else's."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx
import pytest

from functions.health.live import router as health
from shared.app import build_app
from shared.errors import Misconfigured, NotThroughHost
from shared.rewriting_host import RewritingHost, rewriting_host
from shared.settings.accounts import HostSettings
from shared.web import APIRouter, Request, Response

if TYPE_CHECKING:
    from collections.abc import Generator

    from tests.fixtures.logged import Lines

OLD, NEW = "the secret of the host until yesterday", "the secret of the host since yesterday"
READER = "198.51.100.7"

router = APIRouter()


@router.get("/address")
async def address(request: Request) -> Response:
    return Response(request.client.host if request.client else "")


def behind(*, header: str = "x-real-ip", only: bool = False) -> RewritingHost:
    return RewritingHost((OLD, NEW), header, only)


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_while_a_secret_is_replaced_either_counts(secret: str) -> None:
    assert behind().reader_address({"x-host-secret": secret, "x-real-ip": READER}, "/api/chat") == READER


@pytest.mark.parametrize("secret", ["", OLD[:-1], f"{OLD}x", f"{OLD},{NEW}", "ü" * 40])
def test_without_the_secret_the_header_counts_for_nothing(secret: str) -> None:
    assert behind().reader_address({"x-host-secret": secret, "x-real-ip": READER}, "/api/chat") is None
    assert behind().reader_address({"x-real-ip": READER}, "/api/chat") is None


def test_a_deployment_without_a_host_believes_no_header() -> None:
    nobody = RewritingHost((), "x-real-ip", only=False)
    assert nobody.reader_address({"x-host-secret": "", "x-real-ip": READER}, "/api/chat") is None


@pytest.mark.parametrize("told", ["", " ", f"{READER}, 203.0.113.1"])
def test_a_host_that_names_no_single_address_leaves_it_at_api_gateways(told: str) -> None:
    assert behind().reader_address({"x-host-secret": NEW, "x-real-ip": told}, "/api/chat") is None


@pytest.mark.parametrize("told", [f"{READER}:46532", f" {READER}", f"[{READER}]:80"])
def test_a_port_after_the_address_makes_no_reader_of_its_own(told: str) -> None:
    assert behind().reader_address({"x-host-secret": NEW, "x-real-ip": told}, "/api/chat") == READER


@pytest.mark.parametrize(
    ("told", "reader"),
    [(f"{READER}:46532", READER), ("2001:db8::7:443", "2001:db8::7"), ("[2001:db8::7]:443", "2001:db8::7")],
)
def test_cloudfront_names_a_port_after_the_address(told: str, reader: str) -> None:
    host = behind(header="cloudfront-viewer-address")
    assert host.reader_address({"x-host-secret": NEW, "cloudfront-viewer-address": told}, "/api/chat") == reader


def test_what_comes_past_the_host_is_refused_where_that_is_wished() -> None:
    with pytest.raises(NotThroughHost):
        behind(only=True).reader_address({"x-host-secret": "guessed", "x-real-ip": READER}, "/api/chat")
    assert behind(only=True).reader_address({}, "/health") is None
    assert behind(only=True).reader_address({"x-host-secret": OLD, "x-real-ip": READER}, "/api/chat") == READER


@pytest.mark.parametrize("secret", ["short", f"{NEW},", f"{NEW},short", ","])
def test_a_secret_that_can_be_guessed_is_refused(secret: str) -> None:
    with pytest.raises(Misconfigured):
        HostSettings.read({"HOST_SECRET": secret})


def test_the_secret_is_shown_nowhere() -> None:
    assert NEW not in repr(HostSettings.read({"HOST_SECRET": NEW}))


@pytest.fixture
def restored() -> Generator[None]:
    rewriting_host.cache_clear()
    yield
    rewriting_host.cache_clear()


@pytest.mark.usefixtures("restored")
def test_every_function_takes_the_readers_address_from_its_host(monkeypatch: pytest.MonkeyPatch, lines: Lines) -> None:
    monkeypatch.setenv("HOST_SECRET", NEW)
    monkeypatch.setenv("HOST_ONLY", "on")
    headers = {"x-host-secret": NEW, "x-real-ip": READER}
    assert asked("/address", headers).text == READER
    refused = asked("/address", {"x-real-ip": READER})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_through_host")
    assert lines.told == [("host_bypassed", "not_through_host")]
    assert asked("/health/live", {}).status_code == 200


def asked(path: str, headers: dict[str, str]) -> httpx.Response:
    app = build_app(health, router)

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app, client=("203.0.113.1", 5000))
        async with httpx.AsyncClient(transport=transport, base_url="http://api.example.com") as client:
            return await client.get(path, headers=headers)

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(ask())
