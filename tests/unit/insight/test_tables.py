"""What a spreadsheet shows of hostile texts."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.insight.tables import as_csv, cell

CALCULATED = ("=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "  =cmd|' /C calc'!A0", "\n=1", "\uff1d1+1")


@pytest.mark.parametrize("text", CALCULATED)
def test_no_cell_is_a_formula(text: str) -> None:
    assert cell(text) == f"'{text}"


def test_numbers_stay_numbers() -> None:
    assert cell(-1) == -1


@given(st.lists(st.tuples(st.text(), st.integers()), max_size=5))
def test_every_row_comes_back_in_its_own_cells(rows: list[tuple[str, int]]) -> None:
    written = as_csv(("text", "count"), rows)
    read = [*csv.reader(io.StringIO(written, newline=""))][1:]
    assert [(text.removeprefix("'"), int(count)) for text, count in read] == [
        (text.removeprefix("'"), count) for text, count in rows
    ]
