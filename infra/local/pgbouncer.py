"""PgBouncer in transaction mode, as in front of Neon's `-pooler` hosts."""

from __future__ import annotations

import os
import resource
import shutil
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

import psycopg

from infra.local.ports import LOOPBACK, free_port
from infra.local.postgres import APP, DATABASE, OWNER
from infra.local.process import Process
from infra.local.program import Program

if TYPE_CHECKING:
    from infra.local.postgres import Postgres
    from infra.local.state import State

NEONS_CLIENT_LIMIT = 10_000
"""max_client_conn of Neon's poolers (https://neon.com/docs/connect/connection-pooling)."""

MOST_RESTARTS = 100
"""A cancel request whose client hangs up at a bad moment ends PgBouncer: "bad client state", seen in 1.18 (of others:
https://github.com/pgbouncer/pgbouncer/issues/801). Those who run it for others start it again."""

SPARE_FILES = 200
"""File descriptors that PgBouncer needs besides its clients."""

MORE_FILES = 'ulimit -S -n "$(ulimit -H -n)"; exec "$@"'
"""Each client is an open file, of which 1024 are usual; a program may raise that as far as the hard limit."""

SETTINGS = """\
[databases]
{database} = host={host} port={postgres_port} dbname={database}

[pgbouncer]
listen_addr = {host}
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = users.txt
pool_mode = transaction
max_client_conn = {max_client_conn}
default_pool_size = {pool_size}
ignore_startup_parameters = extra_float_digits
stats_users = {stats_user}
log_connections = 0
log_disconnections = 0
; after a restart of PostgreSQL, try to log in again at once instead of after 15 s
server_login_retry = 1
{limits}
"""


def executable() -> str | None:
    """Where PgBouncer lies; Debian puts it where only root's PATH looks."""
    return shutil.which("pgbouncer", path=os.environ.get("PATH", os.defpath) + ":/usr/sbin:/usr/local/sbin")


class PgBouncer:
    """A pooler in front of a `Postgres`.

    Args:
        state: Where its settings and its log lie.
        postgres: The server; its migrations must have been applied when the pooler starts.
        pool_size: Connections to the server that all clients share.

    Attributes:
        limits: Further settings by name, such as `query_wait_timeout`; they count from the next start.
    """

    def __init__(self, state: State, postgres: Postgres, pool_size: int = 20) -> None:
        self.state = state
        self.postgres = postgres
        self.pool_size = pool_size
        self.limits: dict[str, int] = {}
        self.port = free_port()
        self.folder = state.unprivileged_folder("pgbouncer")
        self.process = Process(
            Program(
                name="PgBouncer",
                command=["sh", "-c", MORE_FILES, "sh", executable() or "pgbouncer", "pgbouncer.ini"],
                log=state.logs / "pgbouncer.log",
                folder=self.folder,
                user=state.user,
                stop_signal=signal.SIGKILL,  # it has nothing to save, and SIGTERM waits for clients from 1.23 on
                restarts=MOST_RESTARTS,
            )
        )

    @staticmethod
    def installed() -> bool:
        """Whether this machine has it."""
        return executable() is not None

    @property
    def app_url(self) -> str:
        """For requests: the role of the functions, through the pooler."""
        return self._through(self.postgres.app_url)

    @property
    def console_url(self) -> str:
        """PgBouncer's own console, for looking only: `show pools`, `show servers`, ..."""
        return self._through(self.postgres.owner_url).removesuffix(DATABASE) + "pgbouncer"

    def _through(self, url: str) -> str:
        return url.replace(f":{self.postgres.port}/", f":{self.port}/")

    def start(self) -> None:
        """Start it, and wait until a client reached the database through it.

        Raises:
            ProcessFailed: It did not come up.
        """
        self._write_settings(self.limits.get("max_client_conn") or _client_limit())
        self.process.start(self._answers)

    def stop(self) -> None:
        """Stop it."""
        self.process.stop()

    def _write_settings(self, max_client_conn: int) -> None:
        settings = SETTINGS.format(
            database=DATABASE,
            host=LOOPBACK,
            port=self.port,
            postgres_port=self.postgres.port,
            max_client_conn=max_client_conn,
            pool_size=self.pool_size,
            stats_user=OWNER,
            limits="\n".join(f"{name} = {value}" for name, value in self.limits.items()),
        )
        secrets = self.postgres.secrets
        users = {APP: secrets.app_password, OWNER: secrets.owner_password}
        self.state.write_unprivileged(self.folder / "pgbouncer.ini", settings)
        self.state.write_unprivileged(
            self.folder / "users.txt", "".join(f'"{name}" "{password}"\n' for name, password in users.items())
        )

    def _answers(self) -> bool:
        with suppress(psycopg.OperationalError), psycopg.connect(self.app_url, connect_timeout=1):
            return True
        return False


def _client_limit() -> int:
    _, files = resource.getrlimit(resource.RLIMIT_NOFILE)
    return NEONS_CLIENT_LIMIT if files == resource.RLIM_INFINITY else min(NEONS_CLIENT_LIMIT, files - SPARE_FILES)
