"""The three ways to Postgres that have to behave the same, each through a relay that counts and breaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import psycopg
import pytest

from infra.local.pgbouncer import PgBouncer
from infra.local.ports import LOOPBACK
from infra.local.relay import Relay
from infra.local.server import Server
from shared.db import open_transport
from shared.settings import DatabaseSettings

if TYPE_CHECKING:
    from collections.abc import Generator

    from infra.local.postgres import Postgres
    from shared.db import Database

Name = Literal["http", "pooled", "direct"]

SCRATCH = """
create schema contract;
create table contract.note (
    id int constraint note_id primary key,
    text text,
    parent int constraint note_parent references contract.note deferrable initially deferred
);
create sequence contract.attempts;

-- fails with the given SQLSTATE the first so many times; sequences remember what a rollback undoes
create function contract.fail(times int, state text) returns bigint language plpgsql as $$
declare attempt bigint := nextval('contract.attempts');
begin
    if attempt <= times then
        raise exception 'attempt % fails', attempt using errcode = state;
    end if;
    return attempt;
end $$;

create function contract.die(times int) returns bigint language plpgsql as $$
declare attempt bigint := nextval('contract.attempts');
begin
    if attempt <= times then
        perform pg_terminate_backend(pg_backend_pid());
    end if;
    return attempt;
end $$;

grant usage on schema contract to docs_app;
grant all on all tables in schema contract to docs_app;
grant all on all sequences in schema contract to docs_app;
"""
CLEAN = "truncate contract.note; alter sequence contract.attempts restart; "


@dataclass(frozen=True)
class Way:
    """One way to Postgres: its settings, and the relay on it.

    Attributes:
        name: `http` (the stand-in, through PgBouncer), `pooled` (PgBouncer) or `direct`.
    """

    name: Name
    settings: DatabaseSettings
    relay: Relay

    def open(self, **changed: str) -> Database:
        """A transport of one's own; `changed` replaces parts of the settings."""
        settings = {name: getattr(self.settings, name) for name in ("url", "transport", "http_endpoint")}
        return open_transport(DatabaseSettings(**(settings | changed)))


@pytest.fixture(scope="session")
def scratch(postgres: Postgres) -> str:
    """A schema that tests may do with as they like; gives the owner's connection string."""
    with psycopg.connect(postgres.owner_url) as connection:
        connection.execute(SCRATCH)
    return postgres.owner_url


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
def way(request: pytest.FixtureRequest, postgres: Postgres, scratch: str) -> Generator[Way]:
    """Each of the three ways in turn."""
    assert scratch
    name: Name = request.param
    if name == "http":
        port = request.getfixturevalue("stand_in").port
    else:
        port = postgres.port if name == "direct" else request.getfixturevalue("pgbouncer").port
    with Relay(port) as relay:
        yield Way(name, _settings(name, postgres, relay.port), relay)


def _settings(name: Name, postgres: Postgres, port: int) -> DatabaseSettings:
    if name == "http":
        endpoint = f"http://{LOOPBACK}:{port}/sql"
        return DatabaseSettings(url=postgres.app_url, transport="http", http_endpoint=endpoint)
    return DatabaseSettings(url=postgres.app_url.replace(f":{postgres.port}/", f":{port}/"), transport="pooled")


@pytest.fixture
def database(way: Way, scratch: str) -> Generator[Database]:
    """A transport of the way, unconnected, and an empty scratch schema."""
    with psycopg.connect(scratch) as connection:
        connection.execute(CLEAN)
    opened = way.open()
    yield opened
    opened.close()
    way.relay.restore()


@pytest.fixture
def connected(database: Database) -> Database:
    """The same, with a connection that has been used."""
    from shared.db import Statement  # noqa: PLC0415 (beside its only use)

    database.run(Statement("select 1"))
    return database
