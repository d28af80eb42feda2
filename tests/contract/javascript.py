"""Our values as neon_driver.mjs shows those of JavaScript."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from math import isfinite, isnan
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Callable


def as_javascript(value: object) -> object:
    if isinstance(value, list):
        return [as_javascript(each) for each in cast("list[object]", value)]
    for kind, convert in AS_JAVASCRIPT.items():
        if isinstance(value, kind):
            return convert(value)
    return value


def float_as_javascript(value: float) -> object:
    if isfinite(value):
        return value
    return {"$number": "NaN" if isnan(value) else "Infinity" if value > 0 else "-Infinity"}


def datetime_as_javascript(value: datetime) -> object:
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return {"$date": aware.isoformat(timespec="milliseconds").replace("+00:00", "Z")}


AS_JAVASCRIPT: dict[type, Callable[[Any], object]] = {
    float: float_as_javascript,
    datetime: datetime_as_javascript,
    date: lambda value: {"$date": f"{value.isoformat()}T00:00:00.000Z"},
    bytes: lambda value: {"$bytes": value.hex()},
    Decimal: str,
    UUID: str,
}
