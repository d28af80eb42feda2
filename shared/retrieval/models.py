"""What a search finds."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from shared.record import record
from shared.retrieval.markdown import markdown
from shared.retrieval.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.retrieval.blocks import Block


@record
class Passage:
    """A chunk of the book.

    Attributes:
        url: The page's address, with the anchor of the section where there is one.
        page: The source file's path without its ending: what makes two passages belong to one page.
        title: The page's title.
        heading_path: Headings from the top of the page down to the passage.
        blocks: Its section, whole where that is not too long.
        score: Orders the passages of one search. It is a rank in disguise, never a confidence: do not threshold it.
        language: Two-letter code.
        version: Of the product that the page documents; empty where the site has only one.
        position: Its place in the page.
        cosine: How close it is in meaning; 0 where it was not among the closest.
        words: How close it is by words (BM25); 0 likewise.
    """

    url: str
    page: str
    title: str
    heading_path: tuple[str, ...]
    blocks: tuple[Block, ...]
    score: float
    language: str = "en"
    version: str = ""
    position: int = 0
    cosine: float = 0.0
    words: float = 0.0

    @property
    def heading(self) -> str:
        """The section's."""
        return self.heading_path[-1] if self.heading_path else self.title

    @property
    def label(self) -> str:
        """The page's title and, where it says more, the section's: `Calibrate: Follower arm`."""
        return f"{self.title}: {self.heading}" if self.heading not in {"", self.title} else self.title

    @property
    def text(self) -> str:
        """Its blocks as Markdown."""
        return markdown(self.blocks)


@record
class Found:
    """The outcome of one search.

    Attributes:
        passages: Best first.
        confidence: Between 0 and 1: how close the best passage is to the question.
        on_topic: The book speaks about the question, as far as cosine and words can tell.
        question: What was searched: the reader's question, misspelt words as the book spells them.
        missing: Words of the question that stand nowhere in the book.
        vocabulary: The book's words.
    """

    passages: tuple[Passage, ...]
    confidence: float
    on_topic: bool
    question: str = ""
    missing: tuple[str, ...] = ()
    vocabulary: Vocabulary = field(default_factory=Vocabulary)


def one_of_each_page(passages: Iterable[Passage]) -> list[Passage]:
    """The best passage of each page, best first."""
    best: dict[str, Passage] = {}
    for each in passages:
        best.setdefault(each.page, each)
    return list(best.values())
