from __future__ import annotations

import pytest

from infra.local.qdrant.minilm import LONGEST_TEXT
from infra.local.qdrant.model_files import model_folder
from infra.local.qdrant.wordpiece import WordPiece

FIRST, LAST, UNKNOWN = 101, 102, 100


@pytest.fixture(scope="module")
def pieces() -> WordPiece:
    return WordPiece.read(model_folder() / "vocab.txt")


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("", []),
        ("Hello, world!", [7592, 1010, 2088, 999]),
        ("hello\t\nworld", [7592, 2088]),
        ("café", [7668]),
        ("cafe\u0301", [7668]),
        ("hello\u200bworld\x00!", [7592, 11108, 999]),
        ("hello—world", [7592, 1517, 2088]),
        ("unaffable", [14477, 20961, 3468]),
        ("x" * 101, [UNKNOWN]),
    ],
)
def test_text_becomes_the_ids_of_berts_vocabulary(pieces: WordPiece, text: str, ids: list[int]) -> None:
    assert pieces.encode(text, LONGEST_TEXT) == [FIRST, *ids, LAST]


def test_each_ideograph_is_a_word_of_its_own(pieces: WordPiece) -> None:
    assert pieces.encode("人人", LONGEST_TEXT) == pieces.encode("人 人", LONGEST_TEXT)


def test_a_long_text_is_cut_and_still_ends_with_its_last_mark(pieces: WordPiece) -> None:
    ids = pieces.encode("hello " * 1000, LONGEST_TEXT)
    assert len(ids) == LONGEST_TEXT
    assert (ids[0], ids[1], ids[-2], ids[-1]) == (FIRST, 7592, 7592, LAST)
