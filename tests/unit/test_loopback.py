"""A client of this machine's own servers costs nothing, so that each test may have one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.fixtures.loopback import NO_TLS

TESTS = Path(__file__).parents[1]
MADE = re.compile(r"httpx\.(?:Client|get|put|post|delete|request)\((?:[^()]|\([^()]*\))*\)")
SPARED = re.compile(r"verify=|transport=")


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
