"""A stand-in for all tests of this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from qdrant_client import QdrantClient

from tests.contract.qdrant.stand_in import running_stand_in
from tests.fixtures.loopback import client_of

if TYPE_CHECKING:
    from collections.abc import Generator

    import httpx

    from infra.local.server import Server


@pytest.fixture(scope="session")
def stand_in() -> Generator[Server]:
    with running_stand_in() as server:
        yield server


@pytest.fixture(scope="session")
def remote(stand_in: Server) -> Generator[QdrantClient]:
    client = QdrantClient(stand_in.url, cloud_inference=True, timeout=60)
    yield client
    client.close()


@pytest.fixture(scope="session")
def rest(stand_in: Server) -> Generator[httpx.Client]:
    with client_of(stand_in.url) as client:
        yield client
