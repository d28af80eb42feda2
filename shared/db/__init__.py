"""The data layer: one batch, one transaction, one round trip.

    db = open_database(DatabaseSettings.read())
    inserted, counted = db.run(
        Statement("insert into note values ($1::uuid, $2::text) on conflict do nothing", (uuid4(), "text")),
        Statement("select count(*) as notes from note"),
        idempotent=True,
    )
    inserted.count, counted.columns, counted.values  # 1, ("notes",), ((1,),)

**A batch** is all statements of one `run`: all of them happen, or none, and a later one sees what an earlier one did.
There is no interactive transaction anywhere: what decides on an earlier result is written in SQL. That is what both
transports can do: `http` (Neon's SQL over HTTP, http.py) costs a cold function the least, `pooled` (a pipeline through
PgBouncer, pooled.py) is for sites that ask more often than Neon's rate limit allows. Each keeps its connection from one
invocation to the next and checks it before use, without a round trip.

`transaction=Transaction("serializable", read_only=True, deferrable=True)` runs a batch in another kind of transaction.

**Parameters** are `$1`, `$2`, each cast where it stands (`$1::uuid`): they travel as text, and the cast is their type.
`None`, bool, int, float, Decimal, str, bytes, UUID, datetime, date, time and timedelta have one; a list is a Postgres
array, anything meant as JSON is wrapped in `Json`. Values come back as the same types (values.py has the table); what
Python cannot hold exactly is an error.

**Errors** are two, for both transports alike. `StatementFailed`: Postgres refused a statement; `.sqlstate` and
`.constraint` say why. `DatabaseUnavailable`: there was no session, no answer in time, or nothing but conflicts with
others. Their cause, for the log, holds no value of a parameter and no connection string.

**Again**: what was certainly not executed, or was undone (deadlock, serialization failure, lock timeout), is tried up
to three times more, with pauses of at most 50, 100 and 200 ms. What may have been committed is tried again only if the
batch is `idempotent`; so give every write an id of the client's making and `on conflict do nothing`, and say so.

**Time**: a batch with all its attempts takes at most 8 s, or what is left of `shared.deadline`. A port that is closed
or does not shake hands is found out within 1.2 s; a server that has accepted is waited for, as a suspended Neon compute
needs seconds for its first answer. Who cannot wait for that runs the batch `with deadline.within(1.2)`. After a failure
to reach the database, calls fail at once for 2 s, growing to 15 s, until one batch has found it again (breaker.py).

**Limits** such as `statement_timeout` belong on the role, and `set_config(..., true)` is the only setting that a batch
may make: the next batch may run on another server connection.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Literal, LiteralString, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime, time, timedelta
    from decimal import Decimal
    from uuid import UUID

    from shared.settings import DatabaseSettings

Built = TypeVar("Built")


@dataclass(frozen=True, slots=True)
class Json:
    """A value meant as `json` or `jsonb`; without the wrapper a list is a Postgres array."""

    value: Any


if TYPE_CHECKING:
    Scalar: TypeAlias = bool | int | float | Decimal | str | bytes | UUID | datetime | date | time | timedelta
    Param: TypeAlias = Scalar | Json | Sequence["Param"] | None


@dataclass(frozen=True, slots=True)
class Statement:
    """One SQL text with `$1`-style parameters, every one cast (`$1::uuid`), so that one text serves both transports."""

    sql: LiteralString
    params: tuple[Param, ...] = ()


@dataclass(frozen=True, slots=True)
class Rows:
    """What one statement gave.

    Attributes:
        columns: Column names, in order; empty for a statement that returns nothing.
        values: One tuple a row, decoded to Python by the column's type.
        count: Rows affected or returned, as Postgres counts them.
    """

    columns: tuple[str, ...]
    values: tuple[tuple[Any, ...], ...]
    count: int

    def into(self, build: Callable[..., Built]) -> list[Built]:
        """Build one object a row, columns as keyword arguments; one too many, too few or twice is a `TypeError`."""
        if len(set(self.columns)) < len(self.columns):
            raise TypeError(f"two columns of one name: {', '.join(self.columns)}")
        return [build(**dict(zip(self.columns, row, strict=True))) for row in self.values]

    def first(self, build: Callable[..., Built]) -> Built | None:
        """The first row as an object, or None when there is no row."""
        return next(iter(self.into(build)), None)


Isolation: TypeAlias = Literal["read committed", "repeatable read", "serializable"]
"""Postgres's levels (https://www.postgresql.org/docs/current/transaction-iso.html)."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """The kind of transaction that a batch is.

    Attributes:
        isolation: Its level; the database's own default unless given.
        read_only: Postgres refuses every write.
        deferrable: It may wait for a moment in which it cannot fail; for serializable batches that only read.
    """

    isolation: Isolation | None = None
    read_only: bool = False
    deferrable: bool = False

    @property
    def modes(self) -> tuple[str, ...]:
        """What `set transaction` is told; nothing for the usual kind."""
        return (
            *((f"isolation level {self.isolation}",) if self.isolation else ()),
            *(("read only",) if self.read_only else ()),
            *(("deferrable",) if self.deferrable else ()),
        )


USUAL: Final = Transaction()


class Database(Protocol):
    """Runs batches."""

    def run(self, *statements: Statement, idempotent: bool = False, transaction: Transaction = USUAL) -> list[Rows]:
        """Run all statements in one transaction and one round trip: all of them happen, or none.

        Args:
            statements: At least one; a later one sees what an earlier one did.
            idempotent: Running the batch twice is as good as once, so it may be sent again when its outcome is unknown.
            transaction: The kind of transaction, where the usual one is not meant.

        Returns:
            One `Rows` a statement, in order.

        Raises:
            DatabaseUnavailable: It could not be reached, or did not answer in time.
            StatementFailed: Postgres refused a statement.
        """
        ...

    def close(self) -> None:
        """Close the kept connection, if any; the next batch opens a new one."""
        ...


def open_database(settings: DatabaseSettings) -> Database:
    """The transport that `DATABASE_TRANSPORT` names, behind a circuit breaker. The first batch connects it.

    Under SnapStart, no connection gets into the snapshot, where every container that is restored would share it.
    """
    from shared.db.breaker import GuardedDatabase  # noqa: PLC0415 (it imports this module)

    database = GuardedDatabase(open_transport(settings))
    if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
        import_module("snapshot_restore_py").register_before_snapshot(database.close)  # Lambda's runtime brings it
    return database


def open_transport(settings: DatabaseSettings) -> Database:
    """The transport that `DATABASE_TRANSPORT` names, by itself."""
    if settings.transport == "http":
        from shared.db.http import HttpDatabase  # noqa: PLC0415 (each transport's imports are paid for only when chosen)

        return HttpDatabase(settings)
    from shared.db.pooled import PooledDatabase  # noqa: PLC0415 (as above)

    return PooledDatabase(settings)
