"""What stands in a line: its words, code in backticks, formulas, and the descriptions of its images."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from infra.ingestion.html.names import BADGE, BLOCKS, HEADINGS, INVISIBLE, PERMANENT_LINK, SYMBOLS_OF_LINKS
from infra.ingestion.html.tree import Element, cleaned
from infra.ingestion.pictures import description

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_NAMES: Final = frozenset({"dt", *HEADINGS})
_SIGNS: Final = {"msup": "^", "msub": "_", "mfrac": "/"}
_TEX: Final = "application/x-tex"


_WITHIN: Final = re.compile(r"([(\[]) ")
_BEFORE: Final = re.compile(r" (?=[,)\]]|\( ?\S)")


def line(element: Element) -> str:
    """Give all that stands in an element as one line."""
    return cleaned(_inside(element))


def line_of(children: list[Element | str]) -> str:
    """Give some children of an element as one line."""
    return cleaned("".join(map(_part, children)))


def heading_line(element: Element) -> str:
    """Without badges, unless there is nothing else. A theme may put the whole heading into its permanent link."""
    bare = _without_badges(element)
    return line(bare) or cleaned(bare.raw_text()) or line(element)


def _without_badges(element: Element) -> Element:
    copy = replace(element, children=[])
    for child in element.children:
        if isinstance(child, str):
            copy.children.append(child)
        elif not _is_badge(child):
            copy.children.append(replace(_without_badges(child), parent=copy))
    return copy


def _is_badge(element: Element) -> bool:
    return element.tag == "img" or "badge" in element.tag or BADGE.search(element.classes) is not None


def _part(child: Element | str) -> str:
    if isinstance(child, str):
        return child
    written = _WRITTEN.get(child.tag)
    return written(child) if written else _of_several(child)


def _of_several(element: Element) -> str:
    if element.tag == "span" and "katex" in element.classes.split():
        return _formula(element)
    if (is_permanent_link(element) and not _is_all_of_its_name(element)) or _is_footnote_mark(element):
        return ""
    text = _inside(element)
    return f" {text} " if element.tag in BLOCKS else text


def _inside(element: Element) -> str:
    return "".join(map(_part, element.children))


def _code(element: Element) -> str:
    content = cleaned(element.raw_text())
    return quoted(content) if content else ""


def quoted(content: str) -> str:
    """Code within a line."""
    return f"`` {content} ``" if "`" in content else f"`{content}`"


def declared(text: str) -> str:
    """A declaration in one line, as people write it: no space within brackets nor before commas."""
    return _BEFORE.sub("", _WITHIN.sub(r"\1", cleaned(text)))


def _lines(element: Element) -> str:
    """A block of code where only a line can stand: each of its lines as code."""
    lines = (each.translate(INVISIBLE).rstrip() for each in element.raw_text().split("\n"))
    return " " + " ".join(quoted(each) for each in lines if each.strip()) + " "


def _checkbox(element: Element) -> str:
    if element.attributes.get("type") != "checkbox":
        return ""
    return "[x] " if "checked" in element.attributes else "[ ] "


def _formula(element: Element) -> str:
    """As its author wrote it, where the page says so; else symbol by symbol."""
    source = next((each for each in element.within() if each.attributes.get("encoding") == _TEX), None)
    if source is not None:
        return f"${cleaned(source.raw_text())}$"
    symbols = element if element.tag == "math" else element.find("math") or element
    return cleaned(_symbols(symbols))


def _symbols(element: Element) -> str:
    sign = _SIGNS.get(element.tag, "")
    parts = (each if isinstance(each, str) else _symbols(each) for each in element.children)
    return f" {sign} ".join(part for part in parts if part.strip()) if sign else " ".join(parts)


def is_permanent_link(element: Element) -> bool:
    """Whether it only links to the place where it stands."""
    if element.tag != "a":
        return False
    symbol = "".join(element.raw_text().translate(INVISIBLE).split()).strip("\ufe0e\ufe0f")
    if symbol in SYMBOLS_OF_LINKS:
        return True
    return PERMANENT_LINK.search(element.classes) is not None


def _is_all_of_its_name(link: Element) -> bool:
    """Whether a heading or a term is the link to itself, as in manual pages, and not followed by one."""
    above = link.parent
    if above is None or above.tag not in _NAMES:
        return False
    text = "".join(above.raw_text().split())
    return text not in SYMBOLS_OF_LINKS and text == "".join(link.raw_text().split())


def _is_footnote_mark(element: Element) -> bool:
    if element.tag != "sup":
        return False
    link = element.find("a")
    mark = cleaned(element.raw_text()).strip("[]()")
    return link is not None and link.attributes.get("href", "").startswith("#") and (mark.isdigit() or not mark)


_WRITTEN: Final[Mapping[str, Callable[[Element], str]]] = {
    "code": _code,
    "tt": _code,
    "pre": _lines,
    "img": lambda image: f" {description(image.attributes.get('alt', ''))} ",
    "br": lambda _: " ",
    "hr": lambda _: " ",
    "wbr": lambda _: "",
    "math": _formula,
    "mjx-container": _formula,
    "input": _checkbox,
    "q": lambda quotation: f'"{_inside(quotation)}"',
}
