"""Titles of conversations: made from the first question, without a model."""

from __future__ import annotations

import unicodedata
from typing import Final

LONGEST: Final = 80
"""Characters of a title that was made here, with the sign of its cut."""

LONGEST_GIVEN: Final = 200
"""Characters of a title that a reader chose (infra/migrations/0002_history.sql)."""

CUT: Final = "…"
UNTITLED: Final = "New conversation"

HIDDEN: Final = frozenset("\u00ad\u200b\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Invisible, and some turn the text beside them around. The joiners that Urdu and emoji need are not among them."""

ZERO_WIDTH_JOINER: Final = "\u200d"
ZERO_WIDTH_NON_JOINER: Final = "\u200c"
VIRAMA: Final = 9
"""Canonical combining class of the sign that binds the next consonant (Unicode Standard Annex 44)."""


def title_of(question: str) -> str:
    """The first line of the question that shows something, cut at a word, 80 characters at most."""
    lines = (_shown(line) for line in question.splitlines())
    line = next(filter(_says_something, lines), UNTITLED)
    return line if len(line) <= LONGEST else _cut(line, LONGEST - len(CUT)) + CUT


def given_title(title: str) -> str:
    """A title that a reader chose, on one line and without what cannot be seen.

    Raises:
        ValueError: Nothing is left of it, or it is too long.
    """
    shown = _shown(title)
    if len(shown) > LONGEST_GIVEN or not _says_something(shown):
        raise ValueError(f"must have 1 to {LONGEST_GIVEN} characters that can be seen")
    return shown


def _shown(line: str) -> str:
    # nothing that is printable is hidden, and most lines are
    kept = line if line.isprintable() else (each for each in line if each.isspace() or not _is_hidden(each))
    return " ".join("".join(kept).split())


def _says_something(line: str) -> bool:
    return any(each.isprintable() and each != " " for each in line)


def _is_hidden(character: str) -> bool:
    return character in HIDDEN or unicodedata.category(character) in {"Cc", "Cs"}


def _cut(line: str, room: int) -> str:
    """At the last space, unless less than half would be left: then wherever no character is torn apart."""
    space = line.rfind(" ", room // 2, room + 1)
    if space >= 0:
        return line[:space]
    whole = next((end for end in range(room, 0, -1) if not _is_inside(line, end)), room)
    return line[:whole]


def _is_inside(line: str, position: int) -> bool:
    """Whether what a person sees as one character stands around the position.

    The rules of Unicode Standard Annex 29 that matter for languages and emoji in use, without its tables.
    """
    before, after = line[position - 1], line[position]
    return (
        _continues(after)
        or before == ZERO_WIDTH_JOINER
        or unicodedata.combining(before) == VIRAMA
        or ("\u1100" <= before <= "\u11ff" and "\u1100" <= after <= "\u11ff")  # Korean letters that form a syllable
        or (_is_flag_letter(after) and _flag_letters_before(line, position) % 2 == 1)
    )


def _continues(character: str) -> bool:
    return (
        unicodedata.category(character).startswith("M")  # accents, vowel signs, variation selectors
        or character in {ZERO_WIDTH_JOINER, ZERO_WIDTH_NON_JOINER}
        or "\U0001f3fb" <= character <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= character <= "\U000e007f"  # tags, as in the flag of Scotland
    )


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _flag_letters_before(line: str, position: int) -> int:
    return next((back for back in range(position) if not _is_flag_letter(line[position - 1 - back])), position)
