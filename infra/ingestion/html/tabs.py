"""Which label each panel of a group of tabs has: by what the page says, else by their order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from infra.ingestion.html.inline import line
from infra.ingestion.html.names import PANEL
from infra.ingestion.html.tree import Element, by_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(slots=True)
class Tabs:
    """The groups of tabs of a page.

    Attributes:
        titles: Of each panel.
        labels: What only says how the panels are called.
    """

    titles: dict[Element, str] = field(default_factory=dict["Element", str])
    labels: set[Element] = field(default_factory=set["Element"])


def tabs_of(tree: Element) -> Tabs:
    """Find the tabs of a page."""
    tabs, ids = Tabs(), by_id(tree)
    for labels in [*_tablists(tree), *_radios(tree, ids)]:
        tabs.labels.update(labels)
        named = {panel: line(label) for label in labels if (panel := _named(label, ids, tree))}
        tabs.titles |= named or _by_order(labels)
    return tabs


def is_panel(element: Element) -> bool:
    """Whether it is one of several that a reader chooses from."""
    return element.role == "tabpanel" or PANEL.search(element.classes) is not None


def _tablists(tree: Element) -> Iterator[list[Element]]:
    for each in tree.within():
        if each.role == "tablist":
            yield [tab for tab in each.within() if tab.role == "tab"]


def _radios(tree: Element, ids: dict[str, Element]) -> Iterator[list[Element]]:
    """Labels of radio buttons with one name: tabs that work without a script."""
    groups: dict[str, list[Element]] = {}
    for each in tree.within():
        button = ids.get(each.attributes.get("for", "")) if each.tag == "label" else None
        if button is not None and button.attributes.get("type") == "radio":
            groups.setdefault(button.attributes.get("name", ""), []).append(each)
    yield from groups.values()


def _named(label: Element, ids: dict[str, Element], tree: Element) -> Element | None:
    controlled = ids.get(label.attributes.get("aria-controls", ""))
    if controlled is not None or not label.id:
        return controlled
    return next((each for each in tree.within() if each.attributes.get("aria-labelledby") == label.id), None)


def _by_order(labels: Sequence[Element]) -> dict[Element, str]:
    """The nearest element around the labels that holds panels; a theme may have rendered only the first of them."""
    if not labels:
        return {}
    around, inner = labels[0].parent, labels[0]
    while around is not None and inner.tag not in {"main", "article", "body"}:
        panels = [each for each in around.within() if is_panel(each) and not _is_nested(each, around)]
        panels = panels or _beside(around, inner, len(labels))
        if panels:
            return {panel: line(label) for label, panel in zip(labels, panels, strict=False)}
        around, inner = around.parent, around
    return {}


def _is_nested(panel: Element, around: Element) -> bool:
    above = panel.parent
    while above is not None and above is not around:
        if is_panel(above):
            return True
        above = above.parent
    return False


def _beside(around: Element, labels: Element, count: int) -> list[Element]:
    """What stands beside the labels and has as many parts as there are labels."""
    for each in around.elements():
        parts = list(each.elements())
        if each is not labels and each.has_blocks and len(parts) == count:
            return parts
    return []
