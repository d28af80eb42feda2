"""Blocks as readers of any format yield them, put together as people read them.

A sentence that announces a list, a table or code belongs to it; so does the answer to its question, and a label
("Cause:") to what it labels.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from infra.ingestion.passages.diagrams import is_diagram
from shared.retrieval.blocks import Admonition, Code, Definition, List, Paragraph, Question, Table
from shared.retrieval.markdown import one

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shared.retrieval.blocks import Block

LONGEST_LEAD: Final = 240
LABEL: Final = 60
"""Characters of the longest text without a full stop that still only announces what is below it."""

NUMBERED: Final = re.compile(r"(?:question|frage|q)\s*\d+\s*[:.)]", re.IGNORECASE)
ASKED: Final = re.compile(r"(?:question|q)\s*[:.]", re.IGNORECASE)
COLONS: Final = (":", "：")  # noqa: RUF001 (the colon of Chinese and Japanese)
QUESTION_MARKS: Final = ("?", "？", "؟")  # noqa: RUF001 (those of Chinese and Arabic)
FULL_STOPS: Final = (".", "!", "?", "。", "！", "？", "؟", "।", "…", ";", ",")  # noqa: RUF001 (as above)


def arranged(blocks: Iterable[Block]) -> list[Block]:
    """The same content, without sources of diagrams; what belongs together is one block."""
    together: list[Block] = []
    for each in blocks:
        below = _within(each)
        if is_diagram(below) or _is_emptied(each, below):
            continue
        above = together[-1] if together else None
        joined = _joined(above, below) if above else None
        if joined is None:
            together.append(below)
        else:
            together[-1] = joined
    return _answered(together)


def _is_emptied(before: Block, after: Block) -> bool:
    """Whether something set apart held diagrams alone."""
    return isinstance(before, Admonition) and isinstance(after, Admonition) and bool(before.blocks) and not after.blocks


def _within(block: Block) -> Block:
    match block:
        case List():
            return replace(block, items=tuple(replace(each, blocks=_tuple(each.blocks)) for each in block.items))
        case Admonition() | Question() | Definition():
            return replace(block, blocks=_tuple(block.blocks))
        case _:
            return block


def _tuple(blocks: Sequence[Block]) -> tuple[Block, ...]:
    return tuple(arranged(blocks)) if blocks else ()


def _joined(above: Block, below: Block) -> Block | None:
    """The lower block with the upper one as what announces it, or None where they are two."""
    if not isinstance(above, Paragraph) or not _announces(above.text):
        return None
    match below:
        case List() | Table() if not below.lead:
            return replace(below, lead=above.text)
        case Code() if not below.caption:
            return replace(below, caption=above.text)
        case _:
            return None


def _announces(text: str) -> bool:
    if text.endswith(COLONS):
        return len(text) <= LONGEST_LEAD
    return len(text) <= LABEL and not text.endswith(FULL_STOPS)


def _answered(blocks: Sequence[Block]) -> list[Block]:
    """Each question with what follows it, up to the next one."""
    told: list[Block] = []
    for each in blocks:
        question = _question(each)
        if question:
            told.append(question)
        elif told and isinstance(told[-1], Question) and _answers(told[-1], each):
            told[-1] = replace(told[-1], blocks=(*told[-1].blocks, each))
        else:
            told.append(each)
    return told


def _question(block: Block) -> Question | None:
    """A paragraph that asks: by its number ("Question 3: …", "Q: …"), or by being nothing but a question."""
    if not isinstance(block, Paragraph | Definition):
        return None
    text = one(block)
    if NUMBERED.match(text) or ASKED.match(text):
        return Question(text)
    is_short = isinstance(block, Paragraph) and len(text) <= LONGEST_LEAD
    return Question(text) if is_short and text.endswith(QUESTION_MARKS) else None


def _answers(question: Question, block: Block) -> bool:
    """Numbered questions are answered up to the next one; others by the block below them alone."""
    if NUMBERED.match(question.text) or ASKED.match(question.text):
        # several questions in a row, each in a list of its own choices, are a quiz
        return not (isinstance(block, List) and all(each.text.endswith(QUESTION_MARKS) for each in block.items))
    return not question.blocks
