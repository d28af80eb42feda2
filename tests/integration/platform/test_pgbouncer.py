from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import psycopg
import pytest

if TYPE_CHECKING:
    from infra.local.pgbouncer import PgBouncer


def test_the_functions_role_reaches_the_database_through_the_pooler(pgbouncer: PgBouncer) -> None:
    with psycopg.connect(pgbouncer.app_url) as connection:
        assert connection.execute("select current_user::text").fetchone() == ("docs_app",)


def test_a_wrong_password_is_refused_by_the_pooler(pgbouncer: PgBouncer) -> None:
    url = pgbouncer.app_url.replace(pgbouncer.postgres.secrets.app_password, "wrong")
    with pytest.raises(psycopg.OperationalError, match="SASL authentication failed"):
        psycopg.connect(url)


def test_more_clients_than_server_connections_are_served_because_pooling_is_by_transaction(
    pgbouncer: PgBouncer,
) -> None:
    backends = set[int]()
    with ExitStack() as stack:
        for _ in range(pgbouncer.pool_size + 10):
            client = stack.enter_context(psycopg.connect(pgbouncer.app_url, autocommit=True))
            backends.update(*client.execute("select pg_backend_pid()"))
    assert 0 < len(backends) <= pgbouncer.pool_size


def test_the_pooler_recovers_when_the_database_was_away(pgbouncer: PgBouncer) -> None:
    with psycopg.connect(pgbouncer.postgres.superuser_url, autocommit=True) as connection:
        connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'docs_app'")
    with psycopg.connect(pgbouncer.app_url) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_the_pooler_tells_the_owner_about_its_clients_and_obeys_nobody(pgbouncer: PgBouncer) -> None:
    with psycopg.connect(pgbouncer.console_url, autocommit=True) as connection:
        console = psycopg.ClientCursor(connection)
        pools = console.execute("show pools")
        columns = [column.name for column in pools.description or ()]
        with pytest.raises(psycopg.Error, match="admin access needed"):
            console.execute("pause")
    assert {"database", "cl_active", "cl_waiting", "sv_active"} <= set(columns)
