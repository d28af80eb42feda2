"""What stands on one line of Markdown: text and code; links and emphasis give their text, images their description."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from infra.ingestion.pictures import description

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.tree import SyntaxTreeNode

LONGEST_TERM: Final = 60
_EXPLAINED: Final = re.compile(r"^(?P<more>\s*\([^()]*\))?\s*(?:[:：]|\s[-–—])\s+(?=\S)")  # noqa: RUF001 (other scripts)
"""What stands between a term and what it is: a colon or a dash, after further names in brackets."""


def inline(node: SyntaxTreeNode) -> str:
    """Give the text of a paragraph, a heading or a cell, on one line."""
    return " ".join("".join(_parts(node)).split())


def heading_text(node: SyntaxTreeNode) -> str:
    """Give the text of a heading: pictures beside words are badges, whose descriptions name nothing."""
    return " ".join("".join(_parts(node, has_images=False)).split()) or inline(node)


def leading_term(node: SyntaxTreeNode) -> tuple[str, str] | None:
    """Give the bold words or the code that a paragraph begins with and explains, and the explanation."""
    spans = [each for child in node.children for each in child.children if each.type != "text" or each.content]
    if not spans or spans[0].type not in {"strong", "code_inline"}:
        return None
    term, rest = "".join(_span(spans[0])).strip(), "".join(part for each in spans[1:] for part in _span(each))
    if term.endswith((":", "：")):  # noqa: RUF001 (the colon of Chinese and Japanese)
        term, rest = term[:-1].rstrip(), f": {rest.lstrip()}"
    explained = _EXPLAINED.match(rest)
    if explained is None or not term or len(term) > LONGEST_TERM:
        return None
    return term + (explained["more"] or ""), " ".join(rest[explained.end() :].split())


def _parts(node: SyntaxTreeNode, *, has_images: bool = True) -> Iterator[str]:
    for child in node.children:
        yield from _span(child, has_images=has_images)


def _span(node: SyntaxTreeNode, *, has_images: bool = True) -> Iterator[str]:
    match node.type:
        case "text":
            yield node.content
        case "code_inline":
            yield _code(node.content)
        case "softbreak" | "hardbreak":
            yield " "
        case "html_inline":
            pass
        case "image":
            yield description("".join(_parts(node))) if has_images else ""
        case _:
            yield from _parts(node, has_images=has_images)


def _code(content: str) -> str:
    if "`" in content:
        return f"`` {content} ``"
    return f"`{content}`"
