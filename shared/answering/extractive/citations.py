"""Numbers for sections: each section that an answer cites is one source, with its own address."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from shared.answering.models import Source
from shared.retrieval.markup import shortened

if TYPE_CHECKING:
    from shared.answering.extractive.sections import Section
    from shared.retrieval.models import Passage

SNIPPET_CHARACTERS: Final = 240
MARKS: Final = re.compile(r"^(?:```.*|\|[ |-]*)$|^(?:- |> |\d+\. |\| )|`| \|$", re.MULTILINE)
"""What Markdown adds to text: fences, rules of tables, marks of items, backticks."""


class Citations:
    """Collects the sources of one answer."""

    def __init__(self) -> None:
        self._by_section: dict[tuple[str, tuple[str, ...]], Source] = {}

    def cite(self, section: Section, quoted: str) -> str:
        """`[n]`, the number of the section; what is quoted first becomes its snippet."""
        return self._cite(section.passage, section.label, quoted)

    def cite_passage(self, passage: Passage) -> str:
        """`[n]`, the number of the passage's section."""
        return self._cite(passage, passage.label, passage.text)

    def _cite(self, passage: Passage, title: str, quoted: str) -> str:
        key = (passage.page, passage.heading_path)
        known = self._by_section.get(key)
        source = known or Source(len(self._by_section) + 1, plain(title), passage.url, snippet(quoted))
        self._by_section[key] = source
        return f"[{source.n}]"

    def sources(self) -> tuple[Source, ...]:
        """In the order of their numbers."""
        return tuple(self._by_section.values())


def snippet(text: str) -> str:
    """The beginning of the text as plain words, at most 240 characters of it."""
    return shortened(plain(text), SNIPPET_CHARACTERS)


def plain(markdown: str) -> str:
    """Markdown as ingestion writes it, without its marks, on one line."""
    return " ".join(MARKS.sub("", markdown).split())
