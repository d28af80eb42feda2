"""What a model thinks aloud before it answers: `<think>…</think>` and its like, where a server does not take it out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MARKS: Final = {
    "<think>": "</think>",
    "<thinking>": "</thinking>",
    "<thought>": "</thought>",
    "<reasoning>": "</reasoning>",
    "[THINK]": "[/THINK]",
    "<|channel|>analysis<|message|>": "<|channel|>final<|message|>",
}
"""Where it begins and ends."""
LONGEST: Final = max(map(len, MARKS))
ENDS: Final = re.compile("|".join(map(re.escape, MARKS.values())))


def without_thoughts(pieces: Iterable[str]) -> Iterator[str]:
    """The pieces, less a block of thoughts that they begin with."""
    stream = iter(pieces)
    begun = ""
    for piece in stream:
        begun += piece
        if len(begun.lstrip()) >= LONGEST or not _may_yet_think(begun.lstrip()):
            break
    close = next((close for mark, close in MARKS.items() if begun.lstrip().startswith(mark)), None)
    if close is not None:
        begun = _after_thoughts(begun, stream, close)
    if begun:
        yield begun
    yield from stream


def after_thoughts(text: str) -> str | None:
    """What follows the end of thoughts; None where none end there, as in code that names such a mark.

    Of some models the beginning stands in the prompt already (DeepSeek's and Qwen's templates), so that nothing tells
    thoughts from an answer until they end.
    """
    end = next((each for each in ENDS.finditer(text) if text.count("`", 0, each.start()) % 2 == 0), None)
    return None if end is None else text[end.end() :].lstrip()


def _may_yet_think(begun: str) -> bool:
    return any(mark.startswith(begun) or begun.startswith(mark) for mark in MARKS)


def _after_thoughts(begun: str, stream: Iterator[str], close: str) -> str:
    while close not in begun:
        piece = next(stream, None)
        if piece is None:
            return ""
        begun = begun[-len(close) :] + piece  # only the end can still matter
    return begun.partition(close)[2].lstrip()
