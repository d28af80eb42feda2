from __future__ import annotations

from tests.bench.peers.contenders import essence
from tests.bench.peers.report import Line, page

MEASURED = {
    "date": "2026-11-22",
    "machine": "2 cores",
    "PostgreSQL": "15",
    "rounds": [15, 5],
    "requests": [20, 5],
    "load": [0.1, 1.2],
    "frameworks": [],
    "cold": [],
}


def line(name: str, times_ours: float, times_ours_far: float) -> Line:
    return Line("list", name, 1.5, times_ours, 0.9, 1.1, flights=1, far=12.0, times_ours_far=times_ours_far)


def test_answers_are_compared_by_what_they_say_and_not_by_how_times_are_written() -> None:
    ours = {"conversations": [{"id": "1", "title": "Arm", "createdAt": "2026-01-02T03:04:05.678Z"}], "nextCursor": None}
    theirs = {"conversations": [{"id": "1", "title": "Arm", "createdAt": "2026-01-02T03:04:05+00:00"}]}
    assert essence(ours) == essence(theirs) == {"conversations": [{"id": "1", "title": "Arm"}]}
    assert essence(ours) != essence({"conversations": [{"id": "1", "title": "Leg"}]})


def test_whoever_is_ahead_of_ours_is_named() -> None:
    lines = [line("ours, pooled", 1, 1), line("quick", 0.5, 3), line("near", 0.9, 0.8), line("slow", 2, 2)]
    [sentence] = [each for each in page(MEASURED | {"lines": lines}).splitlines() if each.startswith("**Faster")]
    assert sentence == (
        "**Faster than ours, pooled**: quick at list (0.50), near at list (0.90); 10 ms away: near at list (0.80)."
    )
