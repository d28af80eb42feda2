"""Markdown as clean text, block by block: links as their text, images as their description, no emphasis.

Code, tables and lists keep their Markdown, so that the text can be shown as a page again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.ingestion.mdx import PlainMarkdown

Kind = Literal["text", "code", "table"]

LONGEST: Final = 1200
"""Characters of the longest block of text; a longer one is cut between items or sentences. Code and tables are not."""
_SENTENCE_END: Final = re.compile(r"(?<=[.!?。！？])[\"')\]]*\s+")  # noqa: RUF001 (full stops of Chinese and Japanese)
_EXPLICIT_ANCHOR: Final = re.compile(r"\s*(?:\{#([\w.:-]+)\}|\[\[([\w.:-]+)\]\])\s*")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading with the anchor that its author gave it, if any."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Block:
    """Text that is not to be cut any further.

    Attributes:
        text: Clean Markdown.
        kind: What it is.
        follows_closely: It is a further item of the same list.
    """

    text: str
    kind: Kind
    follows_closely: bool = False


def read_blocks(page: PlainMarkdown) -> Iterator[Heading | Block]:
    """Read a page from top to bottom."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    if not page.indented_code:
        parser.disable("code")
    for node in SyntaxTreeNode(parser.parse(page.text)).children:
        if node.type == "heading":
            yield _heading(node)
        else:
            yield from _blocks(node)


def _heading(node: SyntaxTreeNode) -> Heading:
    text = _inline(node)
    anchor = _EXPLICIT_ANCHOR.search(text)
    clean = _EXPLICIT_ANCHOR.sub(" ", text).strip()
    return Heading(int(node.tag[1:]), clean, (anchor[1] or anchor[2]) if anchor else "")


def _blocks(node: SyntaxTreeNode) -> Iterator[Block]:
    if node.type in {"bullet_list", "ordered_list"}:
        for number, (mark, item) in enumerate(_items(node)):
            yield from _item_blocks(mark, item, further=number > 0)
        return
    text = _text(node)
    if not text:
        return
    kind = _kind(node)
    if len(text) <= LONGEST or kind != "text":
        yield Block(text, kind)
    elif node.type == "blockquote":
        yield from (Block(_quoted(each.text), each.kind) for child in node.children for each in _blocks(child))
    else:
        yield from (Block(each, "text") for each in _cut(text))


def _item_blocks(mark: str, item: SyntaxTreeNode, *, further: bool) -> Iterator[Block]:
    """An item as a whole, or, when it is too long, its parts without their indentation."""
    text = _item(mark, item)
    if len(text) <= LONGEST:
        if text.strip() != mark.strip():
            yield Block(text, _kind(item), follows_closely=further)
        return
    for number, child in enumerate(item.children):
        for each in _blocks(child):
            yield Block(f"{mark}{each.text}" if number == 0 and each.kind == "text" else each.text, each.kind)


def _kind(node: SyntaxTreeNode) -> Kind:
    kinds = {each.type for each in node.walk()}
    if node.type in {"fence", "code_block"}:
        return "code"
    return "table" if kinds & {"table", "fence", "code_block"} else "text"


def _cut(text: str) -> Iterator[str]:
    """Cut at the ends of sentences; what has none is cut between words."""
    part = ""
    for sentence in _SENTENCE_END.split(text):
        for piece in _words(sentence):
            if part and len(part) + len(piece) >= LONGEST * 2 // 3:
                yield part
                part = ""
            part = f"{part} {piece}" if part else piece
    yield part


def _words(sentence: str) -> Iterator[str]:
    while len(sentence) > LONGEST:
        end = sentence.rfind(" ", LONGEST // 2, LONGEST)
        end = end if end > 0 else LONGEST
        yield sentence[:end]
        sentence = sentence[end:].lstrip()
    yield sentence


# --- text of nodes ---------------------------------------------------------------------------------------------------


def _text(node: SyntaxTreeNode) -> str:
    match node.type:
        case "paragraph" | "heading":
            return _inline(node)
        case "fence" | "code_block":
            return _fence(node)
        case "table":
            return _table(node)
        case "blockquote":
            return _quoted(_children(node))
        case "bullet_list" | "ordered_list":
            return "\n".join(_item(mark, item) for mark, item in _items(node))
        case _:
            return ""


def _children(node: SyntaxTreeNode) -> str:
    return "\n\n".join(text for text in map(_text, node.children) if text)


def _inline(node: SyntaxTreeNode) -> str:
    return " ".join("".join(_inline_parts(node)).split())


def _inline_parts(node: SyntaxTreeNode) -> Iterator[str]:
    for child in node.children:
        match child.type:
            case "text":
                yield child.content
            case "code_inline":
                yield _code(child.content)
            case "softbreak" | "hardbreak":
                yield " "
            case "html_inline":
                pass
            case _:
                yield from _inline_parts(child)


def _code(content: str) -> str:
    if "`" in content:
        return f"`` {content} ``"
    return f"`{content}`"


def _fence(node: SyntaxTreeNode) -> str:
    marks = "```"
    while marks in node.content:
        marks += "`"
    language = node.info.split(maxsplit=1)[0] if node.info.strip() else ""
    return f"{marks}{language}\n{node.content.rstrip()}\n{marks}" if node.content.strip() else ""


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n")) if text else ""


def _items(node: SyntaxTreeNode) -> Iterator[tuple[str, SyntaxTreeNode]]:
    first = int(node.attrGet("start") or 1)
    for number, item in enumerate(node.children, first):
        yield ("- " if node.type == "bullet_list" else f"{number}. "), item


def _item(mark: str, item: SyntaxTreeNode) -> str:
    """Nested lists follow their item closely; everything else is a paragraph of its own."""
    text = ""
    for child in item.children:
        part = _text(child)
        gap = "\n" if child.type.endswith("_list") else "\n\n"
        text = f"{text}{gap}{part}" if text and part else text or part
    return mark + text.replace("\n", f"\n{' ' * len(mark)}")


def _table(node: SyntaxTreeNode) -> str:
    rows = [
        [_inline(cell).replace("|", "\\|") for cell in row.children] for part in node.children for row in part.children
    ]
    lines = [f"| {' | '.join(cells)} |" for cells in rows]
    return "\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]])
