"""What a spreadsheet shows of hostile texts."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.insight.tables import as_csv, cell

CALCULATED = ("=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "  =cmd|' /C calc'!A0", "\uff1d1+1")


@pytest.mark.parametrize("text", CALCULATED)
def test_no_cell_is_a_formula(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Why;=1+1", "Why;'=1+1"),
        ('Why?";=HYPERLINK("http://evil.example")', 'Why?";\'=HYPERLINK("http://evil.example")'),
        ("Why\n=1+1", "Why\n'=1+1"),
        ("Why; @SUM(A1)", "Why;' @SUM(A1)"),
        ("Why\t-1", "Why\t'-1"),
        ("=1;+1", "'=1;'+1"),
        ('Why;"=1+1', "Why;'\"=1+1"),
        ("\n=1", "'\n'=1"),
        ("a; b - c, 1 = 1", "a; b - c, 1 = 1"),
    ],
)
def test_neither_is_one_where_semicolons_or_tabs_part_cells(text: str, shown: str) -> None:
    assert cell(text) == shown


@given(st.text(alphabet="=+-@;\t\r\n a\"'", max_size=12))
def test_no_spreadsheet_reads_a_formula_whatever_parts_its_cells(text: str) -> None:
    written = as_csv(("page", "text"), [("a", text)])
    for parted_at in (";", "\t"):
        cells = [each for line in written.splitlines() for each in line.split(parted_at)]
        assert [each for each in cells if re.match(r'[\s"]*[=+@-]', each)] == []


def test_numbers_stay_numbers() -> None:
    assert cell(-1) == -1


@given(st.lists(st.tuples(st.text(), st.integers()), max_size=5))
def test_every_row_comes_back_in_its_own_cells(rows: list[tuple[str, int]]) -> None:
    written = as_csv(("text", "count"), rows)
    read = [*csv.reader(io.StringIO(written, newline=""))][1:]
    assert [(text.replace("'", ""), int(count)) for text, count in read] == [
        (text.replace("'", ""), count) for text, count in rows
    ]
