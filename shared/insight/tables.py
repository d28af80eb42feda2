"""CSV that a spreadsheet shows as it is: no cell of it is taken for a formula."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FORMULA: Final = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r]")
"""How a cell begins that spreadsheets calculate (OWASP, CSV injection), also after spaces and in full width."""


def as_csv(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The rows as RFC 4180 has it."""
    written = io.StringIO()
    csv.writer(written).writerows([heading, *([cell(each) for each in row] for row in rows)])
    return written.getvalue()


def cell(value: object) -> object:
    """A number as it is; a text with an apostrophe before it where it would else be calculated."""
    return f"'{value}" if isinstance(value, str) and FORMULA.match(value) else value
