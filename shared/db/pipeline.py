"""A batch on a connection of libpq: one pipeline without BEGIN and COMMIT.

Everything up to the final Sync is one implicit transaction, and everything travels in one round trip (psycopg's
`transaction()` takes four). There are no prepared statements. `$1` parameters go out as text and values come in as text
just as over HTTP, so that both transports share values.py.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

from psycopg import OperationalError, pq

from shared import sockets
from shared.db.attempts import Failure
from shared.db.batch import Rows
from shared.db.sqlstate import MAYBE_RUN, REFUSED, judge_state
from shared.db.values import parameters, row_decoder

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from typing import Any

    from psycopg.pq.abc import PGconn, PGresult

    from shared.db.batch import Statement, Transaction

RowDecoder: TypeAlias = "Callable[[Sequence[str | None]], tuple[Any, ...]]"

Query: TypeAlias = "tuple[bytes, list[bytes | None]]"
"""SQL and its parameters."""

COPYING: Final = frozenset({pq.ExecStatus.COPY_IN, pq.ExecStatus.COPY_OUT, pq.ExecStatus.COPY_BOTH})


def query(statement: Statement) -> Query:
    """What is sent of a statement, all of it as text."""
    return statement.sql.encode(), [None if text is None else text.encode() for text in parameters(statement)]


def beginning(transaction: Transaction) -> list[Query]:
    """`set transaction` counts for the implicit transaction, too, though Postgres notes in its log that it wonders.

    BEGIN and COMMIT instead would leave a batch that failed open, for one more round trip to roll back.
    """
    return [(f"set transaction {', '.join(transaction.modes)}".encode(), [])] if transaction.modes else []


def exchange(connection: PGconn, queries: list[Query], ends_at: float) -> Generator[PGresult]:
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
            sockets.wait_for_answer(connection.socket, ends_at)
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


def refusal_in(results: list[PGresult]) -> Failure | None:
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


def rows(result: PGresult) -> Rows:
    """What a statement gave, read by the types of its columns."""
    columns = range(result.nfields)
    names, decode = _shape(tuple((result.fname(index), result.ftype(index)) for index in columns))
    return Rows(
        columns=names,
        values=tuple(decode(_texts(result, row, columns)) for row in range(result.ntuples)),
        count=result.command_tuples or 0,
    )


@lru_cache(maxsize=512)
def _shape(columns: tuple[tuple[bytes | None, int], ...]) -> tuple[tuple[str, ...], RowDecoder]:
    """Names of columns and what reads a row of them: the same for all results of a statement."""
    names = tuple((name or b"").decode() for name, _ in columns)
    return names, row_decoder((name, oid) for name, (_, oid) in zip(names, columns, strict=True))


def _texts(result: PGresult, row: int, columns: range) -> list[str | None]:
    return [None if (value := result.get_value(row, column)) is None else value.decode() for column in columns]
