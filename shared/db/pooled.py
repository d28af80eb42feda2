"""Batches over a connection to Postgres that is kept, usually through PgBouncer in transaction mode.

How connections are made, kept and given up; pipeline.py says what a batch is on one of them. There are no session
settings, as the next batch may run on another server connection. This speaks `psycopg.pq`, psycopg's libpq binding,
rather than psycopg's own connections, so that every wait can be bounded: a server that falls silent holds nobody up.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from psycopg import OperationalError, pq
from psycopg.conninfo import make_conninfo

from shared import deadline, sockets
from shared.db.attempts import Batch, Failure, persist
from shared.db.batch import USUAL, Database, Rows
from shared.db.pipeline import beginning, exchange, query, refusal_in, rows
from shared.db.sqlstate import AWAY, MAYBE_RUN, NOT_RUN, SLOW, judge_text
from shared.errors import Misconfigured
from shared.names import names
from shared.observability import log

if TYPE_CHECKING:
    from psycopg.pq.abc import PGconn, PGresult

    from shared.db.batch import Statement, Transaction
    from shared.db.pipeline import Query
    from shared.settings.database import DatabaseSettings

DEFAULT_PORT: Final = 5432

AUTHORITIES: Final = ("/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/cert.pem")
"""Amazon Linux, Debian, others. Not `sslrootcert=system`: the OpenSSL inside psycopg-binary looks elsewhere."""

CANCEL_SECONDS: Final = 1.0

KEPT_ALIVE: Final = {
    "keepalives_idle": 30,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 4000,
}
"""The kernel's own watch over the connection; the deadline of a batch does not depend on it."""

NOT_CONNECTED: Final = frozenset({pq.ConnStatus.STARTED})

NOT_REACHED: Final = frozenset({pq.ConnStatus.STARTED, pq.ConnStatus.MADE, pq.ConnStatus.SSL_STARTUP})
"""Before the server has the start-up packet; afterwards a slow answer may be a compute that wakes up."""

DIRECTIONS: Final = {pq.PollingStatus.READING: sockets.READ, pq.PollingStatus.WRITING: sockets.WRITE}


class PooledDatabase(Database):
    """Runs batches over one kept connection, made by the first batch. Threads that share it get one each.

    Args:
        settings: Where Postgres is. Role, password, host, port and database of the connection string are used; its
            other parameters are ignored, as they are over HTTP. TLS is verified in full, except on this machine.

    Raises:
        Misconfigured: The connection string has a senseless port, or no certificate authorities are found.
    """

    def __init__(self, settings: DatabaseSettings) -> None:
        forget_users_defaults()
        parts = urlsplit(settings.url)
        self._host = parts.hostname or ""
        self._port = _port(settings.url)
        self._keywords: dict[str, str | int] = {
            "host": self._host,
            "port": self._port,
            "user": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
            "dbname": unquote(parts.path.lstrip("/")),
            "client_encoding": "UTF8",
            "application_name": os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "docs-chatbot"),  # in pg_stat_activity
            "gssencmode": "disable",
            "passfile": os.devnull,  # where the address has no password, nobody's ~/.pgpass has one
            "sslcertmode": "disable",  # nor ~/.postgresql a certificate
            **KEPT_ALIVE,
            **encryption(self._host, settings.ca_file),
        }
        self._idle: deque[tuple[PGconn, float]] = deque()

    def __repr__(self) -> str:
        return f"PooledDatabase({self._host}:{self._port})"

    def run(self, *statements: Statement, idempotent: bool = False, transaction: Transaction = USUAL) -> list[Rows]:
        """See `Database.run`."""
        begin = beginning(transaction)
        queries = [*begin, *(query(statement) for statement in statements)]
        batch = Batch("pooled", len(statements), idempotent, transaction.read_only)
        results = persist(lambda: self._attempt(queries), batch)
        return results[len(begin) :]

    def close(self) -> None:
        """See `Database.close`."""
        with suppress(IndexError):
            while True:
                self._idle.pop()[0].finish()

    def _attempt(self, queries: list[Query]) -> list[Rows]:
        ends_at = time.monotonic() + deadline.remaining()
        connection = self._take() or self._connect(ends_at)
        results: list[PGresult] = []
        healthy = given_up = False
        try:
            results.extend(exchange(connection, queries, ends_at))
            healthy = connection.transaction_status == pq.TransactionStatus.IDLE
        except TimeoutError as error:
            given_up = True
            raise Failure(SLOW, str(error)) from error
        except OperationalError as error:
            raise refusal_in(results) or Failure(MAYBE_RUN, str(error)) from error
        finally:
            if given_up:  # beside: nobody waits for that
                threading.Thread(target=_cancel, args=(connection,), daemon=True).start()
            else:
                self._idle.append((connection, time.time())) if healthy else connection.finish()
        refusal = refusal_in(results)
        if refusal is not None:
            raise refusal
        return [rows(result) for result in results]

    def _take(self) -> PGconn | None:
        """A kept connection that can still be trusted, now the caller's alone."""
        with suppress(IndexError):  # popping is atomic, asking first would not be
            while True:
                connection, last_used = self._idle.pop()
                if sockets.reusable(connection.socket, last_used):
                    return connection
                connection.finish()
        return None

    def _connect(self, ends_at: float) -> PGconn:
        """The first address of the host that lets us in."""
        reached_by = min(ends_at, time.monotonic() + sockets.CONNECT_SECONDS)
        refusal = Failure(NOT_RUN, f"{self._host} has no address")
        try:
            for each in sockets.tries(self._host, self._port, reached_by):
                conninfo = make_conninfo("", hostaddr=each.address[4][0], **self._keywords)
                connection = pq.PGconn.connect_start(conninfo.encode())
                try:
                    logged_in = _logged_in(connection, each, ends_at)
                except Failure as failure:
                    connection.finish()
                    refusal = failure
                else:
                    names.reached(self._host, self._port, each.address)
                    return logged_in
        except OSError as error:  # the time is used up, or the resolver has tried again already
            raise Failure(AWAY, str(error)) from error
        raise refusal


