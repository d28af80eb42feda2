"""What a batch is made of, and what it gives: the words that both transports share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, LiteralString, Protocol, TypeAlias, TypeVar

from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime, time, timedelta
    from decimal import Decimal
    from uuid import UUID

Built = TypeVar("Built")


@record
class Json:
    """A value meant as `json` or `jsonb`; without the wrapper a list is a Postgres array."""

    value: Any


if TYPE_CHECKING:
    Scalar: TypeAlias = bool | int | float | Decimal | str | bytes | UUID | datetime | date | time | timedelta
    Param: TypeAlias = Scalar | Json | Sequence["Param"] | None


@record
class Statement:
    """One SQL text with `$1`-style parameters, every one cast (`$1::uuid`), so that one text serves both transports."""

    sql: LiteralString
    params: tuple[Param, ...] = ()


@record
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


@record
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
