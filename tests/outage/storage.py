"""Neon's storage away: the compute answers, and every statement that needs a page ends with an internal error (XX000).

Postgres itself says so, to every transport, because a policy of each table calls a function that raises it. Postgres
calls that function while it plans, as it would call any `immutable` one, so even an empty table cannot be read.
"""

from __future__ import annotations

from typing import Final

import psycopg
from psycopg import sql
from psycopg.errors import DeadlockDetected, LockNotAvailable

MESSAGE: Final = "[NEON_SMGR] [shard 0] request failed too many times, cancelling query"

RAISING: Final = f"""
    create or replace function storage_is_away() returns boolean language plpgsql immutable as
    $$ begin raise exception '{MESSAGE}' using errcode = 'XX000'; end $$
"""
TABLES: Final = """
    select relname, relrowsecurity from pg_class
     where relnamespace = 'public'::regnamespace and relkind = 'r'
"""
POLICY: Final = (
    "create policy storage_is_away on {table} as {kind} using (storage_is_away()) with check (storage_is_away())"
)


LET_GO: Final = """
    select pg_terminate_backend(pid) from pg_stat_activity where state like 'idle in transaction%'
"""


class Storage:
    """Of one database.

    Args:
        superuser_url: Who may change tables that others own.
    """

    def __init__(self, superuser_url: str) -> None:
        self._url = superuser_url
        self._unguarded: set[str] = set()
        """Tables without row-level security, which have to lose it again."""
        self._is_away = False

    def fail(self) -> None:
        """From now on, no page can be read or written."""
        self._is_away = True
        with self._connect() as connection:
            connection.execute(RAISING)
            for name, guarded in connection.execute(TABLES).fetchall():
                if not guarded:
                    self._unguarded.add(name)
                kind = sql.SQL("restrictive" if guarded else "permissive")
                self._change(
                    connection,
                    sql.SQL(POLICY).format(table=sql.Identifier(name), kind=kind),
                    sql.SQL("alter table {} enable row level security").format(sql.Identifier(name)),
                )

    def restore(self) -> None:
        """The storage is back."""
        if not self._is_away:
            return
        with self._connect() as connection:
            for name, _ in connection.execute(TABLES).fetchall():
                table = sql.Identifier(name)
                change = [sql.SQL("drop policy if exists storage_is_away on {}").format(table)]
                if name in self._unguarded:
                    change.append(sql.SQL("alter table {} disable row level security").format(table))
                self._change(connection, *change)
        self._unguarded.clear()
        self._is_away = False

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(self._url, autocommit=True, options="-c lock_timeout=1s")

    @staticmethod
    def _change(connection: psycopg.Connection, *statements: sql.Composed) -> None:
        """One table at a time: no deadlock with whoever reads several, and nobody keeps us waiting for long."""
        while True:
            try:
                with connection.transaction():
                    for each in statements:
                        connection.execute(each)
            except (LockNotAvailable, DeadlockDetected):
                connection.execute(LET_GO)
            else:
                return
