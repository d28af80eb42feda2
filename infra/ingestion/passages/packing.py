"""A section's blocks packed into passages: as many characters as the model reads, cut only where a reader would."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias

from infra.ingestion.form import LONGEST_TEXT
from infra.ingestion.passages.cutting import cut
from shared.retrieval.blocks import Admonition, Code, Definition, List, Paragraph, Question, Table
from shared.retrieval.markdown import markdown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shared.retrieval.blocks import Block, Item

TARGET: Final = 800
"""Characters of a passage: as many as MiniLM reads, and few enough that several passages fit an answer."""
SHORT: Final = 200
"""Characters of text that only introduces the code after it, and stays with it however long that is."""
GLOSSARY: Final = re.compile(
    r"\b(?:glossary|terminology|vocabulary|definitions|abbreviations|acronyms|glossar|begriffe|glosario|glossaire)\b",
    re.IGNORECASE,
)
OPTIONS: Final = re.compile(
    r"\b(?:options|flags|switches|arguments|parameters|settings|variables|fields|properties)\b", re.IGNORECASE
)
"""Headings of lists that people look one entry up in."""
MANY_OPTIONS: Final = 5
"""Terms of code in one list that are options, whatever its heading says."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What is not to be cut any further.

    Attributes:
        block: It, or a part of it that can stand alone.
        origin: The place of the block that it was cut from; neighbours of one origin become one block again.
        alone: It is a term of a glossary, and its own passage.
    """

    block: Block
    origin: int
    alone: bool = False

    @property
    def size(self) -> int:
        """Characters."""
        return len(markdown([self.block]))

    @property
    def is_text(self) -> bool:
        """Whether it holds neither code nor a table, which are not cut for the sake of a passage's size."""
        return not _holds_code(self.block)


Part: TypeAlias = "Sequence[Piece]"


def packed(blocks: Sequence[Block], heading_path: Sequence[str]) -> Iterator[Part]:
    """The section's passages, each a run of pieces."""
    pieces = [
        Piece(each, origin, alone)
        for origin, block in enumerate(blocks)
        for alone in [_is_glossary(origin, blocks, heading_path)]
        for each in cut(block)
    ]
    part: list[Piece] = []
    size = 0
    for piece in pieces:
        if part and (piece.alone or part[-1].alone or size + piece.size > _room(size, piece)):
            yield part
            part, size = [], 0
        part.append(piece)
        size += piece.size
    if part:
        yield part


def joined(part: Part) -> tuple[Block, ...]:
    """The blocks of a passage; what was cut from one block and stands together is one again."""
    blocks: list[tuple[int, Block]] = []
    for piece in part:
        again = _again(blocks[-1][1], piece.block) if blocks and blocks[-1][0] == piece.origin else None
        if again is None:
            blocks.append((piece.origin, piece.block))
        else:
            blocks[-1] = (piece.origin, again)
    return tuple(block for _, block in blocks)


def _room(size: int, piece: Piece) -> float:
    """Code and tables may make a passage longer: the text before them says what they are."""
    if piece.is_text:
        return TARGET
    return float("inf") if size <= SHORT else LONGEST_TEXT


def _holds_code(block: Block | Item) -> bool:
    match block:
        case Code() | Table():
            return True
        case Paragraph():
            return False
        case List():
            return any(map(_holds_code, block.items))
        case _:
            return any(map(_holds_code, block.blocks))


# --- glossaries ------------------------------------------------------------------------------------------------------


def _is_glossary(at: int, blocks: Sequence[Block], heading_path: Sequence[str]) -> bool:
    """Whether people look single terms up in it: its headings say so, its terms are options or have addresses."""
    block = blocks[at]
    if isinstance(block, List) and block.start is None:
        terms, lead = [each.term for each in block.items], block.lead
    elif isinstance(block, Definition):
        terms, lead = [each.term for each in blocks if isinstance(each, Definition)], ""
    else:
        return False
    if isinstance(block, Definition) and block.anchor:
        return True
    if all(each.startswith("`") for each in terms):
        return len(terms) >= MANY_OPTIONS or (len(terms) > 1 and bool(OPTIONS.search(f"{heading_path[-1]} {lead}")))
    named = GLOSSARY.search(f"{heading_path[0]} {heading_path[-1]} {lead}")
    return len(terms) > 1 and all(terms) and bool(named)


# --- joining ---------------------------------------------------------------------------------------------------------


def _again(above: Block, below: Block) -> Block | None:
    """Two parts of one block as one; None for what stands beside each other."""
    match above, below:
        case List(), List():
            return replace(above, items=(*above.items, *below.items))
        case Table(), Table():
            return replace(above, rows=(*above.rows, *below.rows))
        case Code(), Code():
            return replace(above, text=f"{above.text}\n\n{below.text}")
        case (Admonition(), Admonition()) | (Question(), Question()) | (Definition(), Definition()):
            return replace(above, blocks=(*above.blocks, *below.blocks))
        case _:
            return None
