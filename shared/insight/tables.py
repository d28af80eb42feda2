"""CSV that a spreadsheet shows as it is: no cell of it is taken for a formula."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FORMULA: Final = re.compile(r"(?:^|(?<=[;\t\r\n]))(?=[\s\"]*[=+\-@\uff1d\uff0b\uff0d\uff20])|^(?=[\t\r])")
"""Where a cell begins that spreadsheets calculate (OWASP, CSV injection), also after spaces and in full width.

Within a text, too: where the decimal sign is a comma they part cells at semicolons, and quotes count where one begins.
"""


def as_csv(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The rows as RFC 4180 has it."""
    written = io.StringIO()
    csv.writer(written).writerows([heading, *([cell(each) for each in row] for row in rows)])
    return written.getvalue()


def cell(value: object) -> object:
    """A number as it is; a text with an apostrophe wherever it would else be calculated."""
    return FORMULA.sub("'", value) if isinstance(value, str) else value
