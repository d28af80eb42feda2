"""What a list says of itself: its first number, its terms and their meanings."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from infra.ingestion.html.names import DEFINED
from infra.ingestion.html.tree import Element

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def start_of(element: Element) -> int:
    """Give the number of an ordered list's first item."""
    written = element.attributes.get("start", "")
    return int(written) if written.isascii() and written.isdigit() else 1


def is_object(term: Element) -> bool:
    """Whether a term is an object of a reference, which is a section."""
    return bool(term.id) and (
        DEFINED.search(term.classes) is not None or any(DEFINED.search(each.classes) for each in term.within())
    )


def pairs_of(element: Element) -> Iterator[Element]:
    """The terms and their meanings; HTML allows a `div` around each pair."""
    for child in element.children:
        if isinstance(child, str):
            yield from [Element("dd", children=[child])] if child.strip() else []
        elif child.tag == "div":
            yield from pairs_of(child)
        else:
            yield child


def joined(parts: Iterable[Element]) -> Iterator[Element]:
    """Meanings that follow one another are one."""
    for is_meaning, group in groupby(parts, key=lambda each: each.tag == "dd"):
        several = list(group)
        if is_meaning and len(several) > 1:
            yield Element("dd", children=[Element("div", children=each.children) for each in several])
        else:
            yield from several
