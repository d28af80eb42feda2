"""Reads every page of a site and compares it with what is stored, page by page."""

from __future__ import annotations

from collections import Counter
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from infra.ingestion.form import Excluded, Skipped
from infra.ingestion.passages.pages import passages
from infra.ingestion.sources import NothingToIngest
from infra.ingestion.store.outgoing import Outgoing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from infra.ingestion.choosing import Choice
    from infra.ingestion.form import Page
    from infra.ingestion.llms import Library
    from infra.ingestion.passages.pages import Passage
    from infra.ingestion.progress import Show
    from infra.ingestion.store.points import Stored


@dataclass(slots=True)
class Reading(AbstractContextManager["Reading"]):
    """What the pages say, and how it differs from what is stored.

    Attributes:
        stored: What is there, by ids.
        compared: Gives of a passage what is compared.
        library: The pages' texts, for agents.
        embedded: Passages whose vectors are to be made.
        refreshed: Passages of which only the address or the like is new.
        ids: Of all passages.
        paths: Pages that were read, whether or not they have a passage.
        skipped: Pages that could not be read.
        warnings: Why not, a sentence each.
        excluded: How many were no pages, by reason.
        added: How many of `embedded` have an id that is not there.
        dead: How many passages have an anchor that is not on their page.
        placeless: How many pages nobody says the place of, which only the local reader shows.
    """

    stored: Mapping[str, Stored]
    compared: Callable[[Passage], Stored]
    library: Library
    embedded: Outgoing = field(default_factory=Outgoing)
    refreshed: Outgoing = field(default_factory=Outgoing)
    ids: set[str] = field(default_factory=set[str])
    paths: set[str] = field(default_factory=set[str])
    skipped: set[str] = field(default_factory=set[str])
    warnings: list[str] = field(default_factory=list[str])
    excluded: Counter[str] = field(default_factory=Counter[str])
    added: int = 0
    dead: int = 0
    placeless: int = 0

    def __enter__(self) -> Self:
        """Nothing is held but three files."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close them."""
        self.embedded.close()
        self.refreshed.close()
        self.library.close()

    def add(self, page: Page, site: str) -> None:
        """Take a page's passages."""
        self.paths.add(page.path)
        if page.content:
            self.library.add(page)
        for each in passages(page, site):
            if each.id not in self.ids:
                self.ids.add(each.id)
                self.dead += bool(each.anchor) and page.anchors is not None and each.anchor not in page.anchors
                self._compare(each)

    def skip(self, page: Skipped) -> str:
        """Leave what is stored of a page; give the warning."""
        if page.path not in self.paths:
            self.skipped.add(page.path)
        self.warnings.append(f"{page.where} is skipped: {page.reason}")
        return self.warnings[-1]

    def gone(self) -> list[str]:
        """Give the ids of what is stored and not said any more."""
        return [each for each, known in self.stored.items() if each not in self.ids and known.path not in self.skipped]

    @property
    def changed(self) -> int:
        """How many passages have a new text."""
        return len(self.embedded) - self.added

    @property
    def unchanged(self) -> int:
        """How many passages need nothing."""
        return len(self.ids) - len(self.embedded) - len(self.refreshed)

    def _compare(self, passage: Passage) -> None:
        known, new = self.stored.get(passage.id), self.compared(passage)
        if known is None or known.content != new.content:
            self.added += known is None
            self.embedded.add(passage)
        elif known.details != new.details:
            self.refreshed.add(passage)


def read_pages(choice: Choice, reading: Reading, show: Show) -> None:
    """Read all pages.

    Raises:
        NothingToIngest: There is no page, none has any text, or readers elsewhere could not open one.
    """
    for page in choice.reader.read(choice.documents):
        if isinstance(page, Excluded):
            reading.excluded[page.reason] += 1
            if page.is_surprising:
                show.warn(f"{page.where} is left out: {page.reason}")
        elif isinstance(page, Skipped):
            show.warn(reading.skip(page))
        else:
            _see_place(choice, reading, page)
            reading.add(page, choice.site.name)
    if not reading.ids:
        raise NothingToIngest(f"nothing in {choice.site.name} has any text to find")


def _see_place(choice: Choice, reading: Reading, page: Page) -> None:
    if not choice.site.knows_no_place_of(page.address):
        return
    if choice.published:
        raise NothingToIngest(
            f"nothing says where {page.path} is published, so that no reader could open it: name the place, "
            "SITE_URL=https://… (--site-url)"
        )
    reading.placeless += 1
