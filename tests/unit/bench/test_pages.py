from __future__ import annotations

from tests.bench.figures import summary
from tests.bench.flights import Cost, counts_table
from tests.bench.load_page import page
from tests.bench.observed import Answer, Batch


def test_the_table_of_round_trips_has_a_line_a_route_with_both_transports_beside_each_other() -> None:
    costs = [
        Cost("list", "GET /api/conversations", "http", 1, 0),
        Cost("ask", "POST /api/chat", "http", 2, 1),
        Cost("list", "GET /api/conversations", "pooled", 3, 0),
        Cost("ask", "POST /api/chat", "pooled", 2, 1),
    ]

    assert counts_table(costs).splitlines()[2:] == [
        "| list | `GET /api/conversations` | 1 | 3 | 0 |",
        "| ask | `POST /api/chat` | 2 | 2 | 1 |",
    ]
    assert [cost.request for cost in costs if cost.database > cost.most] == ["list"]


def test_a_summary_tells_cold_starts_apart_those_before_its_time_too_and_counts_errors() -> None:
    found = [Answer(float(at), "list", 10.0, 4.0, at == 0, "status 500" if at == 9 else None) for at in range(10)]
    found.append(Answer(-5.0, "list", 900.0, 4.0, cold=True, error=None))
    ran = [Batch(float(at), "GET /api/conversations", float(at), 0) for at in range(10)]

    told = summary(found, ran, (0.0, 10.0))

    assert (told["requests"]["history"]["count"], told["cold"]) == (
        9,
        {"count": 2, "within": 1, "p50": 10.0, "max": 900.0},
    )
    assert (told["error count"], told["errors"]) == (1, ["list: status 500"])
    assert told["batches"]["all"] == {
        "count": 10, "p50": 4.0, "p95": 9.0, "p99": 9.0, "max": 9.0, "p95 of parts": (1.0, 5.0, 9.0)
    }  # fmt: skip


def test_the_page_of_a_load_test_says_what_was_missed() -> None:
    crowd = {
        "users": 3,
        "conversations": 150,
        "messages": 3000,
        "texts": 9,
        "size": 10**9,
        "seconds": 60,
        "version": "18",
    }
    answer, batch = Answer(1.0, "list", 512.0, 4.0, cold=False, error=None), Batch(1.0, "GET /", 7.0, 0)
    samples = {name: [1, 5, 2] for name in ("connections", "active", "clients", "waiting", "functions")}
    run = {"transport": "http", "readers": 7, "seconds": 10, "samples": samples, "processor": {"gateway": 0.25}}
    report = {"machine": "a toaster", "crowd": crowd, "runs": [run | summary([answer], [batch], (0.0, 10.0))]}

    text = page(report | {"missed": ["http: p95 of history requests 512.0 ms"]})

    assert "| 7 | http | 0 | 512 | 7 | 0 | 0.2 |" in text
    assert "- missed: http: p95 of history requests 512.0 ms" in text
    assert "Every goal is met." not in text
