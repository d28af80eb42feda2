"""What we make of a value is what the npm driver makes of it, or stands in the table of specs/values.md."""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import pytest

from shared.db.values import row_decoder
from shared.errors import Fault
from tests.contract.javascript import as_javascript
from tests.contract.value_vectors import VECTORS, vectors
from tests.docs.prose import table_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.local.postgres import Postgres
    from infra.local.server import Server

RECORDED: list[dict[str, Any]] = json.loads(VECTORS.read_text("utf-8"))
DIFFERENCES = {(row[0], row[3]) for row in table_rows("specs/values.md", "## Deliberate differences")}


def decoded(vector: dict[str, Any]) -> object:
    """Our value; the word "error" where there is none."""
    try:
        return row_decoder([("v", vector["oid"])])([vector["text"]])[0]
    except Fault:
        return "error"


def is_the_drivers(vector: dict[str, Any]) -> bool:
    value = decoded(vector)
    if isinstance(value, datetime) and value.microsecond % 1000:  # which a JavaScript date cannot hold
        return False
    ours = as_javascript(value)
    return ours == vector["driver"] and isinstance(ours, bool) == isinstance(vector["driver"], bool)


def difference(vector: dict[str, Any]) -> tuple[str, str]:
    ours = decoded(vector)
    return vector["type"], "error" if ours == "error" else type(ours).__name__


@pytest.mark.parametrize("vector", RECORDED, ids=lambda vector: f"{vector['type']} {vector['sql']}"[:60])
def test_a_value_is_the_drivers_or_a_deliberate_difference(vector: dict[str, Any]) -> None:
    if is_the_drivers(vector):
        return
    assert difference(vector) in DIFFERENCES, f"{decoded(vector)!r} is not {vector['driver']!r}"
    ours = decoded(vector)
    assert ours == "error" or is_closer(ours, vector["driver"])


def test_every_difference_in_the_table_is_one() -> None:
    assert {difference(vector) for vector in RECORDED if not is_the_drivers(vector)} == DIFFERENCES


def test_the_driver_makes_the_same_of_everything_today(stand_in: Server, postgres: Postgres) -> None:
    assert [said(vector) for vector in vectors(postgres.app_url, f"{stand_in.url}/sql")] == [
        said(vector) for vector in RECORDED
    ]


def said(vector: dict[str, Any]) -> tuple[Any, ...]:
    """All but the wire's text, which depends on the server's time zone."""
    return vector["type"], vector["sql"], vector["oid"], vector["driver"]


def is_closer(ours: object, driver: Any) -> bool:  # noqa: ANN401 (whatever JavaScript has)
    """Whether ours is the driver's value, in a type that loses less."""
    if isinstance(ours, list):
        elements = cast("list[object]", ours)
        return len(elements) == len(driver) and all(map(is_closer, elements, driver))
    same = SAME.get(type(ours), lambda ours, driver: as_javascript(ours) == driver)
    return same(ours, driver)


SAME: dict[type, Callable[[Any, Any], bool]] = {
    timedelta: lambda ours, driver: ours == timedelta(**driver),
    datetime: lambda ours, driver: as_javascript(ours) == driver,
    time: lambda ours, driver: ours == time.fromisoformat(driver),
    int: lambda ours, driver: str(ours) == driver or float(ours) == float(driver),
    Decimal: lambda ours, driver: (
        ours.compare_total(Decimal(driver)) == 0 if isinstance(driver, str) else as_javascript(float(ours)) == driver
    ),
}
"""How a value of ours is compared with the driver's."""
