"""Blocks cut where a reader would cut them: between items, rows, sentences and lines of code."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from infra.ingestion.form import LONGEST_CODE, LONGEST_TEXT
from shared.retrieval.blocks import Code, List, Paragraph, Table
from shared.retrieval.markdown import markdown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from shared.retrieval.blocks import Block

_SENTENCE_END: Final = re.compile(r"(?<=[.!?。！？])[\"')\]]*\s+")  # noqa: RUF001 (full stops of Chinese and Japanese)


def cut(block: Block) -> Iterator[Block]:
    """Parts of at most LONGEST_TEXT characters, or LONGEST_CODE of code; most blocks are one."""
    match block:
        case Paragraph():
            yield from map(Paragraph, _sentences(block.text))
        case Code():
            yield from (replace(block, text=each) for each in _lines(block.text))
        case Table():
            yield from _row_groups(block)
        case List():
            yield from _items(block)
        case _ if not block.blocks or len(markdown([block])) <= LONGEST_TEXT:
            yield block
        case _:
            parts = _packed_within([each for inner in block.blocks for each in cut(inner)])
            yield from (replace(block, blocks=tuple(each)) for each in parts)


def _items(block: List) -> Iterator[Block]:
    """Each item as a list of its own that knows its number; what is too long for one follows without its mark."""
    for number, item in enumerate(block.items):
        start = None if block.start is None else block.start + number
        lead = "" if number else block.lead
        one = List((item,), lead, start)
        if len(markdown([one])) <= LONGEST_TEXT or not item.blocks:
            yield from _short_items(one)
        else:
            yield from _short_items(List((replace(item, blocks=()),), lead, start)) if item.text or lead else ()
            for each in item.blocks:
                yield from cut(each)


def _short_items(one: List) -> Iterator[Block]:
    first, *rest = _sentences(one.items[0].text)
    yield replace(one, items=(replace(one.items[0], text=first),))
    yield from map(Paragraph, rest)


def _packed_within(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    part: list[Block] = []
    for block in blocks:
        if part and len(markdown([*part, block])) > LONGEST_TEXT:
            yield part
            part = []
        part.append(block)
    if part:
        yield part


def _row_groups(block: Table) -> Iterator[Table]:
    """Every group of rows keeps the head, without which it says nothing."""
    rows: list[tuple[str, ...]] = []
    size = 0
    for row in block.rows:
        size += sum(map(len, row)) + 3 * len(row)
        if rows and size > LONGEST_TEXT:
            yield replace(block, rows=tuple(rows))
            rows, size = [], sum(map(len, row))
        rows.append(row)
    yield replace(block, rows=tuple(rows))


def _lines(code: str) -> Iterator[str]:
    """Cut where a line is empty, if one is near the end of the room, else at any line, else within the line."""
    while len(code) > LONGEST_CODE:
        blank = code.rfind("\n\n", LONGEST_CODE // 2, LONGEST_CODE)
        end = blank if blank > 0 else code.rfind("\n", 1, LONGEST_CODE)
        end = end if end > 0 else LONGEST_CODE
        yield code[:end].rstrip("\n")
        code = code[end:].lstrip("\n")
    yield code


def _sentences(text: str) -> Iterator[str]:
    """Cut at the ends of sentences; what has none is cut between words."""
    if len(text) <= LONGEST_TEXT:
        yield text
        return
    part = ""
    for sentence in _SENTENCE_END.split(text):
        for piece in _words(sentence):
            if part and len(part) + len(piece) >= LONGEST_TEXT * 2 // 3:
                yield part
                part = ""
            part = f"{part} {piece}" if part else piece
    yield part


def _words(sentence: str) -> Iterator[str]:
    while len(sentence) > LONGEST_TEXT:
        end = sentence.rfind(" ", LONGEST_TEXT // 2, LONGEST_TEXT)
        end = end if end > 0 else LONGEST_TEXT
        yield sentence[:end]
        sentence = sentence[end:].lstrip()
    yield sentence
