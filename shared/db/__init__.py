"""The data layer: one batch, one transaction, one round trip.

`Database.run(*statements)` is the whole seam: what Neon's SQL over HTTP and a pipelined psycopg connection through
PgBouncer can both do. There is no interactive transaction anywhere.

    db = open_database(DatabaseSettings.read())
    [rows] = db.run(Statement("select $1::int + 1 as next", (41,)), idempotent=True)
    rows.values[0]  # (42,)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, LiteralString, Protocol, TypeAlias, TypeVar

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


class Database(Protocol):
    """Runs batches."""

    def run(self, *statements: Statement, idempotent: bool = False) -> list[Rows]:
        """Run all statements in one transaction and one round trip: all of them happen, or none.

        Args:
            statements: At least one; a later one sees what an earlier one did.
            idempotent: Running the batch twice is as good as once, so it may be sent again when its outcome is unknown.

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
    """The transport that `DATABASE_TRANSPORT` names, behind a circuit breaker. The first batch connects it."""
    from shared.db.breaker import GuardedDatabase  # noqa: PLC0415 (it imports this module)

    return GuardedDatabase(open_transport(settings))


def open_transport(settings: DatabaseSettings) -> Database:
    """The transport that `DATABASE_TRANSPORT` names, by itself."""
    if settings.transport == "http":
        from shared.db.http import HttpDatabase  # noqa: PLC0415 (each transport's imports are paid for only when chosen)

        return HttpDatabase(settings)
    from shared.db.pooled import PooledDatabase  # noqa: PLC0415 (as above)

    return PooledDatabase(settings)
