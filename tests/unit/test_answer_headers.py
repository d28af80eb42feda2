"""Headers of whatever a function answers: nothing for a stranger's cache, nothing from the `Host` header."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from functions.auth.anything_else import router as accounts
from functions.dependencies.counts import limit_of
from functions.health.live import router as health
from shared.app import build_app
from shared.web import APIRouter, Request, Response

if TYPE_CHECKING:
    from fastapi import FastAPI

PROJECT = Path(__file__).parents[2]
HOSTS = ["api.example.com", "a/zz", "a/zz?", "a#", "a?", "a/%d", "[::1", "", "a b"]

router = APIRouter()


@router.get("/public")
async def public() -> Response:
    return Response("x", headers={"cache-control": "public, max-age=60"})


@router.get("/two-cookies")
async def two_cookies() -> Response:
    response = Response()
    response.set_cookie("a", "1")
    response.set_cookie("b", "2")
    return response


@router.get("/broken")
async def broken() -> Response:
    raise RuntimeError


@router.get("/api/auth/limit")
async def limit(request: Request) -> Response:
    return Response(limit_of(request).key)


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return build_app(router, health, accounts)


def asked(app: FastAPI, path: str, **headers: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://api.example.com") as client:
            return await client.get(path, headers=headers)

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(ask())


@pytest.mark.parametrize("path", ["/health/live", "/api/auth/ok", "/api/auth/nothing", "/nothing", "/broken"])
def test_no_answer_may_be_kept_by_a_cache_or_taken_for_another_type(app: FastAPI, path: str) -> None:
    headers = asked(app, path).headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["strict-transport-security"] == "max-age=31536000"


def test_accounts_with_better_auths_defaults_say_no_more_than_it_does(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCOUNT_DEFAULTS", "original")
    assert "cache-control" not in asked(app, "/api/auth/ok").headers
    assert asked(app, "/health/live").headers["cache-control"] == "no-store"


def test_a_setting_that_means_nothing_is_named_to_nobody(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCOUNT_DEFAULTS", "best")
    answer = asked(app, "/api/auth/ok")
    assert (answer.status_code, answer.json()["code"]) == (500, "misconfigured")
    assert answer.headers["cache-control"] == "no-store"


def test_a_route_may_allow_it(app: FastAPI) -> None:
    assert asked(app, "/public").headers["cache-control"] == "public, max-age=60"


def test_all_cookies_of_an_answer_stay(app: FastAPI) -> None:
    assert len(asked(app, "/two-cookies").headers.get_list("set-cookie")) == 2


def test_accounts_do_not_tell_how_long_an_answer_took(app: FastAPI) -> None:
    assert "server-timing" not in asked(app, "/api/auth/ok").headers  # it waited for nothing else
    assert "total" in asked(app, "/health/live").headers["server-timing"]


@pytest.mark.parametrize("host", HOSTS)
def test_what_a_request_counts_for_does_not_depend_on_the_host_header(app: FastAPI, host: str) -> None:
    answer = asked(app, "/api/auth/limit", host=host)
    assert (answer.status_code, answer.text) == (200, "127.0.0.1|/limit")


def test_no_function_reads_an_address_that_is_made_of_the_host_header() -> None:
    for folder in ("functions", "shared"):
        for file in (PROJECT / folder).rglob("*.py"):
            assert "request.url" not in file.read_text("utf-8"), file
