"""A client of this machine's own servers costs nothing, so that each test may have one."""

from __future__ import annotations

import re
import socket
import threading
from pathlib import Path

import pytest

from tests.fixtures.loopback import NO_TLS, client_of

TESTS = Path(__file__).parents[1]
MADE = re.compile(r"httpx\.(?:Client|get|put|post|delete|request)\((?:[^()]|\([^()]*\))*\)")
SPARED = re.compile(r"verify=|transport=")
OFFERS_TO_STAY = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: keep-alive\r\n\r\nOK"


def test_nobody_is_trusted_so_that_no_certificate_is_read() -> None:
    assert NO_TLS.cert_store_stats()["x509"] == 0


@pytest.mark.parametrize("folder", ["unit", "integration", "contract", "outage", "fixtures"])
def test_no_test_has_certificates_read_for_a_server_that_shows_none(folder: str) -> None:
    made = [
        f"{path.relative_to(TESTS)}: {call}"
        for path in sorted((TESTS / folder).rglob("*.py"))
        for call in MADE.findall(path.read_text("utf-8"))
    ]
    assert [each for each in made if not SPARED.search(each)] == []


def test_no_connection_is_kept_that_another_thread_could_be_given() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(60)
        ended: list[bytes] = []

        def serve() -> None:
            for _ in range(2):
                connection, _ = listener.accept()
                with connection:
                    connection.settimeout(60)
                    connection.recv(1 << 16)
                    connection.sendall(OFFERS_TO_STAY)
                    ended.append(connection.recv(1))

        server = threading.Thread(target=serve, daemon=True)
        server.start()
        with client_of(f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=60) as client:
            assert [client.get("/").text, client.get("/").text] == ["OK", "OK"]
        server.join(60)
    assert ended == [b"", b""]
