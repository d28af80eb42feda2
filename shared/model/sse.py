"""Server-sent events as providers of models write them, piece by piece as they arrive.

https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation, less what nobody sends here
(ids, reconnection). Lines are cut from bytes, so that a character which two pieces share is whole before it is read.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Final

from shared.model.chunks import DONE
from shared.model.failures import Garbage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LINE_END: Final = re.compile(rb"\r\n|\n|\r")
LONGEST_LINE: Final = 1024 * 1024
"""Bytes; a chunk of an answer has a few hundred."""

WHOLE_BYTES: Final = 1024 * 1024
"""Of an answer that comes in one piece, from a server that does not stream."""

BEFORE_JSON: Final = b" \t\r\n\xef\xbb\xbf"
"""Spaces that keep a connection open, and the mark of UTF-8."""

TELLING: Final = frozenset({"data", "error"})
"""Fields that say something; llama.cpp has sent its errors in a field of that name."""


def answered(pieces: Iterable[bytes]) -> Iterator[str]:
    """The data of each event; the body itself where it is no stream of events, whatever its head says.

    Raises:
        Garbage: As by `events` and `whole`.
    """
    stream = iter(pieces)
    begun = b""
    while not begun:
        piece = next(stream, None)
        if piece is None:
            break
        begun = piece.lstrip(BEFORE_JSON)
    read = whole if begun.startswith((b"{", b"[")) else events
    return read(chain([begun], stream))


def events(pieces: Iterable[bytes]) -> Iterator[str]:
    """The data of each event.

    Raises:
        Garbage: A line has no end, or is not UTF-8.
    """
    data: list[str] = []
    for line in _lines(pieces):
        if not line:
            if any(data):  # an empty one only keeps the connection open
                yield "\n".join(data)
            data = []
            continue
        field, _, value = _text(line).removeprefix("\ufeff").partition(":")
        if field in TELLING:
            data.append(value.removeprefix(" "))
    if any(data):  # the last empty line is missing where a server closes without [DONE]
        yield "\n".join(data)


def whole(pieces: Iterable[bytes]) -> Iterator[str]:
    """The body as one event and the end, where a server does not stream.

    Raises:
        Garbage: It has no end, or is not UTF-8.
    """
    read = b""
    for piece in pieces:
        read += piece
        if len(read) > WHOLE_BYTES:
            raise Garbage from ValueError("an answer without end")
    yield _text(read)
    yield DONE


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        rest += piece
        # a CR at the end may be half of a CRLF: it waits for what follows
        held = rest[-1:] if rest.endswith(b"\r") else b""
        *lines, rest = LINE_END.split(rest[: len(rest) - len(held)])
        yield from lines
        rest += held
        if len(rest) > LONGEST_LINE:
            raise Garbage from ValueError("a line without end")
    yield from LINE_END.split(rest)


def _text(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        raise Garbage from error
