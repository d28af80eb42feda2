"""Blocks of code: line by line, with their language, without the numbers beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from infra.ingestion.html.inline import line
from infra.ingestion.html.names import CODE_CELL, CODE_TITLE, INVISIBLE, LANGUAGE, LINES, NO_LANGUAGE, NUMBERS_CELL
from shared.retrieval.blocks import Code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.ingestion.html.tree import Element

_AROUND: Final = 7
"""Levels above the code at which its language may stand."""
_OF_THE_PAGE: Final = frozenset({"body", "main", "article", "section", "li"})
_ADDED: Final = frozenset({"ins", "add"})
_REMOVED: Final = frozenset({"del", "remove"})


def code_block(pre: Element, caption: str = "") -> Code | None:
    """Read a block of code; None if it is empty."""
    text = _verbatim(pre).translate(INVISIBLE).expandtabs(4).strip("\n").rstrip()
    lines = "\n".join(each.rstrip() for each in text.split("\n"))
    return Code(lines, caption, _language(pre)) if lines.strip() else None


def code_in_table(table: Element) -> Element | None:
    """Find the code of a table that exists only to put numbers beside its lines."""
    cells = [each for each in table.within() if each.tag == "td"]
    if not any(NUMBERS_CELL.search(each.classes) or CODE_CELL.search(each.classes) for each in cells):
        numbered = table.find("th") is None and len(cells) == 2 and _is_numbers(cells[0])  # noqa: PLR2004
        return cells[1].find("pre") if numbered else None
    cell = _code_cell(table)
    return None if cell is None else cell.find("pre") or cell.find("code")


def is_title(element: Element) -> bool:
    """Whether it names the file that the code below it is in; "edit the file `x` first" only speaks of one."""
    if CODE_TITLE.search(element.classes) is None or element.parent is None:
        return False
    return not any(isinstance(each, str) and each.strip() for each in element.parent.children)


def title_in_table(table: Element) -> str:
    """Give the name of the file in such a table's head."""
    return next((line(each) for each in table.within() if CODE_TITLE.search(each.classes)), "")


def _code_cell(table: Element) -> Element | None:
    cells = [each for each in table.within() if each.tag == "td"]
    marked = [each for each in cells if CODE_CELL.search(each.classes)]
    return (marked or cells)[-1] if cells else None


def _is_numbers(cell: Element) -> bool:
    lines = cell.raw_text().split()
    return bool(lines) and lines == [str(number + 1) for number in range(len(lines))]


def _verbatim(element: Element) -> str:
    """Lines may end with a line feed, with `<br>`, or be elements of their own."""
    return "".join(_pieces(element))


def _pieces(element: Element) -> Iterator[str]:
    for child in element.children:
        if isinstance(child, str):
            yield child
        elif child.tag == "br":
            yield "\n"
        elif child.tag == "td" and (NUMBERS_CELL.search(child.classes) or _is_numbers(child)):
            continue
        else:
            yield _line(child)


def _line(element: Element) -> str:
    names = set(element.classes.split())
    text = _sign(names) + _verbatim(element)
    starts_line = element.tag in {"div", "p", "li", "tr"}
    return text if text.endswith("\n") or not starts_line else f"{text}\n"


def _sign(names: set[str]) -> str:
    if not names & LINES:
        return ""
    return "+ " if names & _ADDED else "- " if names & _REMOVED else ""


def _language(pre: Element) -> str:
    """Of the code itself, else of what stands around it."""
    code = pre.find("code")
    for each in [*([code] if code else []), pre, *_around(pre)]:
        found = LANGUAGE.search(each.classes)
        name = each.attributes.get("data-language") or each.attributes.get("data-lang") or (found[1] if found else "")
        if name:
            return "" if name in NO_LANGUAGE else name
    return ""


def _around(pre: Element) -> Iterator[Element]:
    above = pre.parent
    for _ in range(_AROUND):
        if above is None or above.tag in _OF_THE_PAGE:
            return
        yield above
        above = above.parent
