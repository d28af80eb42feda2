"""What a model thinks aloud before it answers: `<think>…</think>` and its like, where a server does not take it out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MARKS: Final = {
    "<think>": "</think>",
    "<thinking>": "</thinking>",
    "<thought>": "</thought>",
    "<reasoning>": "</reasoning>",
    "[THINK]": "[/THINK]",
}
"""Where it begins and ends."""
LONGEST: Final = max(map(len, MARKS))


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


def _may_yet_think(begun: str) -> bool:
    return any(mark.startswith(begun) or begun.startswith(mark) for mark in MARKS)


def _after_thoughts(begun: str, stream: Iterator[str], close: str) -> str:
    while close not in begun:
        piece = next(stream, None)
        if piece is None:
            return ""
        begun = begun[-len(close) :] + piece  # only the end can still matter
    return begun.partition(close)[2].lstrip()
