"""A page's main content as headings and blocks, from top to bottom."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from infra.ingestion import folded
from infra.ingestion.form import Heading
from infra.ingestion.html.anchors import anchor_of
from infra.ingestion.html.apart import announcing, kind_of, named, paragraph, together, without_headings
from infra.ingestion.html.code import code_block, code_in_table, is_title, title_in_table
from infra.ingestion.html.inline import declared, heading_line, line, line_of, quoted
from infra.ingestion.html.lists import is_object, joined, pairs_of, start_of
from infra.ingestion.html.names import (
    ADMONITION,
    ADMONITION_TITLE,
    BLOCKS,
    HEADINGS,
    SIGNATURE,
)
from infra.ingestion.html.tables import cells_of, is_layout, rows_of, table_block, taken_from
from infra.ingestion.html.tabs import is_panel, tabs_of
from infra.ingestion.html.tree import Element
from shared.retrieval.blocks import Definition, Item, List, Paragraph, Table

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from infra.ingestion.form import Content
    from shared.retrieval.blocks import Block

_LISTS: Final = frozenset({"ul", "ol", "menu"})
_LOWEST: Final = 6


def contents(tree: Element, ids: Collection[str], language: str) -> Iterator[Content]:
    """Read a tree.

    Args:
        tree: The main content.
        ids: All ids of the page, also those outside the main content.
        language: Two-letter code; names of admonitions are added in English only.
    """
    return _Walk(tree, ids, language).flow(tree)


class _Walk:
    def __init__(self, tree: Element, ids: Collection[str], language: str) -> None:
        self._ids, self._language = ids, language
        self._tabs = tabs_of(tree)
        self._caption = ""
        self._depth = 0

    def flow(self, element: Element) -> Iterator[Content]:
        """Runs of inline text are paragraphs."""
        run: list[Element | str] = []
        before: Element | None = None
        for child in element.children:
            if isinstance(child, str) or self._is_inline(child):
                run.append(child)
                continue
            marks = [each for each in run if isinstance(each, Element)]
            before = before if not run or line_of(run) else marks[-1] if marks else before
            yield from paragraph(run)
            run = []
            yield from self._block(child, before)
            before = child
        yield from paragraph(run)

    def _is_inline(self, element: Element) -> bool:
        if element.tag in BLOCKS or element.role == "tablist" or is_panel(element) or is_title(element):
            return False
        return element not in self._tabs.labels and (element.tag in {"code", "math"} or not element.has_blocks)

    def _block(self, element: Element, before: Element | None) -> Iterator[Content]:
        if element in self._tabs.labels or element.role == "tablist":
            return iter(())
        if element in self._tabs.titles:
            return self._panel(element)
        if element.tag in HEADINGS:
            return self._heading(element, before)
        if self._is_title_of_code(element):
            return self._titled(element)
        return self._by_tag(element)

    def _by_tag(self, element: Element) -> Iterator[Content]:
        match element.tag:
            case "pre":
                return self._code(element)
            case "table":
                return self._table(element)
            case "ul" | "ol" | "menu":
                return self._list(element)
            case "dl":
                return self._definitions(element)
            case "hr":
                return iter(())
            case _:
                return self._set_apart(element)

    def _set_apart(self, element: Element) -> Iterator[Content]:
        if element.tag == "details":
            return self._folded(element)
        kind = kind_of(element.classes) if ADMONITION.search(element.classes) else ""
        if kind:
            return self._admonition(element, kind)
        return self._within(element, "", "") if element.tag == "blockquote" else self.flow(element)

    def _heading(self, element: Element, before: Element | None) -> Iterator[Content]:
        if text := heading_line(element):
            yield Heading(HEADINGS[element.tag], text, anchor_of(element, before, self._ids))

    def _panel(self, element: Element) -> Iterator[Content]:
        title = self._tabs.titles.pop(element)
        inside = self._block(element, None) if element.tag == "pre" else self.flow(element)
        return together(list(inside), "", title)

    def _folded(self, element: Element) -> Iterator[Content]:
        said = next((each for each in element.elements() if each.tag == "summary"), None)
        title = line(said) if said is not None else ""
        if said is None or not folded.says_what_it_is(title):
            yield from self.flow(element)
            return
        element.children = [each for each in element.children if each is not said]
        yield from folded.section(title, element.id or said.id, self.flow(element))

    # --- code

    def _is_title_of_code(self, element: Element) -> bool:
        if element.tag == "figcaption" and element.parent is not None and element.parent.find("pre") is not None:
            return True
        return not element.has_blocks and is_title(element)

    def _titled(self, element: Element) -> Iterator[Content]:
        """The name of a file or a terminal, which is the caption of the code below it."""
        self._caption = line(element)
        return iter(())

    def _code(self, element: Element) -> Iterator[Block]:
        block = code_block(element, announcing(self._caption))
        self._caption = ""
        if block is not None:
            yield block

    def _table(self, element: Element) -> Iterator[Content]:
        code = code_in_table(element)
        if code is not None:
            self._caption = title_in_table(element) or self._caption
            yield from self._code(code)
        elif SIGNATURE.search(element.classes):
            parts = (cell.raw_text() for row in rows_of(element) for cell in cells_of(row))
            yield Paragraph(quoted(declared(" ".join(parts))))
        elif is_layout(element):
            for row in rows_of(element):
                yield from self._placed(list(cells_of(row)))
        else:
            inner = list(taken_from(element))
            block = table_block(element)
            yield from [] if block is None else [block]
            for row, table in inner:
                yield from self._inner(row, table)

    def _placed(self, cells: list[Element]) -> Iterator[Content]:
        """What stands beside each other is one line, unless there are blocks in it."""
        if any(each.has_blocks for each in cells):
            for cell in cells:
                yield from self.flow(cell)
        else:
            yield from paragraph([part for cell in cells for part in (*cell.children, " ")])

    def _inner(self, row: str, table: Element) -> Iterator[Content]:
        """A table from the cell of another says of which row it speaks."""
        for each in self._table(table):
            yield replace(each, lead=announcing(row)) if isinstance(each, Table) and not each.lead else each

    # --- lists

    def _list(self, element: Element) -> Iterator[Content]:
        """A list whose items have headings is no list to its readers, but sections."""
        if element.find("h1", "h2", "h3", "h4") is not None or not any(each.tag == "li" for each in element.elements()):
            yield from self.flow(element)
            return
        items = tuple(self._items(element))
        if items:
            yield List(items, start=start_of(element) if element.tag == "ol" else None)

    def _items(self, element: Element) -> Iterator[Item]:
        """What stands in a list but in none of its items belongs to the one above."""
        last: Item | None = None
        for child in element.children:
            if isinstance(child, Element) and child.tag == "li":
                yield from [last] if last else []
                last = self._item(child)
            elif below := without_headings(self.flow(Element("li", children=[child]))):
                last = replace(last or Item(""), blocks=(*(last.blocks if last else ()), *below))
        yield from [last] if last else []

    def _item(self, element: Element) -> Item | None:
        inside = without_headings(self.flow(element))
        first = inside[0] if inside else None
        if not isinstance(first, Paragraph):
            return Item("", tuple(inside)) if inside else None
        return Item(first.text, tuple(inside[1:]))

    def _definitions(self, element: Element) -> Iterator[Content]:
        """Objects of a reference have ids of their own: each is a section, as its readers link to it."""
        terms: list[Element] = []
        depth = self._depth
        for child in joined(pairs_of(element)):
            if child.tag == "dt" and is_object(child):
                self._depth += not terms
                terms = [child]
                yield Heading(_LOWEST + self._depth, heading_line(child), child.id)
            elif child.tag == "dt":
                terms.append(child)
            elif terms and is_object(terms[0]):
                yield from self.flow(child)
                self._depth, terms = depth, []
            else:
                yield from self._definition(terms, child)
                terms = []
        self._depth = depth
        yield from (Paragraph(text) for each in terms if not is_object(each) and (text := line(each)))

    def _definition(self, terms: list[Element], meaning: Element) -> Iterator[Content]:
        term = ", ".join(text for each in terms if (text := line(each).rstrip(":")))
        inside = list(self.flow(meaning))
        if not term or any(isinstance(each, Heading) for each in inside):
            yield from paragraph([term])
            yield from inside
        else:
            yield Definition(term, tuple(without_headings(inside)), next((each.id for each in terms if each.id), ""))

    # --- what is set apart

    def _admonition(self, element: Element, kind: str) -> Iterator[Content]:
        title = next((each for each in element.within() if ADMONITION_TITLE.search(each.classes)), None)
        text = line(title) if title is not None else element.attributes.get("aria-label", "")
        if title is not None and title.parent is not None:
            title.parent.children = [each for each in title.parent.children if each is not title]
        return self._within(element, *named(kind, text, is_english=self._language.startswith("en")))

    def _within(self, element: Element, label: str, title: str) -> Iterator[Content]:
        return together(list(self.flow(element)), label, title)
