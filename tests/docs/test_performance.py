"""The table of distances in specs/performance.md is made of what two benchmarks have written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from tests.docs.prose import ROOT, table_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

QUERIES: Final = {"list": "list", "open": "open", "search history": "search", "append": "append"}
"""What the benchmark of histories calls the requests."""


def test_the_table_of_distances_says_what_was_measured_last() -> None:
    assert table_rows("specs/performance.md", "## The physical limit") == list(measured())


def measured() -> Iterator[list[str]]:
    latencies: list[dict[str, Any]] = results("flights")["latencies"]
    for transport in ("pooled", "http"):
        for request, name in QUERIES.items():
            [found] = [each for each in latencies if (each["request"], each["transport"]) == (request, transport)]
            query = round(results("history")["p50 ms"][name][-1], 1)
            yield [
                request,
                transport,
                f"distance + {query}",
                *(away(found, int(ms), query) for ms in found["multiples"]),
            ]


def away(found: dict[str, Any], distance: int, query: float) -> str:
    """Medians: the request beside the database, and what the distance adds to it."""
    milliseconds = found["milliseconds"][1] + found["multiples"][str(distance)][1] * distance
    return f"{milliseconds:.1f} ({milliseconds / (distance + query):.1f})"


def results(name: str) -> dict[str, Any]:
    return json.loads((ROOT / f"tests/bench/results/{name}.json").read_text("utf-8"))
