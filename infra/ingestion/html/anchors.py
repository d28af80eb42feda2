"""Where a heading can be linked to: only ids that stand on the page, and only those that mean this heading."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from infra.ingestion.html.inline import is_permanent_link

if TYPE_CHECKING:
    from collections.abc import Container

    from infra.ingestion.html.tree import Element

_AROUND: Final = frozenset({"section", "div", "header", "hgroup", "li", "article"})
_LINES: Final = frozenset({"span", "a"})
_MARKS: Final = frozenset({"a", "p", "span", "div"})
_HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")


def anchor_of(heading: Element, before: Element | None, ids: Container[str]) -> str:
    """Its own id, else where its permanent link leads, else an id in it, just before it, or of what it begins.

    Args:
        heading: The heading.
        before: What stands beside it, just before it.
        ids: All that the page has.
    """
    own = heading.id or _linked(heading, ids, permanent=True)
    return own or _inner(heading) or _mark(before) or _around(heading, ids) or _linked(heading, ids, permanent=False)


def _inner(heading: Element) -> str:
    return next((each.id for each in heading.within() if each.id), "")


def _mark(before: Element | None) -> str:
    """`<a name="x"></a><h2>`, with or without a paragraph around it."""
    if before is None or before.tag not in _MARKS or before.raw_text().strip():
        return ""
    return before.id or _inner(before)


def _around(heading: Element, ids: Container[str]) -> str:
    child, parent = heading, heading.parent
    while parent is not None and parent.tag in _AROUND and _first(parent) is child:
        if parent.id and parent.id in ids:
            return parent.id
        child, parent = parent, parent.parent
    return ""


def _first(parent: Element) -> Element | None:
    """What an element begins with, not counting marks that nobody sees."""
    return next((each for each in parent.elements() if each.tag not in _LINES or each.find(*_HEADINGS)), None)


def _linked(heading: Element, ids: Container[str], *, permanent: bool) -> str:
    links = (each for each in heading.within() if each.tag == "a" and (is_permanent_link(each) or not permanent))
    targets = (each.attributes.get("href", "") for each in links)
    return next((name for each in targets if each.startswith("#") and (name := unquote(each[1:])) in ids), "")
