"""Connections to Postgres: logged in, used for one request at a time, reset, kept for the next."""

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import psycopg
from psycopg import generators, pq
from psycopg.pq import DiagnosticField, ExecStatus

from infra.local.neon_sql.protocol import Refused
from shared import sockets

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from psycopg.pq.abc import PGresult

    from infra.local.neon_sql.protocol import JSON, Call, Login, Query, Transaction

MAX_IDLE: Final = 20
"""Idle connections kept for one login, as Neon's proxy does; a burst opens more and throws them away."""

CONNECT_SECONDS: Final = 5

RESET: Final = (
    "ROLLBACK; CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; DEALLOCATE ALL; UNLISTEN *; "
    "SELECT pg_advisory_unlock_all(); DISCARD TEMP; DISCARD SEQUENCES;"
)
"""Neon's list. As one message it reaches one server connection even through a transaction-mode pooler: the one that a
stray BEGIN has pinned, else any idle one, which then has nothing to forget."""

DIAGNOSTICS: Final = {
    "severity": DiagnosticField.SEVERITY,
    "code": DiagnosticField.SQLSTATE,
    "detail": DiagnosticField.MESSAGE_DETAIL,
    "hint": DiagnosticField.MESSAGE_HINT,
    "position": DiagnosticField.STATEMENT_POSITION,
    "internalPosition": DiagnosticField.INTERNAL_POSITION,
    "internalQuery": DiagnosticField.INTERNAL_QUERY,
    "where": DiagnosticField.CONTEXT,
    "table": DiagnosticField.TABLE_NAME,
    "column": DiagnosticField.COLUMN_NAME,
    "schema": DiagnosticField.SCHEMA_NAME,
    "dataType": DiagnosticField.DATATYPE_NAME,
    "constraint": DiagnosticField.CONSTRAINT_NAME,
    "file": DiagnosticField.SOURCE_FILE,
    "line": DiagnosticField.SOURCE_LINE,
    "routine": DiagnosticField.SOURCE_FUNCTION,
}

LOGIN_REFUSALS: Final = (
    (
        "authentication failed|no password supplied",
        400,
        "",
        "password authentication failed for user '{user}'",
    ),
    ('database "[^"]*" does not exist|no such database', 400, "3D000", 'database "{database}" does not exist'),
    ("too many clients|remaining connection slots", 500, "53300", "sorry, too many clients already"),
    ("the database system is", 500, "57P03", "the database system is starting up"),
    ("", 500, "", "Couldn't connect to compute node"),
)
"""A part of libpq's message, and the status, code and message that Neon's proxy makes of it."""


class Connections:
    """Runs calls on connections to one server.

    Args:
        host: Of Postgres or PgBouncer.
        port: The same.
        max_answer_bytes: A longer answer is refused.
    """

    def __init__(self, host: str, port: int, max_answer_bytes: int) -> None:
        self._host = host
        self._port = port
        self._max_answer_bytes = max_answer_bytes
        self._idle: dict[Login, list[_Idle]] = {}

    async def run(self, call: Call) -> JSON:
        """Run a single query, or a batch in a transaction of its own.

        Raises:
            Refused: Postgres refused the login, a statement, or the commit; a batch was then rolled back.
        """
        async with self._connection(call.login) as connection:
            if call.transaction is None:
                return await self._run_one(connection, call.queries[0], 0)
            return {"results": await self._run_batch(connection, call.queries, call.transaction)}

    async def close(self) -> None:
        """Close all idle connections."""
        for connections in self._idle.values():
            for each in connections:
                await each.reset
                await each.connection.close()
        self._idle.clear()

    @asynccontextmanager
    async def _connection(self, login: Login) -> AsyncGenerator[psycopg.AsyncConnection]:
        """A connection of one's own; it is kept afterwards unless an error left the block or its reset fails.

        Nobody waits for the reset but who takes the connection next.
        """
        connection = await self._take(login)
        keep = False
        try:
            yield connection
            keep = True
        except _RolledBack as rolled_back:
            keep = True
            raise rolled_back.refused from rolled_back
        finally:
            idle = self._idle.setdefault(login, [])
            if keep and len(idle) < MAX_IDLE:
                idle.append(_Idle(connection, asyncio.create_task(_is_reset(connection))))
            else:
                await connection.close()

    async def _take(self, login: Login) -> psycopg.AsyncConnection:
        idle = self._idle.get(login, [])
        while idle:
            kept = idle.pop()
            keep = False
            try:
                keep = await kept.reset and not kept.connection.closed and sockets.is_quiet(kept.connection.fileno())
            finally:  # also where the client goes away while it waits
                if not keep:
                    await kept.connection.close()
            if keep:
                return kept.connection
        try:
            return await psycopg.AsyncConnection.connect(
                host=self._host,
                port=self._port,
                user=login.user,
                password=login.password,
                dbname=login.database or login.user,
                autocommit=True,
                connect_timeout=CONNECT_SECONDS,
            )
        except psycopg.OperationalError as error:
            raise _login_refused(str(error), login) from error

    async def _run_batch(
        self, connection: psycopg.AsyncConnection, queries: tuple[Query, ...], transaction: Transaction
    ) -> list[JSON]:
        await _execute(connection, transaction.begin)
        results: list[JSON] = []
        size = 0
        try:
            for query in queries:
                results.append(await self._run_one(connection, query, size))
                size += _size(results[-1])
            await _execute(connection, "COMMIT")
        except Refused as refused:
            if connection.pgconn.status != pq.ConnStatus.OK:
                raise
            await _execute(connection, "ROLLBACK")
            raise _RolledBack(refused) from refused
        return results

    async def _run_one(self, connection: psycopg.AsyncConnection, query: Query, size_before: int) -> JSON:
        _check_text(query)
        connection.pgconn.send_query_params(
            query.sql.encode(), [None if text is None else text.encode() for text in query.params]
        )
        [*_, result] = await connection.wait(generators.execute(connection.pgconn))
        _check(result)
        answer = _rendered(result, query)
        if size_before + _size(answer) > self._max_answer_bytes:
            raise Refused(507, f"response is too large (max is {self._max_answer_bytes} bytes)")
        return answer


