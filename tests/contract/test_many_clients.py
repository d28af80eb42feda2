"""A thousand clients on twenty connections to the server, and nobody ever sees somebody else."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg
import pytest

from infra.local.postgres import APP
from infra.local.program import PROJECT
from tests.contract.many_clients import run_many
from tests.contract.ways import CLEAN

if TYPE_CHECKING:
    from collections.abc import Generator

    from infra.local.pgbouncer import PgBouncer

CLIENTS = 1000


@pytest.mark.parametrize("requests", [5, pytest.param(20, marks=pytest.mark.long)])  # `make bench-db` sends 100
def test_a_thousand_clients_on_twenty_connections_never_see_each_other(
    pgbouncer: PgBouncer, owner: psycopg.Connection, capsys: pytest.CaptureFixture[str], requests: int
) -> None:
    owner.execute(CLEAN)

    with most_connections(pgbouncer) as connections:
        counted = run_many(pgbouncer.app_url, CLIENTS, requests, PROJECT)

    with capsys.disabled():
        print(f"\n{CLIENTS} clients, {max(connections)} connections to the server: {counted}")  # noqa: T201 (how much was really shown)
    assert (counted["requests"], counted["wrong"], counted["failed"]) == (CLIENTS * requests, 0, 0)
    assert max(connections) <= pgbouncer.pool_size == 20


@contextmanager
def most_connections(pgbouncer: PgBouncer) -> Generator[list[int]]:
    """How many connections to the server the pooler says it has, asked again and again during the block."""
    seen: list[int] = []
    over = threading.Event()

    def look() -> None:
        # the console speaks the simple protocol only
        with psycopg.connect(pgbouncer.console_url, autocommit=True, cursor_factory=psycopg.ClientCursor) as console:
            while not over.wait(0.1):
                servers = console.execute("show servers").fetchall()
                seen.append([user for _, user, *_ in servers].count(APP))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()
