"""A thousand clients on twenty connections to the server, and nobody ever sees somebody else."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg

from infra.local.process import PROJECT
from tests.contract.many_clients import run_many
from tests.contract.ways import CLEAN

if TYPE_CHECKING:
    from collections.abc import Generator

    import pytest

    from infra.local.pgbouncer import PgBouncer
    from infra.local.postgres import Postgres

CLIENTS = 1000
REQUESTS = 20
"""For each client; `make bench-db` sends 100."""


def test_a_thousand_clients_on_twenty_connections_never_see_each_other(
    pgbouncer: PgBouncer, postgres: Postgres, owner: psycopg.Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    owner.execute(CLEAN)

    with most_sessions(postgres) as sessions:
        counted = run_many(pgbouncer.app_url, CLIENTS, REQUESTS, PROJECT)

    with capsys.disabled():
        print(f"\n{CLIENTS} clients, {max(sessions)} sessions: {counted}")  # noqa: T201 (how much was really shown)
    assert (counted["requests"], counted["wrong"], counted["failed"]) == (CLIENTS * REQUESTS, 0, 0)
    assert max(sessions) <= pgbouncer.pool_size == 20


@contextmanager
def most_sessions(postgres: Postgres) -> Generator[list[int]]:
    """How many sessions the functions' role has, asked again and again during the block."""
    seen: list[int] = []
    over = threading.Event()

    def look() -> None:
        with psycopg.connect(postgres.superuser_url, autocommit=True) as superuser:
            while not over.wait(0.1):
                query = "select count(*) from pg_stat_activity where usename = 'docs_app'"
                seen.extend(superuser.execute(query).fetchone() or ())

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()
