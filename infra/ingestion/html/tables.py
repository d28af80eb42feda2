"""Tables as rows: a cell that spans rows says the same in each of them, one that spans columns says it once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from infra.ingestion.html.inline import line
from shared.retrieval.blocks import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from infra.ingestion.html.tree import Element

_CELLS: Final = frozenset({"td", "th"})
_PARTS: Final = frozenset({"thead", "tbody", "tfoot"})
_WIDEST: Final = 1000
"""Columns; a wider span is a slip of its author's."""


def table_block(table: Element) -> Table | None:
    """Read a table; None if nothing stands in it."""
    rows = list(rows_of(table))
    head = _head(rows)
    values = [row for row in _grid(rows) if any(row)]
    if not values:
        return None
    width = max(map(len, values))
    lines = [(*row, *[""] * (width - len(row))) for row in values]
    names = lines[0] if head else ()
    return Table(tuple(lines[1:] if head else lines), names, _caption(table))


def is_layout(table: Element) -> bool:
    """Whether it only places what stands in it: other tables, sections, one cell with words, or so declared."""
    if table.role in {"presentation", "none"} or table.find("h1", "h2", "h3", "h4") is not None:
        return True
    rows = list(rows_of(table))
    if table.find("table") is not None and not _head(rows):
        return True
    # a picture beside a text makes no table of it
    return len(rows) == 1 and sum(1 for each in cells_of(rows[0]) if line(each)) <= 1


def taken_from(table: Element) -> Iterator[tuple[str, Element]]:
    """Take the tables out of the cells of one that has a head; each with the name of its row."""
    for row in rows_of(table):
        cells = list(cells_of(row))
        for inner in [found for cell in cells for found in _outermost(cell)]:
            assert inner.parent is not None  # noqa: S101 (it stands in a cell)
            inner.parent.children = [each for each in inner.parent.children if each is not inner]
            yield line(cells[0]), inner


def _outermost(cell: Element) -> Iterator[Element]:
    for child in cell.elements():
        yield from [child] if child.tag == "table" else _outermost(child)


def cells_of(row: Element) -> Iterator[Element]:
    """Give the cells of a row, not those of tables within."""
    return (each for each in row.elements() if each.tag in _CELLS)


def _caption(table: Element) -> str:
    caption = next((each for each in table.elements() if each.tag == "caption"), None)
    text = "" if caption is None else line(caption)
    return text if not text or text.endswith((":", ".", "?", "!")) else f"{text}:"


def rows_of(table: Element) -> Iterator[Element]:
    """Give the rows of a table, not those of tables within."""
    for child in table.elements():
        if child.tag == "tr":
            yield child
        elif child.tag in _PARTS:
            yield from rows_of(child)


def _head(rows: Sequence[Element]) -> bool:
    """The first row names the columns if the page says so, by its part or by all of its cells."""
    if not rows:
        return False
    first = list(cells_of(rows[0]))
    in_head = rows[0].parent is not None and rows[0].parent.tag == "thead"
    return in_head or (bool(first) and all(each.tag == "th" for each in first) and len(rows) > 1)


def _grid(rows: Iterable[Element]) -> Iterator[list[str]]:
    below: dict[int, tuple[int, str]] = {}
    for row in rows:
        values: list[str] = []
        for cell in cells_of(row):
            _fill(values, below)
            _put(values, below, cell)
        _fill(values, below)
        yield values


def _fill(values: list[str], below: dict[int, tuple[int, str]]) -> None:
    """Say again what reaches down from the rows above."""
    while (known := below.pop(len(values), None)) is not None:
        times, text = known
        if times > 1:
            below[len(values)] = (times - 1, text)
        values.append(text)


def _put(values: list[str], below: dict[int, tuple[int, str]], cell: Element) -> None:
    text = line(cell)
    down = _span(cell, "rowspan") - 1
    for number in range(_span(cell, "colspan")):
        said = "" if number else text
        if down > 0:
            below[len(values)] = (down, said)
        values.append(said)


def _span(cell: Element, name: str) -> int:
    written = cell.attributes.get(name, "")
    return min(max(int(written), 1), _WIDEST) if written.isascii() and written.isdigit() else 1
