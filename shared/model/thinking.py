"""What a model thinks aloud before it answers: `<think>…</think>`, where a server does not take it out itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

OPEN: Final = "<think>"
CLOSE: Final = "</think>"


def without_thoughts(pieces: Iterable[str]) -> Iterator[str]:
    """The pieces, less a block of thoughts that they begin with."""
    stream = iter(pieces)
    begun = ""
    for piece in stream:
        begun += piece
        if len(begun.lstrip()) >= len(OPEN):
            break
    if begun.lstrip().startswith(OPEN):
        begun = _after_thoughts(begun, stream)
    if begun:
        yield begun
    yield from stream


def _after_thoughts(begun: str, stream: Iterator[str]) -> str:
    while CLOSE not in begun:
        piece = next(stream, None)
        if piece is None:
            return ""
        begun = begun[-len(CLOSE) :] + piece  # only the end can still matter
    return begun.partition(CLOSE)[2].lstrip()
