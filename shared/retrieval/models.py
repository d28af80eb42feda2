"""What a search finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk of the book.

    Attributes:
        url: The page's address, with the anchor of the section where there is one.
        page: The source file's path without its ending: what makes two passages belong to one page.
        title: The page's title.
        heading_path: Headings from the top of the page down to the passage.
        text: Markdown, as ingested.
        score: Orders the passages of one search. It is a rank in disguise, never a confidence: do not threshold it.
    """

    url: str
    page: str
    title: str
    heading_path: tuple[str, ...]
    text: str
    score: float

    @property
    def label(self) -> str:
        """The page's title and, where it says more, the section's: `Calibrate: Follower arm`."""
        section = self.heading_path[-1] if self.heading_path else self.title
        return self.title if section == self.title else f"{self.title}: {section}"


@dataclass(frozen=True, slots=True)
class Found:
    """The outcome of one search.

    Attributes:
        passages: Best first.
        confidence: Between 0 and 1: how close the best passage is to the question.
        on_topic: The confidence reaches the threshold of the search that measured it.
    """

    passages: tuple[Passage, ...]
    confidence: float
    on_topic: bool


def one_of_each_page(passages: Iterable[Passage]) -> list[Passage]:
    """The best passage of each page, best first."""
    best: dict[str, Passage] = {}
    for each in passages:
        best.setdefault(each.page, each)
    return list(best.values())
