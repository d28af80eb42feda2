"""A recorded event of API Gateway: cookies come and go in lists, and no header can forge the address."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from mangum import Mangum

from shared.auth.browser.cookies import sign
from tests.integration.auth.conftest import PASSWORD, SECRET, SITE, TOKEN, app_on

if TYPE_CHECKING:
    from tests.integration.auth.conftest import Routes

RECORDED = Path(__file__).resolve().parents[2] / "events" / "authSignUpEmail.json"


@dataclass(frozen=True, slots=True)
class Context:
    """What the app reads of Lambda's context."""

    aws_request_id: str = "an-invocation"

    def get_remaining_time_in_millis(self) -> int:
        return 20_000


def answered(
    routes: Routes, body: dict[str, object], source: str, forwarded: str, cookies: list[str]
) -> dict[str, Any]:
    event = json.loads(RECORDED.read_text(encoding="utf-8"))
    event["body"] = json.dumps(body)
    event["cookies"] = cookies
    event["requestContext"]["http"]["sourceIp"] = source
    event["headers"] |= {"x-forwarded-for": forwarded, "x-client-ip": forwarded, "origin": SITE}
    del event["headers"]["content-length"]
    https = app_on(routes.database, home="https://api.example.test")
    return Mangum(https, lifespan="off")(event, Context())  # pyright: ignore[reportArgumentType, reportReturnType] (a stand-in for Lambda's context; Mangum types its answer wider)


@pytest.mark.parametrize(
    ("source", "stored"),
    [("203.0.113.9", "203.0.113.9"), ("2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002:0000:0000:0000:0000")],
)
def test_a_session_remembers_the_address_that_api_gateway_saw(
    routes: Routes, email: str, source: str, stored: str
) -> None:
    body: dict[str, object] = {"name": "Ann", "email": email, "password": PASSWORD}
    answer = answered(routes, body, source, "198.51.100.1", [])
    assert answer["statusCode"] == 200
    token = json.loads(answer["body"])["token"]
    [(address, program)] = routes.rows('select "ipAddress", "userAgent" from session where token = %s', token)
    assert address == stored
    assert "Firefox" in program


def test_several_cookies_leave_as_several(routes: Routes, email: str) -> None:
    body: dict[str, object] = {"name": "Ann", "email": email, "password": PASSWORD, "rememberMe": False}
    answer = answered(routes, body, "203.0.113.9", "", [])
    assert [cookie.partition("=")[0] for cookie in answer["cookies"]] == [
        f"__Secure-{TOKEN}",
        "__Secure-better-auth.dont_remember",
    ]


def test_several_cookies_arrive_as_several(routes: Routes, email: str) -> None:
    cookies = ["a=b", f"__Secure-better-auth.dont_remember={sign('true', SECRET)}", "c=d"]
    body: dict[str, object] = {"name": "Ann", "email": email, "password": PASSWORD}
    answer = answered(routes, body, "203.0.113.9", "", cookies)
    assert answer["cookies"][1].startswith("__Secure-better-auth.dont_remember=; Max-Age=0;")
