"""Numbers for pages: each page that an answer cites is one source, numbered in the order of first mention."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from shared.answering.markup import inline, shortened
from shared.answering.models import Source
from shared.answering.sentences import sentences_of
from shared.retrieval.lexical import relevance

if TYPE_CHECKING:
    from shared.retrieval.models import Passage

SNIPPET_CHARACTERS: Final = 240
FENCE_LINE: Final = re.compile(r"^\s*(?:```|~~~).*$", re.MULTILINE)


class Citations:
    """Collects the sources of one answer."""

    def __init__(self, question: str) -> None:
        self._question = question
        self._by_page: dict[str, Source] = {}

    def cite(self, passage: Passage) -> str:
        """`[n]`, the number of the passage's page."""
        known = self._by_page.get(passage.page)
        source = known or Source(
            n=len(self._by_page) + 1,
            title=inline(passage.label),
            url=passage.url,
            snippet=snippet(self._question, passage.text),
        )
        self._by_page[passage.page] = source
        return f"[{source.n}]"

    def sources(self) -> tuple[Source, ...]:
        """In the order of their numbers."""
        return tuple(self._by_page.values())


def snippet(question: str, text: str) -> str:
    """The sentence of the text that is closest to the question, at most 240 characters of it."""
    lines = [each.text for each in sentences_of(text) if each.text]
    if not lines:
        return shortened(inline(FENCE_LINE.sub("", text)), SNIPPET_CHARACTERS)
    scores = relevance(question, lines)
    return shortened(lines[scores.index(max(scores))], SNIPPET_CHARACTERS)
