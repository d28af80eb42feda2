"""Reads Markdown as a person does: the prose without code, tables and headings, and how hard it is to read."""

from __future__ import annotations

import re
from itertools import dropwhile, takewhile
from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]

_WORD = re.compile(r"[A-Za-z][A-Za-z'\u2019]*")
_VOWELS = re.compile(r"[aeiouy]+")
_SILENT_ENDING = re.compile(r"(?<![aeiouyl])e$|(?<=[^aeiouytd])ed$|(?<=[^aeiouysxzgc])es$")
_IMAGE_OR_ADDRESS = re.compile(r"https?://\S+")


class Readability(NamedTuple):
    words: int
    sentences: int
    syllables: int

    @property
    def grade(self) -> float:
        """Flesch-Kincaid grade level (Kincaid et al., 1975)."""
        return 0.39 * self.words / self.sentences + 11.8 * self.syllables / self.words - 15.59


def syllables(word: str) -> int:
    """Vowel groups less silent endings: right for about nine English words in ten, which averages out over a page."""
    plain = word.lower().strip("'\u2019")
    return max(1, len(_VOWELS.findall(_SILENT_ENDING.sub("", plain))))


def prose_of(markdown: str) -> list[str]:
    """The paragraphs and list items, in order, with inline code read as one word."""
    paragraphs: list[str] = []
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    skip_depth = 0
    for token in tokens:
        if token.type in {"heading_open", "table_open"}:
            skip_depth += 1
        elif token.type in {"heading_close", "table_close"}:
            skip_depth -= 1
        elif token.type == "inline" and not skip_depth:
            parts = ("code" if child.type == "code_inline" else child.content or " " for child in token.children or [])
            paragraphs.append(_IMAGE_OR_ADDRESS.sub("address", "".join(parts)))
    return paragraphs


def readability(paragraphs: list[str]) -> Readability:
    words = [word for paragraph in paragraphs for word in _WORD.findall(paragraph)]
    sentences = sum(max(1, len(re.findall(r"[.!?](?=\s|$)", paragraph))) for paragraph in paragraphs)
    return Readability(len(words), sentences, sum(map(syllables, words)))


def table_rows(page: str, heading: str) -> list[list[str]]:
    """The cells of the first table below `heading` of a page under the project's root."""
    text = (ROOT / page).read_text(encoding="utf-8")
    _, _, below = text.partition(f"{heading}\n")
    lines = dropwhile(lambda line: not line.startswith("|"), below.split("\n## ")[0].splitlines())
    rows = list(takewhile(lambda line: line.startswith("|"), lines))
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows[2:]]
