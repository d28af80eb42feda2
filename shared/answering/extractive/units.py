"""Blocks as units that are shown whole: a list with its lead-in, a question with its answer, code with its words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from shared.record import record
from shared.retrieval.blocks import Admonition, Code, Definition, List, Paragraph, Question, Table
from shared.retrieval.markdown import markdown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shared.answering.question.asked import Asked
    from shared.retrieval.blocks import Block, Item

QUESTION_MARKS: Final = ("?", "？", "؟")  # noqa: RUF001 (those of Chinese and Arabic)
CONTENTS: Final = re.compile(r"^\W*(?:(?:table of )?contents|on this page|quick navigation|toc)\W*$", re.IGNORECASE)
"""What stands above a list of links to the same page."""


@record
class Unit:
    """Something that is shown whole, or, where it is too long, reduced by its own kind's rules.

    Attributes:
        blocks: One, or a paragraph with the code below it.
        text: As Markdown.
        terms: What of the question it holds, and how (`Asked.placed_in`), and its other stems.
    """

    blocks: tuple[Block, ...]
    text: str
    terms: frozenset[str]

    @property
    def block(self) -> Block:
        """What it mainly is."""
        return self.blocks[-1]

    @property
    def has_code(self) -> bool:
        """Whether there is code in it."""
        return any(map(_has_code, self.blocks))


def units_of(blocks: Sequence[Block], asked: Asked) -> list[Unit]:
    """The units of a section, in order; a question without its answer is none, nor is a list of such."""
    told: list[list[Block]] = []
    for last, block in zip((None, *blocks), blocks, strict=False):
        if only_asks(block) or (isinstance(block, List) and _heads_contents(last)):
            continue
        above = told[-1] if told else None
        if isinstance(block, Code) and not block.caption and above and _introduces(above):
            above.append(block)
        else:
            told.append([block])
    texts = [markdown(each) for each in told]
    return [Unit(tuple(each), text, asked.placed_in(text)) for each, text in zip(told, texts, strict=True)]


def only_asks(block: Block) -> bool:
    """Whether it asks and does not answer; so does a table of contents."""
    match block:
        case Question():
            return not block.blocks
        case List() if CONTENTS.match(block.lead):
            return True
        case List():
            return len(block.items) > 1 and all(
                each.text.endswith(QUESTION_MARKS) and not each.blocks for each in block.items
            )
        case Paragraph():
            return block.text.endswith(QUESTION_MARKS) or bool(CONTENTS.match(block.text))
        case _:
            return False


def _heads_contents(block: Block | None) -> bool:
    return isinstance(block, Paragraph) and bool(CONTENTS.match(block.text))


def lines_of(block: Block) -> Iterator[str]:
    """Its texts that can say something alone, each on a line: prose, items, rows with their head."""
    match block:
        case Paragraph():
            yield block.text
        case List():
            for each in block.items:
                yield each.text
                yield from (line for inner in each.blocks for line in lines_of(inner))
        case Table():
            yield from (row_as_line(block, row) for row in block.rows)
        case Definition():
            first, *rest = block.blocks or (Paragraph(""),)
            yield f"{block.lead} {first.text}" if isinstance(first, Paragraph) else block.term
            yield from (line for inner in rest for line in lines_of(inner))
        case Question() | Admonition():
            yield from (line for inner in block.blocks for line in lines_of(inner))
        case Code():
            if block.caption:
                yield block.caption


def row_as_line(table: Table, row: Sequence[str]) -> str:
    """A row with the names of its columns: `hybrid · 3-year TCO: $89,000`."""
    head = (*table.head, *("" for _ in row))
    cells = [
        f"{name}: {cell}" if name and at else cell
        for at, (name, cell) in enumerate(zip(head, row, strict=False))
        if cell
    ]
    return " · ".join(cells)


def _introduces(above: Sequence[Block]) -> bool:
    return len(above) == 1 and isinstance(above[0], Paragraph)


def _has_code(block: Block | Item) -> bool:
    match block:
        case Code():
            return True
        case List():
            return any(map(_has_code, block.items))
        case Paragraph() | Table():
            return False
        case _:
            return any(map(_has_code, block.blocks))
