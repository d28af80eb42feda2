"""Blocks as they may be shown: no text holds a link, an image, HTML or anything invisible, whatever the page held.

It is done once, when a page is ingested, so that a function has nothing to clean while a reader waits.
"""

from __future__ import annotations

from dataclasses import replace

from shared.retrieval.blocks import Admonition, Block, Code, Definition, Item, List, Paragraph, Question, Table
from shared.retrieval.markup import INVISIBLE, inline


def safe_text(text: str) -> str:
    """One line of Markdown that is safe to show."""
    return inline(text)


def safe(block: Block) -> Block:  # noqa: PLR0911 (one a kind)
    """The block, safe to show."""
    match block:
        case Paragraph():
            return Paragraph(inline(block.text))
        case List():
            return replace(block, lead=inline(block.lead), items=tuple(map(_item, block.items)))
        case Code():
            return replace(block, caption=inline(block.caption), text=INVISIBLE.sub("", block.text))
        case Table():
            rows = tuple(tuple(map(inline, row)) for row in block.rows)
            return replace(block, lead=inline(block.lead), head=tuple(map(inline, block.head)), rows=rows)
        case Question():
            return Question(inline(block.text), _blocks(block.blocks))
        case Definition():
            return replace(block, term=inline(block.term), blocks=_blocks(block.blocks))
        case Admonition():
            return Admonition(_blocks(block.blocks), inline(block.label), inline(block.title))


def _item(item: Item) -> Item:
    return Item(inline(item.text), _blocks(item.blocks), inline(item.term))


def _blocks(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    return tuple(map(safe, blocks))
