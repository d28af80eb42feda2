from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bench.warm_chat import checked_out, compared, page

if TYPE_CHECKING:
    from pathlib import Path


def test_each_share_is_compared_with_its_own() -> None:
    before = [10.0] * 90 + [100.0] * 10
    now = [11.0] * 90 + [90.0] * 10
    assert compared(before, now) == [("p50", 10.0, 11.0, 1.1), ("p95", 100.0, 90.0, 0.9)]


def test_the_page_names_what_takes_too_long() -> None:
    told = page(("aaa", "bbb"), 100, compared([10.0], [10.6]))
    assert "| p50 | 10.0 | 10.6 | 1.06 |" in told
    assert told.rstrip().endswith("Missed: p50, p95.")
    assert page(("aaa", "bbb"), 100, compared([10.0], [10.4])).rstrip().endswith("The goal is reached.")


def test_a_folder_is_taken_as_it_is(tmp_path: Path) -> None:
    assert checked_out(str(tmp_path)) == tmp_path.resolve()
