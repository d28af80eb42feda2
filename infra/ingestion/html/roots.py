"""Where a page's own text stands: what its theme marks, its title included, and its notes at the foot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from infra.ingestion.html.names import NOTES, ROOTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from selectolax.lexbor import LexborHTMLParser, LexborNode

_MARKED: Final = ROOTS[0]
_ARTICLES: Final = frozenset({"main article", "article"})
_FRAMES: Final = frozenset({"header", "nav", "aside", "footer", "body", "html"})


def roots_of(parser: LexborHTMLParser) -> list[LexborNode]:
    """The surest place; a page may mark several parts of it, and its notes may stand below."""
    found = _marked(parser)
    return [*found, *_outermost([each for each in parser.css(NOTES) if not _is_within(each, found)])]


def _marked(parser: LexborHTMLParser) -> list[LexborNode]:
    for selector in ROOTS:
        found = parser.css(selector)
        if found and selector == _MARKED:
            return _outermost(found)
        if found and selector in _ARTICLES:
            return [_with_title(parser, _around(_outermost(found)))]
        if found:
            return found[:1]
    return []


def _around(articles: Sequence[LexborNode]) -> LexborNode:
    """What holds all of several articles."""
    first, *others = articles
    return next((each for each in _upwards(first) if all(_holds(each, other) for other in others)), first)


def _with_title(parser: LexborHTMLParser, root: LexborNode) -> LexborNode:
    """What also holds the page's title, unless that stands in a frame, which calls all pages by the site's name."""
    title = parser.css_first("h1")
    if title is None or root.css_first("h1") is not None:
        return root
    above = next(each for each in _upwards(root) if _holds(each, title) or each.parent is None)
    framed = any(each.tag in _FRAMES and _holds(above, each) for each in _upwards(title))
    return root if framed or above.tag in _FRAMES else above


def _outermost(nodes: list[LexborNode]) -> list[LexborNode]:
    return [each for each in nodes if not _is_within(each, nodes)]


def _is_within(node: LexborNode, others: Sequence[LexborNode]) -> bool:
    around = {each.mem_id for each in others}
    return any(each.mem_id in around for each in _upwards(node) if each.mem_id != node.mem_id)


def _holds(node: LexborNode, other: LexborNode) -> bool:
    return any(each.mem_id == node.mem_id for each in _upwards(other))


def _upwards(node: LexborNode) -> Iterator[LexborNode]:
    """Itself, and what it stands in."""
    above: LexborNode | None = node
    while above is not None:
        yield above
        above = above.parent
