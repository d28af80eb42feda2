"""The three ways to Postgres that have to behave the same, each through a relay that counts and breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import psycopg
import pytest

from infra.local.pgbouncer import PgBouncer
from infra.local.relay import Relay
from infra.local.server import Server
from shared.db import Statement
from shared.db.attempts import unhurried
from tests.contract.ways import CLEAN, SCRATCH, Way, settings_for

if TYPE_CHECKING:
    from collections.abc import Generator

    from infra.local.postgres import Postgres
    from shared.db import Database
    from tests.contract.ways import Name


SERVERS: Final[dict[Name, str]] = {"http": "stand_in", "pooled": "pgbouncer", "direct": "postgres"}
"""The fixture with what each way leads to."""


@pytest.fixture(autouse=True)
def patience() -> Generator[None]:
    """A batch has the longer of its two times: what breaks is tested here, and not what stands still for a second."""
    with unhurried():
        yield


@pytest.fixture(scope="session")
def owner(postgres: Postgres) -> Generator[psycopg.Connection]:
    """The owner's own connection, and a schema that tests may do with as they like."""
    with psycopg.connect(postgres.owner_url, autocommit=True) as connection:
        connection.execute(SCRATCH)
        yield connection


@pytest.fixture(scope="session")
def pooler_port(request: pytest.FixtureRequest, postgres: Postgres) -> int:
    """PgBouncer's port; Postgres's own where it is not installed."""
    return request.getfixturevalue("pgbouncer").port if PgBouncer.installed() else postgres.port


@pytest.fixture(scope="session")
def stand_in(postgres: Postgres, pooler_port: int) -> Generator[Server]:
    """The stand-in for Neon's `/sql`, through PgBouncer where it is installed; takes and gives at most 8 MiB."""
    arguments = ("--postgres-port", str(pooler_port), "--max-bytes", str(8 * 1024 * 1024))
    server = Server("neon sql", "infra.local.neon_sql", *arguments, state=postgres.state)
    server.start()
    server.wait()
    yield server
    server.stop()


@pytest.fixture(scope="session", params=["http", "pooled", "direct"])
def way(request: pytest.FixtureRequest, postgres: Postgres, owner: psycopg.Connection) -> Generator[Way]:
    """Each of the three ways in turn."""
    assert not owner.closed
    name: Name = request.param
    needs_pooler = name == "pooled" or (name == "http" and PgBouncer.installed())
    pooler: PgBouncer | None = request.getfixturevalue("pgbouncer") if needs_pooler else None
    server: Server | Postgres | PgBouncer = request.getfixturevalue(SERVERS[name])
    with Relay(server.port) as relay:
        yield Way(name, settings_for(name, postgres, relay.port), relay, pooler)


@pytest.fixture
def database(way: Way, owner: psycopg.Connection) -> Generator[Database]:
    """A transport of the way, unconnected, and an empty scratch schema."""
    owner.execute(CLEAN)
    opened = way.open()
    yield opened
    opened.close()
    way.relay.restore()


@pytest.fixture
def connected(database: Database) -> Database:
    """The same, with a connection that has been used."""
    database.run(Statement("select 1"))
    return database
