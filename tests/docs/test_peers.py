"""What specs/peers.md says of others is what was measured (tests/bench/results/peers.json)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.docs.prose import ROOT, table_rows

MEASURED: dict[str, Any] = json.loads((ROOT / "tests/bench/results/peers.json").read_text(encoding="utf-8"))
ROWS = table_rows("specs/peers.md", "## Where ours is faster, and why")


def spread(name: str, figure: str, digits: int) -> str:
    """`low to high` of the lines with that name."""
    figures = [line[figure] for line in MEASURED["lines"] if name in line["name"]]
    low, high = (f"{each:.{digits}f}" for each in (min(figures), max(figures)))
    return f"{low} to {high}"


@pytest.mark.parametrize(
    ("row", "name", "far_digits"), [(0, "pre-ping", 0), (1, "NullPool", 0), (2, "no PgBouncer, prepared", 1)]
)
def test_a_row_tells_the_least_and_the_most_of_four_routes(row: int, name: str, far_digits: int) -> None:
    _, flights, near, far = ROWS[row]
    assert flights == spread(name, "flights", 0)
    assert near == f"{spread(name, 'times_ours', 1)} times{' ours' if row == 0 else ''}"
    assert far == f"{spread(name, 'times_ours_far', far_digits)} times"


def test_the_row_of_better_auth_is_what_was_measured() -> None:
    lines = {line["name"]: line for line in MEASURED["lines"]}
    alone, joined = lines["Better Auth in Node"], lines["Better Auth, joins"]
    assert ROWS[3][1:] == [
        f"{alone['flights']}, or {joined['flights']} with joins",
        f"{alone['times_ours']:.1f}, or {joined['times_ours']:.1f} with joins",
        f"{alone['times_ours_far']:.1f}, or {joined['times_ours_far']:.1f} with joins",
    ]


@pytest.mark.parametrize(
    ("name", "route"), [("langchain-postgres", "history append"), ("langchain-postgres", "history read")]
)
def test_what_is_faster_than_ours_is_said_with_its_figure(name: str, route: str) -> None:
    [line] = [each for each in MEASURED["lines"] if (each["name"], each["route"]) == (name, route)]
    page = (ROOT / "specs/peers.md").read_text(encoding="utf-8")
    assert line["times_ours"] < 1
    assert f"{line['times_ours']:.2f}" in page
    assert f"{line['times_ours_far']:.1f}" in page
