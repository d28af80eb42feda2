"""BERT's tokenizer (uncased), in plain Python: text to the ids that MiniLM was trained on."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

LONGEST_WORD: Final = 100
_ASCII_PUNCTUATION: Final = re.compile(r"[!-/:-@\[-`{-~]")
_IDEOGRAPHS: Final = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B820, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)


class WordPiece:
    """Splits text into the longest word pieces that the vocabulary knows."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self._vocabulary = vocabulary
        self._unknown = vocabulary["[UNK]"]
        self._first, self._last = vocabulary["[CLS]"], vocabulary["[SEP]"]
        self._pieces = lru_cache(maxsize=20_000)(self._split)

    @classmethod
    def read(cls, vocabulary: Path) -> WordPiece:
        """Read `vocab.txt`: one piece a line, its number is its id."""
        lines = vocabulary.read_text(encoding="utf-8").splitlines()
        return cls({piece: number for number, piece in enumerate(lines)})

    def encode(self, text: str, limit: int) -> list[int]:
        """Give the ids of a text with its first and last mark, cut to `limit` ids."""
        ids = [self._first]
        for word in _words(text):
            ids.extend(self._pieces(word))
            if len(ids) >= limit:
                break
        return [*ids[: limit - 1], self._last]

    def _split(self, word: str) -> tuple[int, ...]:
        if len(word) > LONGEST_WORD:
            return (self._unknown,)
        pieces: list[int] = []
        start = 0
        while start < len(word):
            end, piece = self._longest_piece(word, start)
            if piece is None:
                return (self._unknown,)
            pieces.append(piece)
            start = end
        return tuple(pieces)

    def _longest_piece(self, word: str, start: int) -> tuple[int, int | None]:
        mark = "##" if start else ""
        for end in range(len(word), start, -1):
            piece = self._vocabulary.get(mark + word[start:end])
            if piece is not None:
                return end, piece
        return start, None


def _words(text: str) -> list[str]:
    if not text.isascii():
        text = "".join(_plain_characters(text))
    return _ASCII_PUNCTUATION.sub(r" \g<0> ", text.lower()).split()


def _plain_characters(text: str) -> Iterator[str]:
    """Drop accents and control characters; set punctuation and ideographs apart, for each is a word of its own."""
    for character in unicodedata.normalize("NFD", text):
        category = unicodedata.category(character)
        if category == "Mn" or (category[0] == "C" and character not in "\t\n\r") or character == "\ufffd":
            continue
        apart = category[0] == "P" or any(low <= ord(character) <= high for low, high in _IDEOGRAPHS)
        yield f" {character} " if apart else character
