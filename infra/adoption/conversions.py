"""Values of one type as another: what they are stored as, and what a column holds that a row leaves out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from infra.adoption.catalog import quoted
from infra.adoption.tables import BOOLEAN, TIME

if TYPE_CHECKING:
    from infra.adoption.catalog import Column

TIMESTAMP: Final = "timestamp"
MILLISECONDS: Final = 3
"""Digits of a second that Better Auth's times have."""
ROOM: Final = 255
"""Letters that a column of limited length must have room for: more than an id, an address or a hash has."""
NUMBER: Final = re.compile(r"smallint|integer|bigint|real|double precision|numeric(\(.*\))?")
SECONDS: Final = "integer"
"""The one kind of number in which a moment is told in seconds; all others have room for JavaScript's milliseconds."""


def fits(found: str, needed: str) -> bool:
    """Whether what we store can be stored as that."""
    if needed == TIME:
        precise = re.fullmatch(r"timestamp(?:\((\d)\))? with time zone", found)
        return precise is not None and int(precise[1] or MILLISECONDS) >= MILLISECONDS
    if needed == "integer" and found == "bigint":
        return True
    limited = re.fullmatch(r"character varying(?:\((\d+)\))?", found)
    return found == needed or (needed == "text" and limited is not None and int(limited[1] or ROOM) >= ROOM)


def converted(column: Column, kind: str) -> str:
    """The column's value as another type."""
    return _converted(quoted(column.name), column.type, kind)


def new_default(column: Column, kind: str) -> str | None:
    """What rows get that leave the column out, where Postgres cannot tell by itself; None where it can, or need not."""
    if column.default is None or column.generated or _is_assigned(column.type, kind):
        return None
    return _converted(f"({column.default})", column.type, kind)


def _is_assigned(found: str, kind: str) -> bool:
    return kind == "text" or (found.startswith(TIMESTAMP) and kind.startswith(TIMESTAMP))


def _converted(value: str, found: str, kind: str) -> str:
    is_time, is_number = found.startswith((TIMESTAMP, "date")), NUMBER.fullmatch(found) is not None
    if kind.startswith(TIMESTAMP) and found.startswith(TIMESTAMP):
        return value if found.endswith("with time zone") else f"{value} at time zone 'UTC'"
    if kind.startswith(TIMESTAMP) and is_number:
        return f"to_timestamp({value})" if found == SECONDS else f"to_timestamp({value} / 1000.0)"
    if kind == "bigint" and is_time:
        return f"(extract(epoch from {value}) * 1000)::bigint"
    if kind == BOOLEAN and is_time:
        return f"{value} is not null"
    if kind == BOOLEAN and is_number:
        return f"{value} <> 0"
    return f"{value}::{kind}"
