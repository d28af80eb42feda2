"""Tables that a page of Markdown writes as HTML, as tables of Markdown: else their cells would be lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_TABLE: Final = re.compile(
    r"^[ \t]*<table\b[^<>]*>(?P<inside>(?:(?!</?table\b).){1,60000}?)</table\s*>[ \t]*$",
    re.DOTALL | re.IGNORECASE | re.MULTILINE,
)
"""One that stands by itself, with no other one in it."""
_ROW: Final = re.compile(r"<tr\b[^<>]*>(.*?)(?=<tr\b|</tr\s*>|</t(?:head|body|foot)\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_CELL: Final = re.compile(
    r"<t(?P<kind>[hd])\b[^<>]*>(?P<said>.*?)(?=<t[hd]\b|</t[hd]\s*>|\Z)", re.DOTALL | re.IGNORECASE
)
_BLOCK: Final = re.compile(
    r"^[ \t]*\ue000\d+\ue001[ \t]*$|<(?:ul|ol|li|pre|details|h[1-6]|blockquote)\b|^[ \t]*(?:[-*+]|\d+[.)])[ \t]"
    r"|^[ \t]*\|.*\|[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
"""What cannot stand in a cell of Markdown: code of several lines, which is kept at its place, lists, headings."""
_PART: Final = re.compile(r"</?(?:t(?:head|body|foot|r|h|d)|caption|colgroup|col)\b[^<>]*>", re.IGNORECASE)
_BREAK: Final = re.compile(r"<br\s*/?>|</?p\b[^<>]*>", re.IGNORECASE)
_TAG: Final = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
_PICTURE: Final = re.compile(r"<img\b|!\[", re.IGNORECASE)
_NARROWEST: Final = 2
"""Columns; what has only one is laid out and no table."""


def with_tables(text: str) -> str:
    """Write each table whose cells are lines of text as Markdown does."""
    return _TABLE.sub(_table, text) if "<t" in text.lower() else text


def _table(found: re.Match[str]) -> str:
    rows = [_cells(each[1]) for each in _ROW.finditer(found["inside"])]
    rows = [each for each in rows if any(said for _, said in each)]
    columns = max(map(len, rows), default=0)
    if columns < _NARROWEST or _BLOCK.search(found["inside"]) or _is_laid_out(found["inside"]):
        return _one_below_the_other(found["inside"])
    head = [said for _, said in rows[0]] if all(kind == "h" for kind, _ in rows[0]) else []
    below = [[said for _, said in each] for each in (rows[1:] if head else rows)]
    lines = (_line(each, columns) for each in (head, ["---"] * columns, *below))
    return "\n\n" + "\n".join(lines) + "\n\n"


def _one_below_the_other(inside: str) -> str:
    """What its cells hold; how far the source is indented says nothing."""
    lines = "\n".join(line.strip() for line in _PART.sub("\n\n", inside).split("\n"))
    return f"\n\n{lines}\n\n"


def _is_laid_out(inside: str) -> bool:
    """Whether it only puts pictures beside each other."""
    return bool(_PICTURE.search(inside)) and not re.search(
        r"\w", _TAG.sub("", re.sub(r"!\[[^]]*\]\([^)]*\)", "", inside))
    )


def _cells(row: str) -> list[tuple[str, str]]:
    return [(each["kind"].lower(), _said(each["said"])) for each in _CELL.finditer(row)]


def _said(cell: str) -> str:
    return " ".join(_BREAK.sub(" ", cell).replace("|", "\\|").split())


def _line(cells: Sequence[str], columns: int) -> str:
    return f"| {' | '.join([*cells, *[''] * (columns - len(cells))])} |"
