"""What the gateway serves itself: the demo page and its files, and nothing else from the disk."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from infra.local.gateway.pages import DEMO

if TYPE_CHECKING:
    from tests.unit.gateway.conftest import Gateway


def raw_status(gateway: Gateway, target: str) -> int:
    """The status of a GET whose target is sent exactly as given; HTTP clients tidy it."""
    address = (gateway.client.base_url.host, gateway.client.base_url.port or 80)
    with socket.create_connection(address, timeout=5) as connection:
        connection.sendall(f"GET {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".encode())
        return int(connection.recv(1000).split()[1])


@pytest.mark.parametrize(
    ("path", "content_type", "file"),
    [
        ("/", "text/html; charset=utf-8", "index.html"),
        ("/demo/style.css", "text/css; charset=utf-8", "style.css"),
    ],
)
def test_the_demo_page_and_its_files_are_served(gateway: Gateway, path: str, content_type: str, file: str) -> None:
    response = gateway.get(path)

    assert response.status_code == 200
    assert response.headers["content-type"] == content_type
    assert response.content == (DEMO / file).read_bytes()


def test_the_page_may_load_only_its_own_files(gateway: Gateway) -> None:
    headers = gateway.get("/").headers

    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "target",
    [
        "/demo/../gateway/pages.py",
        "/demo/%2e%2e/gateway/pages.py",
        "/demo/..%2fgateway%2fpages.py",
        "/demo//etc/passwd",
        "/demo/%00",
        "/demo/",
        "/demo",
        "/serverless.yml",
    ],
)
def test_no_other_file_can_be_reached(gateway: Gateway, target: str) -> None:
    assert raw_status(gateway, target) == 404


def test_a_page_that_was_not_ingested_is_a_page_that_says_so(gateway: Gateway) -> None:
    response = gateway.get("/docs/nothing/here")

    assert response.status_code == 404
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert "No such page" in response.text