def forget_users_defaults() -> None:
    """Leave libpq nothing to go by but the connection string.

    It reads a dozen `PG*` variables for what it is not told, and some (PGSERVICE, PGDATESTYLE) whatever it is told. In
    a function they are nobody's wish.
    """
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]


def _port(url: str) -> int:
    try:
        return urlsplit(url).port or DEFAULT_PORT
    except ValueError:
        raise Misconfigured from ValueError("the port in DATABASE_URL is no number").with_traceback(None)


def encryption(host: str, ca_file: str | None) -> dict[str, str]:
    """TLS parameters of libpq for a host."""
    if host in sockets.LOOPBACK and ca_file is None:
        return {"sslmode": "disable"}
    authorities = ca_file or next((path for path in AUTHORITIES if Path(path).exists()), None)
    if authorities is None:
        raise Misconfigured from FileNotFoundError("no certificate authorities found: set DATABASE_CA_FILE")
    keywords = {"sslmode": "verify-full", "sslrootcert": authorities}
    if host.endswith(".neon.tech"):  # saves a round trip; another server would leave the handshake unanswered
        keywords["sslnegotiation"] = "direct"
    return keywords


def _logged_in(connection: PGconn, each: sockets.Try, ends_at: float) -> PGconn:
    """Wait for the login of a connection that was started."""
    polled = pq.PollingStatus.WRITING
    while polled != pq.PollingStatus.OK:
        if connection.status == pq.ConnStatus.BAD or polled not in DIRECTIONS:
            text = connection.get_error_message()
            raise Failure(judge_text(text, otherwise=NOT_RUN), text)
        try:
            until = _waited_for(connection.status, each, ends_at)
            sockets.wait(connection.socket, DIRECTIONS[pq.PollingStatus(polled)], until)
        except TimeoutError as error:
            raise Failure(AWAY, str(error)) from error
        polled = connection.connect_poll()
    connection.nonblocking = 1
    connection.enter_pipeline_mode()
    return connection


def _waited_for(status: int, each: sockets.Try, ends_at: float) -> float:
    if status in NOT_CONNECTED:
        return each.reached_by
    return each.ready_by if status in NOT_REACHED else ends_at


def _cancel(connection: PGconn) -> None:
    """End a batch that nobody waits for any more: Postgres and PgBouncer do not notice by themselves."""
    cancelling = connection.cancel_conn()
    ends_at = time.monotonic() + CANCEL_SECONDS
    try:
        cancelling.start()
        while (polled := cancelling.poll()) in DIRECTIONS:
            sockets.wait(cancelling.socket, DIRECTIONS[pq.PollingStatus(polled)], ends_at)
    except (OSError, OperationalError) as error:
        log.info("a batch could not be cancelled: %s", error)
    finally:
        cancelling.finish()
        connection.finish()