@dataclass(frozen=True, slots=True)
class _Idle:
    """A connection that is kept, and whether it could be reset."""

    connection: psycopg.AsyncConnection
    reset: asyncio.Task[bool]


class _RolledBack(Exception):
    """A batch failed, and its connection is as good as before."""

    def __init__(self, refused: Refused) -> None:
        super().__init__()
        self.refused = refused


def _check_text(query: Query) -> None:
    """What the proxy's driver and Postgres refuse; libpq would silently cut the text at its NUL."""
    if "\0" in query.sql:
        raise Refused(400, "error encoding message to server: string contains embedded null")
    for position, text in enumerate(query.params, start=1):
        if text is not None and "\0" in text:
            diagnostics = {"code": "22021", "severity": "ERROR", "where": f"unnamed portal parameter ${position}"}
            raise Refused(400, 'invalid byte sequence for encoding "UTF8": 0x00', diagnostics)


async def _execute(connection: psycopg.AsyncConnection, sql: str) -> None:
    connection.pgconn.send_query(sql.encode())
    for result in await connection.wait(generators.execute(connection.pgconn)):
        _check(result)


async def _is_reset(connection: psycopg.AsyncConnection) -> bool:
    try:
        await _execute(connection, RESET)
    except (Refused, psycopg.Error):
        return False
    return True


def _check(result: PGresult) -> None:
    if result.status not in {ExecStatus.FATAL_ERROR, ExecStatus.COPY_IN, ExecStatus.COPY_OUT}:
        return
    diagnostics = {name: _diagnostic(result, field) for name, field in DIAGNOSTICS.items()}
    if diagnostics["code"] is None:  # made by libpq itself
        raise Refused(400, "connection closed")
    raise Refused(400, _diagnostic(result, DiagnosticField.MESSAGE_PRIMARY) or "", diagnostics)


def _diagnostic(result: PGresult, field: DiagnosticField) -> str | None:
    value = result.error_field(field)
    return None if value is None else value.decode()


def _login_refused(text: str, login: Login) -> Refused:
    status, code, message = next(
        (status, code, message) for pattern, status, code, message in LOGIN_REFUSALS if re.search(pattern, text)
    )
    diagnostics = {"code": code, "severity": "FATAL" if code else ""}
    return Refused(status, message.format(user=login.user, database=login.database), diagnostics)


def _rendered(result: PGresult, query: Query) -> JSON:
    fields = [
        {
            "name": (result.fname(index) or b"").decode(),
            "dataTypeID": result.ftype(index),
            "tableID": result.ftable(index),
            "columnID": result.ftablecol(index),
            "dataTypeSize": result.fsize(index),
            "dataTypeModifier": result.fmod(index),
            "format": "text",
        }
        for index in range(result.nfields)
    ]
    names = [field["name"] for field in fields]
    rows = [[_text(result, row, column) for column in range(len(fields))] for row in range(result.ntuples)]
    command, _, numbers = (result.command_status or b"").decode().partition(" ")
    return {
        "fields": fields,
        "rows": rows if query.rows_as_arrays else [dict(zip(names, row, strict=True)) for row in rows],
        "command": command,
        "rowCount": result.command_tuples if numbers else None,
        "rowAsArray": query.rows_as_arrays,
    }


def _text(result: PGresult, row: int, column: int) -> str | None:
    value = result.get_value(row, column)
    return None if value is None else value.decode()


def _size(answer: JSON) -> int:
    rows = answer["rows"] if answer["rowAsArray"] else [row.values() for row in answer["rows"]]
    return sum(len(text or "null") + 3 for row in rows for text in row)
