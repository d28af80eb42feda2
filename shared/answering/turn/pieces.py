"""A finished answer cut into what may be shown one after the other: joined, the pieces are the answer again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from shared.answering.extractive.sentences import BREAK, GLUE
from shared.retrieval.markup import CODE_SPAN

if TYPE_CHECKING:
    from collections.abc import Iterator

FENCE: Final = re.compile(r"\s*(`{3,}|~{3,})")
ITEM: Final = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s")
MARKS: Final = re.compile(r"(?:\[\d+\]\s*)*")
SPACE: Final = (" ", "\t")
LINED: Final = ("|", ">")
"""How all lines of a table begin, and all of a quote."""


def pieces(text: str) -> Iterator[str]:
    """Sentences, items of lists, closed blocks of code, tables; each with the space that follows it."""
    for block in _blocks(text):
        if "\n" in block.strip() or FENCE.match(block) or ITEM.match(block) or block.startswith((*LINED, "#")):
            yield block
        else:
            yield from _sentences(block)


def _blocks(text: str) -> Iterator[str]:
    """Lines that must not be torn apart: code from fence to fence, an item with what is indented below it, a table."""
    block, fence, closed = "", "", False
    for line in text.splitlines(keepends=True):
        marks = FENCE.match(line)
        if fence:
            closed = bool(marks) and line.strip().startswith(fence) and line.strip() == marks[1]
            block, fence = block + line, "" if closed else fence
            continue
        if block and _begins(line, block, closed=closed):
            yield block
            block, closed = "", False
        block, fence = block + line, marks[1] if marks else ""
    if block:
        yield block


def _begins(line: str, block: str, *, closed: bool) -> bool:
    """Whether something of its own begins with this line; a blank one belongs to what it follows."""
    if not line.strip():
        return False
    ended = not block.splitlines()[-1].strip()
    if line.startswith(SPACE):
        return ended and not block.startswith(SPACE) and not ITEM.match(block)
    if closed or ended or line.startswith("#") or block.startswith("#") or ITEM.match(line) or FENCE.match(line):
        return True
    return line.startswith(LINED) != block.startswith(LINED)


def _sentences(block: str) -> Iterator[str]:
    """Each with the space behind it; a code span is never cut, and a mark such as `[1]` stays with its sentence."""
    glued = CODE_SPAN.sub(lambda span: span.group().replace(" ", GLUE), block)
    start = 0
    for found in BREAK.finditer(glued):
        marks = MARKS.match(glued, found.end())
        end = marks.end() if marks else found.end()
        if start < end < len(glued):
            yield block[start:end]
            start = end
    yield block[start:]
