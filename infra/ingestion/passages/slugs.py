"""Anchors of headings as github-slugger makes them, which GitHub, Docusaurus and the Hugging Face docs follow."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_KEPT: Final = frozenset({"Nd", "Nl", "Pc"})
_PADDED: Final = re.compile(r"(?<!`)`` (.+?) ``(?!`)")
"""Code that holds a backtick itself: the spaces within its marks are none of its own."""


class Slugs:
    """The anchors of one page: a repeated one gets -1, -2 and so on, for no two sections may have the same."""

    def __init__(self) -> None:
        # no anchor at all is the anchor of what stands before the first heading
        self._counts: dict[str, int] = {"": 0}

    def taken(self, anchor: str) -> None:
        """Keep the anchor that a heading's author chose from those that are made of words."""
        self._counts.setdefault(anchor, 0)

    def anchor(self, heading: str) -> str:
        """Give the next heading its anchor."""
        anchor = result = slugged(heading)
        while result in self._counts:
            self._counts[anchor] += 1
            result = f"{anchor}-{self._counts[anchor]}"
        self._counts[result] = 0
        return result


def slugged(heading: str) -> str:
    """Lower case, without punctuation; each space becomes a hyphen."""
    words = _PADDED.sub(r"\1", heading)
    return "".join(_kept(character) for character in words.strip().lower())


def _kept(character: str) -> str:
    if character in " -":
        return "-"
    category = unicodedata.category(character)
    return character if category[0] in "LM" or category in _KEPT else ""
