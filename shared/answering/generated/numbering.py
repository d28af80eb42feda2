"""Sections as sources of a written answer: what they are cited by, what a model is told of them, what proves it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from shared.answering.extractive.citations import plain, snippet
from shared.answering.models import Source
from shared.model.prompt import FENCE_TOKENS, tokens_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from shared.answering.extractive.sections import Section


def numbers_of(sections: Sequence[Section], before: Sequence[Source]) -> list[int]:
    """Of the sections: one that an answer cites already keeps its number."""
    known = {each.url: each.n for each in before}
    free = itertools.count(max(known.values(), default=0) + 1)
    return [known.pop(section.passage.url, None) or next(free) for section in sections]


def new_sources(numbers: list[int], sections: Sequence[Section], before: Sequence[Source]) -> Iterator[Source]:
    """Those that an answer which is continued has not cited yet."""
    known = {each.n for each in before}
    return (_source(n, each) for n, each in zip(numbers, sections, strict=True) if n not in known)


def _source(n: int, section: Section) -> Source:
    return Source(n, plain(section.label), section.passage.url, snippet(section.passage.text))


def tokens_around(section: Section) -> int:
    """Tokens of what a source has beside its text."""
    return FENCE_TOKENS + tokens_of(section.label)


def text_of(section: Section) -> str:
    """All of its blocks."""
    return "\n\n".join(unit.text for unit in section.units)


def evidence_of(section: Section) -> str:
    """What a unit may stand in: the section, its headings and its page's title."""
    passage = section.passage
    return f"# {': '.join(dict.fromkeys([passage.title, *passage.heading_path]))}\n\n{text_of(section)}"


def title_of(page: str | None, sections: Iterable[Section]) -> str:
    """The title of the page that the reader is on, where it is a source's: nothing that a client wrote."""
    path = urlsplit(page or "").path.rstrip("/")
    titles = (each.passage.title for each in sections if urlsplit(each.passage.url).path.rstrip("/") == path)
    return next(titles, "") if path else ""
