from __future__ import annotations

import json
from typing import Any

from tests.bench.history import GOAL, RESULTS, SEARCH_GOAL, WAL_GOAL

MEASURED: dict[str, Any] = json.loads((RESULTS / "history.json").read_text(encoding="utf-8"))


def test_sc_003_the_recorded_cost_of_a_history_is_within_its_goal_at_a_hundred_thousand_users() -> None:
    assert (min(MEASURED["users"]), max(MEASURED["users"])) == (100, 100_000)
    assert MEASURED["ratio"].keys() == {"list", "open", "append", "search"}
    assert max(MEASURED["ratio"].values()) <= GOAL
    assert set(MEASURED["round trips"].values()) == {1}
    assert not any(MEASURED["sequential scans"].values())
    assert MEASURED["WAL bytes a turn"] <= WAL_GOAL
    assert MEASURED["search p95 ms"] <= SEARCH_GOAL
