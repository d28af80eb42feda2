"""CORS, as an HTTP API does it from `provider.httpApi.cors`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from infra.local.gateway.cors import Cors, read_cors, without_cors

if TYPE_CHECKING:
    from typing import Any

    from tests.unit.gateway.conftest import Gateway

SITE = "https://book.example.org"


def api(cors: object) -> dict[str, Any]:
    return {"provider": {"httpApi": {"cors": cors}}}


def cors_of(declared: object) -> Cors:
    cors = read_cors(api(declared), ["GET", "POST"])
    assert cors
    return cors


def test_an_api_that_declares_no_cors_has_none() -> None:
    assert read_cors({"provider": {}}, ["GET"]) is None
    assert read_cors(api(cors=False), ["GET"]) is None


def test_true_allows_every_origin_without_credentials() -> None:
    headers = dict(cors_of(declared=True).preflight_headers(SITE))

    assert headers[b"access-control-allow-origin"] == b"*"
    assert headers[b"access-control-allow-methods"] == b"GET,OPTIONS,POST"
    assert b"authorization" in headers[b"access-control-allow-headers"].lower()
    assert b"access-control-allow-credentials" not in headers


def test_an_allowed_origin_is_named_and_may_send_cookies() -> None:
    cors = cors_of(
        {
            "allowedOrigins": [SITE],
            "allowedHeaders": ["content-type"],
            "allowedMethods": ["GET"],
            "allowCredentials": True,
            "exposedResponseHeaders": ["retry-after", "x-request-id"],
            "maxAge": 60,
        }
    )

    assert dict(cors.preflight_headers(SITE)) == {
        b"access-control-allow-origin": SITE.encode(),
        b"access-control-allow-credentials": b"true",
        b"access-control-allow-methods": b"GET",
        b"access-control-allow-headers": b"content-type",
        b"access-control-expose-headers": b"retry-after,x-request-id",
        b"access-control-max-age": b"60",
    }


@pytest.mark.parametrize("origin", ["https://elsewhere.example.org", "http://book.example.org", "null", ""])
def test_another_origin_gets_no_header_at_all(origin: str) -> None:
    cors = cors_of({"allowedOrigins": [SITE]})

    assert cors.preflight_headers(origin) == cors.response_headers(origin) == []


def test_origins_may_come_as_one_variable_with_commas() -> None:
    cors = cors_of({"allowedOrigins": f"{SITE}, http://localhost:3000"})

    assert cors.allows("http://localhost:3000")
    assert cors.allows(SITE)


def test_a_wildcard_after_the_scheme_allows_that_scheme() -> None:
    cors = cors_of({"allowedOrigins": ["https://*"]})

    assert cors.allows(SITE)
    assert not cors.allows("http://book.example.org")


def test_headers_that_the_function_sends_itself_are_dropped() -> None:
    sent = [(b"Access-Control-Allow-Origin", b"*"), (b"content-type", b"text/plain")]

    assert without_cors(sent) == [(b"content-type", b"text/plain")]


def test_a_preflight_is_answered_without_a_function(gateway: Gateway) -> None:
    asked = {"origin": SITE, "access-control-request-method": "POST"}

    response = gateway.client.options("/returns", headers=asked)

    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["access-control-allow-origin"] == SITE
    assert response.headers["access-control-allow-credentials"] == "true"
    assert "POST" in response.headers["access-control-allow-methods"]
    assert gateway.figures("returns")["invocations"] == 0


def test_a_preflight_goes_to_a_function_whose_route_takes_every_method(gateway: Gateway) -> None:
    asked = {"origin": SITE, "access-control-request-method": "POST"}

    response = gateway.client.options("/anything/at/all", headers=asked)

    assert response.json()["event"]["routeKey"] == "ANY /anything/{path+}"
    assert "access-control-allow-methods" not in response.headers


@pytest.mark.parametrize("path", ["/event", "/raises", "/nowhere"])
def test_every_answer_may_be_read_by_an_allowed_site_and_by_no_other(gateway: Gateway, path: str) -> None:
    allowed = gateway.client.get(path, headers={"origin": SITE})
    other = gateway.client.get(path, headers={"origin": "https://elsewhere.example.org"})

    assert allowed.headers["access-control-allow-origin"] == SITE
    assert "access-control-allow-origin" not in other.headers
