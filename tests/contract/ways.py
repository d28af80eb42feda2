"""A way to Postgres, as the contract suite travels it, and the schema in which the suite may do as it likes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import psycopg

from infra.local.ports import LOOPBACK
from infra.local.postgres import APP
from shared.db.opening import open_transport
from shared.settings.database import DatabaseSettings
from tests.fixtures.waiting import until

if TYPE_CHECKING:
    from infra.local.pgbouncer import PgBouncer
    from infra.local.postgres import Postgres
    from infra.local.relay import Relay
    from shared.db import Database

Name = Literal["http", "pooled", "direct"]

SCRATCH = """
create schema contract;
create table contract.note (
    id int constraint note_id primary key,
    text text,
    parent int constraint note_parent references contract.note deferrable initially deferred
);
create table contract.run ();
create sequence contract.attempts;

-- fails with the given SQLSTATE the first so many times; sequences remember what a rollback undoes
create function contract.fail(times int, state text, said text default 'no reason') returns bigint
language plpgsql as $$
declare attempt bigint := nextval('contract.attempts');
begin
    if attempt <= times then
        raise exception 'attempt % fails: %', attempt, said using errcode = state;
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
CLEAN = "truncate contract.note, contract.run; select setval('contract.attempts', 1, false)"


@dataclass(frozen=True)
class Way:
    """One way to Postgres: its settings, and the relay on it.

    Attributes:
        name: `http` (the stand-in, through PgBouncer), `pooled` (PgBouncer) or `direct`.
        pooler: That is on this way; None where there is none.
    """

    name: Name
    settings: DatabaseSettings
    relay: Relay
    pooler: PgBouncer | None

    def open(self, url: str | None = None, http_endpoint: str | None = None) -> Database:
        """A transport of one's own, with other settings where they are given."""
        return open_transport(
            replace(
                self.settings,
                url=url or self.settings.url,
                http_endpoint=http_endpoint or self.settings.http_endpoint,
            )
        )


def settings_for(name: Name, postgres: Postgres, port: int) -> DatabaseSettings:
    """How to reach Postgres that way, with the relay at the port."""
    if name == "http":
        endpoint = f"http://{LOOPBACK}:{port}/sql"
        return DatabaseSettings(url=postgres.app_url, transport="http", http_endpoint=endpoint)
    return DatabaseSettings(url=postgres.app_url.replace(f":{postgres.port}/", f":{port}/"), transport="pooled")


def end_sessions(postgres: Postgres, relay: Relay, pooler: PgBouncer | None) -> None:
    """End the sessions of the functions' role, and wait until whoever keeps connections to Postgres has heard of it."""
    with psycopg.connect(postgres.superuser_url, autocommit=True) as superuser:
        superuser.execute("select pg_terminate_backend(pid, 60000) from pg_stat_activity where usename = %s", [APP])
    if pooler:
        until(lambda: not servers(pooler), "the pooler has lost its connections")
    else:
        until(lambda: not relay.open_connections, "all connections have ended")


def servers(pooler: PgBouncer) -> int:
    """How many connections to Postgres the pooler keeps for the functions' role."""
    # its console speaks the simple protocol only
    with psycopg.connect(pooler.console_url, autocommit=True, cursor_factory=psycopg.ClientCursor) as console:
        return [user for _, user, *_ in console.execute("show servers").fetchall()].count(APP)
