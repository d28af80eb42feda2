"""Batches over a connection to Postgres that is kept, usually through PgBouncer in transaction mode.

A batch is one libpq pipeline without BEGIN and COMMIT: everything up to the final Sync is one implicit transaction,
and everything travels in one round trip (psycopg's `transaction()` takes four). There are no prepared statements and
no session settings, as the next batch may run on another server connection. This speaks `psycopg.pq`, psycopg's libpq
binding, rather than its cursors: `$1` parameters go out as text and values come in as text just as over HTTP, so that
both transports share values.py, and every wait can be bounded, so that a server that falls silent holds nobody up.
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
from shared.db.sqlstate import AWAY, MAYBE_RUN, NOT_RUN, REFUSED, SLOW, judge_state, judge_text
from shared.db.values import parameters, row_decoder
from shared.errors import Misconfigured
from shared.names import names
from shared.observability import log

if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import TypeAlias

    from psycopg.pq.abc import PGconn, PGresult

    from shared.db.batch import Statement, Transaction
    from shared.settings.database import DatabaseSettings

    Query: TypeAlias = tuple[bytes, list[bytes | None]]

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

COPYING: Final = frozenset({pq.ExecStatus.COPY_IN, pq.ExecStatus.COPY_OUT, pq.ExecStatus.COPY_BOTH})

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
        begin = _begin(transaction)
        queries = [*begin, *(_query(statement) for statement in statements)]
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
            results.extend(_exchange(connection, queries, ends_at))
            healthy = connection.transaction_status == pq.TransactionStatus.IDLE
        except TimeoutError as error:
            given_up = True
            raise Failure(SLOW, str(error)) from error
        except OperationalError as error:
            raise _refusal(results) or Failure(MAYBE_RUN, str(error)) from error
        finally:
            if given_up:  # beside: nobody waits for that
                threading.Thread(target=_cancel, args=(connection,), daemon=True).start()
            else:
                self._idle.append((connection, time.time())) if healthy else connection.finish()
        refusal = _refusal(results)
        if refusal is not None:
            raise refusal
        return [_rows(result) for result in results]

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


def _query(statement: Statement) -> Query:
    return statement.sql.encode(), [None if text is None else text.encode() for text in parameters(statement)]


def _begin(transaction: Transaction) -> list[Query]:
    """`set transaction` counts for the implicit transaction, too, though Postgres notes in its log that it wonders.

    BEGIN and COMMIT instead would leave a batch that failed open, for one more round trip to roll back.
    """
    return [(f"set transaction {', '.join(transaction.modes)}".encode(), [])] if transaction.modes else []


def _exchange(connection: PGconn, queries: list[Query], ends_at: float) -> Generator[PGresult]:
    """Send all queries and one Sync, then read a result for each; together they are one round trip.

    Both directions are served at once: a server whose answers nobody reads stops reading, too.
    """
    for sql, texts in queries:
        connection.send_query_params(sql, texts)
    connection.pipeline_sync()
    while connection.flush():
        if sockets.wait(connection.socket, sockets.READ | sockets.WRITE, ends_at) & sockets.READ:
            connection.consume_input()
    while True:
        while connection.is_busy():
            sockets.wait(connection.socket, sockets.READ, ends_at)
            connection.consume_input()
        result = connection.get_result()
        if result is not None and result.status == pq.ExecStatus.PIPELINE_SYNC:
            return
        if result is not None and result.status in COPYING:  # which would never end
            raise Failure(REFUSED, "COPY is not possible in a batch")
        if result is not None:
            yield result
        elif connection.status == pq.ConnStatus.BAD:
            raise OperationalError(connection.get_error_message())


def _refusal(results: list[PGresult]) -> Failure | None:
    """The error that ended the batch, if any; statements after it were skipped, those before it undone."""
    refused = next((result for result in results if result.status == pq.ExecStatus.FATAL_ERROR), None)
    if refused is None:
        return None
    text, sqlstate = _field(refused, pq.DiagnosticField.MESSAGE_PRIMARY), _field(refused, pq.DiagnosticField.SQLSTATE)
    if sqlstate is None:  # made by libpq itself: the connection is gone
        return Failure(MAYBE_RUN, refused.get_error_message())
    severity = _field(refused, pq.DiagnosticField.SEVERITY_NONLOCALIZED) or _field(refused, pq.DiagnosticField.SEVERITY)
    return Failure(
        judge_state(sqlstate, severity, text or ""),
        text or "",
        sqlstate=sqlstate,
        constraint=_field(refused, pq.DiagnosticField.CONSTRAINT_NAME),
    )


def _field(result: PGresult, field: pq.DiagnosticField) -> str | None:
    value = result.error_field(field)
    return None if value is None else value.decode(errors="replace")


def _rows(result: PGresult) -> Rows:
    names = [(result.fname(index) or b"").decode() for index in range(result.nfields)]
    decode = row_decoder((name, result.ftype(index)) for index, name in enumerate(names))
    return Rows(
        columns=tuple(names),
        values=tuple(decode(_texts(result, row)) for row in range(result.ntuples)),
        count=result.command_tuples or 0,
    )


def _texts(result: PGresult, row: int) -> Generator[str | None]:
    for column in range(result.nfields):
        value = result.get_value(row, column)
        yield None if value is None else value.decode()
