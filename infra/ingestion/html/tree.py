"""A page's main content as a small tree without furniture: made in one walk, however deep the page is nested."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from infra.ingestion.html.names import (
    BLOCKS,
    COLLAPSED,
    FURNITURE,
    FURNITURE_IDS,
    FURNITURE_ROLES,
    FURNITURE_TAGS,
    HEADINGS,
    INVISIBLE,
    OF_AUTHORS,
    OF_CODE,
    SIDE,
    WAYS,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selectolax.lexbor import LexborNode

DEEPEST: Final = 64
"""Levels; what is nested deeper becomes a child of the last, in order, so that no page exhausts the stack."""
_ROOM: Final = 8
"""Levels that a list or a table needs for its parts; nearer to the deepest level it is read like any other element."""
_WITH_PARTS: Final = frozenset({"table", "ul", "ol", "menu", "dl"})
_TEXT: Final = "-text"
_UNREAD: Final = re.compile(r"%?\s*<!\[CDATA\[|%?\s*\]\]>")
"""What hides a formula from readers of XML."""


@dataclass(slots=True, eq=False)
class Element:
    """An element, or several without one of their own.

    Attributes:
        has_blocks: Something within it begins a line of its own.
    """

    tag: str
    attributes: dict[str, str] = field(default_factory=dict[str, str])
    children: list[Element | str] = field(default_factory=list["Element | str"])
    parent: Element | None = None
    has_blocks: bool = False

    @property
    def classes(self) -> str:
        """Its classes, as written."""
        return self.attributes.get("class", "")

    @property
    def id(self) -> str:
        """Its id, or the older name of an anchor."""
        return self.attributes.get("id") or (self.attributes.get("name", "") if self.tag == "a" else "")

    @property
    def role(self) -> str:
        """Its ARIA role."""
        return self.attributes.get("role", "")

    def elements(self) -> Iterator[Element]:
        """Give its children that are elements."""
        return (child for child in self.children if isinstance(child, Element))

    def within(self) -> Iterator[Element]:
        """Give every element in it, in the order of the page."""
        waiting = list(reversed(list(self.elements())))
        while waiting:
            element = waiting.pop()
            yield element
            waiting.extend(reversed(list(element.elements())))

    def find(self, *tags: str) -> Element | None:
        """Find the first element in it with one of these tags."""
        return next((each for each in self.within() if each.tag in tags), None)

    def raw_text(self) -> str:
        """Give all text in it, as it stands, line by line."""
        parts: list[str] = []
        waiting: list[Element | str] = [self]
        while waiting:
            each = waiting.pop()
            if isinstance(each, str):
                parts.append(each)
            elif each.tag == "br":
                parts.append("\n")
            else:
                waiting.extend(reversed(each.children))
        return "".join(parts)


def cleaned(text: str) -> str:
    """Text as a line: no characters that nobody sees, no spaces but single ones."""
    return " ".join(text.translate(INVISIBLE).split())


def grown(roots: list[LexborNode]) -> Element:
    """Make a tree of some nodes."""
    tree = Element("main")
    for root in roots:
        _grow(tree, root)
    _note_blocks(tree)
    return tree


def _grow(tree: Element, root: LexborNode) -> None:
    """Walk without recursion: a stack of nodes, each with the element that it belongs to and its level."""
    waiting: list[tuple[LexborNode, Element, int]] = [(root, tree, 0)]
    while waiting:
        node, parent, level = waiting.pop()
        if node.tag == _TEXT:
            parent.children.append(node.text_content or "")
            continue
        if formula := _formula(node):
            parent.children.append(formula)
            continue
        element = _element(node, parent)
        if element is None:
            continue
        flat = level >= DEEPEST and element.tag not in HEADINGS
        if level > DEEPEST - _ROOM and element.tag in _WITH_PARTS:
            element.tag = "div"
        if not flat:
            parent.children.append(element)
        elif element.tag in BLOCKS:
            parent.children.append(Element("hr", parent=parent))
        into = parent if flat else element
        waiting.extend((each, into, level + 1) for each in reversed(list(node.iter(include_text=True))))


def _formula(node: LexborNode) -> str:
    """TeX that a script draws when the page is shown, between the signs that TeX has for it."""
    kind = (node.attributes.get("type") or "").lower() if node.tag == "script" else ""
    if not kind.startswith("math/tex"):
        return ""
    text = cleaned(_UNREAD.sub("", node.text()))
    return f" $${text}$$ " if "mode=display" in kind.replace(" ", "") else f"${text}$"


def _element(node: LexborNode, parent: Element) -> Element | None:
    tag = node.tag or ""
    if tag.startswith(("-", "!", "_")):
        return None
    attributes = {name: value or "" for name, value in node.attributes.items()}
    element = Element(tag, attributes, parent=parent)
    return None if _is_furniture(element, node) else element


def _is_furniture(element: Element, node: LexborNode) -> bool:
    if element.tag == "body":
        return False
    return (
        _is_furniture_by_tag(element)
        or _is_frame(element, node)
        or element.role in FURNITURE_ROLES
        or "data-pagefind-ignore" in element.attributes
        or _is_furniture_by_class(element, node)
        or _is_out_of_sight(element, node)
    )


def _is_furniture_by_tag(element: Element) -> bool:
    match element.tag:
        case "button":
            return element.role != "tab" and not _stands_in(element, *HEADINGS)
        case "footer":
            return not _stands_in(element, "blockquote", "figure")
        case "a":
            marked = "data-footnote-ref" in element.attributes or "data-footnote-backref" in element.attributes
            return marked or "footnote" in element.classes.split()
        case "sup":
            return "footnote" in element.classes.split()
        case tag:
            return tag in FURNITURE_TAGS


def _is_frame(element: Element, node: LexborNode) -> bool:
    """What stands around all of a page whose theme does not mark its main content."""
    above = element.parent.tag if element.parent is not None else ""
    return above == "body" and element.tag in {"header", "aside"} and node.css_first("h1") is None


def _is_furniture_by_class(element: Element, node: LexborNode) -> bool:
    names = element.classes.split()
    if element.tag == "span" and "lang" in names:
        return True
    if "contents" in names and ("local" in names or "topic" in names):
        return True
    if not OF_CODE.isdisjoint(names) and node.css_first("p, ul, ol, dl, h1, h2, h3") is None:
        return True
    if element.id in FURNITURE_IDS or WAYS.search(element.classes):
        return True
    if SIDE.search(f"{element.classes} {element.id}") and not _is_of_authors(element, node):
        return True
    return not FURNITURE.isdisjoint(names)


def _is_of_authors(element: Element, node: LexborNode) -> bool:
    return element.tag in {"main", "article"} or node.css_first(OF_AUTHORS) is not None


def _is_out_of_sight(element: Element, node: LexborNode) -> bool:
    """Panels and what a reader can open are content, and so is what a theme hides from screen readers only."""
    attributes = element.attributes
    if "hidden" in attributes and attributes["hidden"] != "until-found" and element.role != "tabpanel":
        return True
    style = attributes.get("style", "").replace(" ", "").lower()
    if ("display:none" in style or "visibility:hidden" in style) and not _can_be_opened(element):
        return True
    if "user-select:none" in style and _stands_in(element, "pre"):
        return True  # numbers of lines, which nobody shall copy
    if attributes.get("aria-hidden") != "true" or "title" in element.classes:
        return False
    return element.tag not in {"p", "pre", *HEADINGS} and node.css_first("h1, h2, h3, p, pre") is None


def _can_be_opened(element: Element) -> bool:
    return bool(
        element.role == "tabpanel" or COLLAPSED.search(element.classes) or _stands_in(element, "details", "summary")
    )


def _stands_in(element: Element, *tags: str) -> bool:
    above = element.parent
    while above is not None:
        if above.tag in tags:
            return True
        above = above.parent
    return False


def _note_blocks(tree: Element) -> None:
    """Bottom-up: what comes later in the order of the page is below or beside, never above."""
    for element in reversed([tree, *tree.within()]):
        if element.parent is not None and (element.has_blocks or element.tag in BLOCKS):
            element.parent.has_blocks = True


def by_id(tree: Element) -> dict[str, Element]:
    """Give each element with an id; of two with the same, the first, as browsers do."""
    found: dict[str, Element] = {}
    for element in tree.within():
        if element.id:
            found.setdefault(element.id, element)
    return found
