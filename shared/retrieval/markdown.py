"""Blocks as Markdown, which is what the models read, what a chat page renders and what agents are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.retrieval.blocks import Admonition, Code, Definition, List, Paragraph, Question, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from shared.retrieval.blocks import Block, Item


def markdown(blocks: Iterable[Block]) -> str:
    """The blocks, a blank line between them."""
    return "\n\n".join(filter(None, map(one, blocks)))


def one(block: Block) -> str:  # noqa: PLR0911 (one a kind)
    """One block with what announces it."""
    match block:
        case Paragraph():
            return block.text
        case List():
            return _below(block.lead, "\n".join(items(block)))
        case Code():
            return _below(block.caption, fenced(block))
        case Table():
            return _below(block.lead, "\n".join(_rows(block)))
        case Question():
            return _below(block.text, markdown(block.blocks))
        case Definition():
            return f"{block.lead} {markdown(block.blocks)}" if block.blocks else block.term
        case Admonition():
            return _admonition(block)


def items(block: List) -> Iterator[str]:
    """Each item with its mark, and what belongs to it indented below."""
    for number, each in enumerate(block.items, block.start or 0):
        yield item("- " if block.start is None else f"{number}. ", each)


def item(mark: str, found: Item) -> str:
    """Nested lists follow their item closely; everything else is a paragraph of its own."""
    text = found.text
    for block in found.blocks:
        part = one(block)
        gap = "\n" if isinstance(block, List) and not block.lead else "\n\n"
        text = f"{text}{gap}{part}" if text and part else text or part
    return mark + text.replace("\n", f"\n{' ' * len(mark)}")


def fenced(block: Code) -> str:
    """Between fences that are longer than any in the code."""
    marks = "```"
    while marks in block.text:
        marks += "`"
    return f"{marks}{block.language}\n{block.text}\n{marks}"


def row(cells: Sequence[str]) -> str:
    """A row of a table."""
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _rows(block: Table) -> Iterator[str]:
    head = block.head or ("",) * max((len(each) for each in block.rows), default=1)
    yield row(head)
    yield "|" + " --- |" * len(head)
    yield from map(row, block.rows)


def _admonition(block: Admonition) -> str:
    text = markdown(block.blocks)
    if not block.label and not block.title:
        return "\n".join(f"> {line}".rstrip() for line in text.split("\n")) if text else ""
    if block.title:
        return _below(f"{block.label}: {block.title}" if block.label else f"{block.title}:", text)
    closely = block.blocks and isinstance(block.blocks[0], Paragraph)
    return f"{block.label}: {text}" if closely else _below(f"{block.label}:", text)


def _below(lead: str, text: str) -> str:
    return f"{lead}\n\n{text}" if lead and text else lead or text
