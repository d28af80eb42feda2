from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.bench.machine import percentile, spread
from tests.bench.observed import answers, batches, cold_starts

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([], 0.5, 0.0),
        ([7.0], 0.95, 7.0),
        ([1.0, 2.0, 3.0, 4.0], 0.5, 2.0),
        (list(map(float, range(1, 101))), 0.95, 95.0),
    ],
)
def test_a_percentile_is_the_value_that_so_many_are_not_above(
    values: list[float], share: float, expected: float
) -> None:
    assert percentile(values, share) == expected


def test_noise_is_told_as_least_median_and_most() -> None:
    assert spread([3.0, 1.0, 2.0, 10.0, 2.5]) == (1.0, 2.5, 10.0)


def metric(route: str, milliseconds: list[float], at: float, retries: list[float] | None = None) -> str:
    told = {"_aws": {"Timestamp": at * 1000}, "route": route, "DatabaseMilliseconds": milliseconds}
    return json.dumps(told | {"DatabaseRetries": retries or [0.0] * len(milliseconds), "transport": "http"})


def test_batches_are_found_even_where_two_processes_wrote_into_one_line(tmp_path: Path) -> None:
    lines = [
        metric("GET /a", [1.5], 10) + metric("GET /a", [2.5], 11),
        '{"message": "answered"}',
        "REPORT RequestId: 1\tDuration: 2.00 ms",
        metric("GET /a", [3.5], 99),
    ]
    (tmp_path / "list.log").write_text("\n".join(lines), "utf-8")

    found = batches(tmp_path, 10, 20)

    assert [(each.route, each.milliseconds) for each in found] == [("GET /a", 1.5), ("GET /a", 2.5)]


def test_each_batch_of_a_request_is_one(tmp_path: Path) -> None:
    (tmp_path / "chat.log").write_text(metric("POST /api/chat", [3.0, 0.5, 0.5, 4.0], 10, [0, 0, 1, 0]), "utf-8")

    found = batches(tmp_path, 10, 20)

    assert [(each.milliseconds, each.retried) for each in found] == [(3.0, 0), (0.5, 0), (0.5, 1), (4.0, 0)]


def test_a_request_counts_when_it_began_within_the_time_and_says_whether_it_began_a_process(tmp_path: Path) -> None:
    (tmp_path / "list.log").write_text(
        "REPORT RequestId: first\tDuration: 9.00 ms\tInit Duration: 300.00 ms\n", "utf-8"
    )
    lines = [
        {"at": 10.5, "name": "list", "milliseconds": 1000, "error": None, "id": "early", "timing": "total;dur=1"},
        {
            "at": 11.5,
            "name": "list",
            "milliseconds": 1000,
            "error": None,
            "id": "first",
            "timing": "db;dur=3, total;dur=9",
        },
        {"at": 12.0, "name": "list", "milliseconds": 10, "error": None, "id": "second", "timing": None},
        {"at": 12.0, "name": "ask", "complaint": "saved: no, degraded: ['history']"},
    ]
    (tmp_path / "http.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")

    found = answers(tmp_path / "http.jsonl", 10, 20, cold_starts(tmp_path))

    assert [(each.name, each.inside, each.cold, each.error) for each in found] == [
        ("list", 9.0, True, None),
        ("list", 0.0, False, None),
        ("ask", 0.0, False, "saved: no, degraded: ['history']"),
    ]
