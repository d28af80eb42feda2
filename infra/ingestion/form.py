"""The one form of documentation: what every reader produces and everything after it works on.

    read(documents) -> Iterator[Found]    a reader: built HTML, Markdown, …
    sections(page)  -> Iterator[Section]             headings become addresses and heading paths (sections.py)
    arranged(blocks) -> list[Block]                  leads, questions, definitions (arranging.py)
    passages(page, site) -> Iterator[Passage]        what is stored (pages.py, packing.py, cutting.py)

A reader knows its format and the addresses; it needs to know nothing of what follows. It yields every page that the
folder holds, in a fixed order: `Excluded` for what readers do not search (what is stored of it goes), `Skipped` for a
page that could not be read (what is stored of it stays). It never raises for one page's sake; `NothingToIngest` where
there is none at all. specs/form.md says what a page may hold, in words for people who write a reader.
"""

from __future__ import annotations

from collections.abc import Sequence  # noqa: TC003 (pydantic makes the schema of these annotations)
from collections.abc import Set as AbstractSet  # noqa: TC003 (as above)
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from shared.retrieval.blocks import Block

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LONGEST_TEXT: Final = 1_200
"""Characters of one paragraph, item, group of rows or answer; a longer one is cut between sentences or items."""
LONGEST_CODE: Final = 6_000
"""Characters of one block of code in a passage; a longer one is cut between lines."""
LONGEST_SECTION: Final = 3_600
"""Characters of a section that each of its passages carries whole, so that an answer can show all of it."""
FOLDED: Final = 32
"""The level of what readers unfold (`<details>`): below any heading or object. What it holds is as much deeper."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading as a reader found it.

    Attributes:
        level: 1 to 6; deeper for what is folded away and for the objects of a reference.
        text: One line, without its anchor; empty: what was folded at this level ends, and what follows belongs to what
            stands above it.
        anchor: The one that stands on the page; None: it is made of the heading's words, as GitHub and Docusaurus do;
            empty: there is none, and links lead to the nearest heading above that has one, or to the page.
    """

    level: int
    text: str
    anchor: str | None = None


Content: TypeAlias = Heading | Block


@dataclass(frozen=True, slots=True)
class Page:
    """A page, read from top to bottom.

    Attributes:
        path: Within the documentation, with slashes and without its ending; what makes two pages different.
        address: Where a reader finds it, without an anchor.
        title: Its title; empty: its first heading of the first level, else its path.
        language: Two-letter code.
        version: Of the product that it documents; empty where the site has only one.
        content: Headings and blocks.
        anchors: All that the page has; None: nobody knows.
        released: Whether its version is the one that readers have.
    """

    path: str
    address: str
    title: str
    language: str = "en"
    version: str = ""
    content: Sequence[Content] = ()
    anchors: AbstractSet[str] | None = None
    released: bool = True


@dataclass(frozen=True, slots=True)
class Skipped:
    """A page that could not be read.

    Attributes:
        path: As of a page; what is stored of it stays.
        where: The file or address, for its author.
        reason: A clause: "it is not UTF-8 (byte 5)".
    """

    path: str
    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class Excluded:
    """A file that is no page, or one that its authors keep out of the search; what is stored of it goes.

    Attributes:
        path: As of a page.
        where: The file or address, for its author.
        reason: A clause: "it is a draft".
        is_surprising: Its author may well think that it is read, and is told by name.
    """

    path: str
    where: str
    reason: str
    is_surprising: bool = False


Found: TypeAlias = Page | Skipped | Excluded


class Reader(Protocol):
    """Reads a folder's pages."""

    def read(self, documents: Sequence[Path]) -> Iterator[Found]:
        """Read the pages of some folders and files, in a fixed order.

        Raises:
            NothingToIngest: Something is missing, or nothing there is a page.
        """
        ...
