"""A way to Postgres, as the contract suite travels it, and the schema in which the suite may do as it likes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from infra.local.ports import LOOPBACK
from shared.db.opening import open_transport
from shared.settings.database import DatabaseSettings

if TYPE_CHECKING:
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
CLEAN = "truncate contract.note, contract.run; select setval('contract.attempts', 1, false)"


@dataclass(frozen=True)
class Way:
    """One way to Postgres: its settings, and the relay on it.

    Attributes:
        name: `http` (the stand-in, through PgBouncer), `pooled` (PgBouncer) or `direct`.
    """

    name: Name
    settings: DatabaseSettings
    relay: Relay

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
