"""Reads every page of a site; one that cannot be read is skipped, with a warning for its author."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from infra.ingestion.form import Excluded, Skipped
from infra.ingestion.pages import passages
from infra.ingestion.sources import NothingToIngest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from infra.ingestion.form import Page, Reader
    from infra.ingestion.pages import Passage
    from infra.ingestion.progress import Show


@dataclass(slots=True)
class Reading:
    """What the pages say.

    Attributes:
        passages: All passages by their ids.
        paths: Pages that were read, whether or not they have a passage.
        skipped: Pages that could not be read.
        warnings: Why not, a sentence each.
        excluded: How many were no pages, by reason.
    """

    passages: dict[str, Passage] = field(default_factory=dict[str, "Passage"])
    paths: set[str] = field(default_factory=set[str])
    skipped: set[str] = field(default_factory=set[str])
    warnings: list[str] = field(default_factory=list[str])
    excluded: Counter[str] = field(default_factory=Counter[str])

    def add(self, page: Page, site: str) -> None:
        """Take a page's passages."""
        self.paths.add(page.path)
        self.passages |= {passage.id: passage for passage in passages(page, site)}

    def skip(self, page: Skipped) -> str:
        """Leave what is stored of a page; give the warning."""
        if page.path not in self.paths:
            self.skipped.add(page.path)
        self.warnings.append(f"{page.where} is skipped: {page.reason}")
        return self.warnings[-1]


def read_pages(reader: Reader, documents: Sequence[Path], site: str, show: Show) -> Reading:
    """Read the pages of some folders and files.

    Raises:
        NothingToIngest: There is no page, or none has any text.
    """
    reading = Reading()
    for page in reader.read(documents):
        if isinstance(page, Excluded):
            reading.excluded[page.reason] += 1
        elif isinstance(page, Skipped):
            show.warn(reading.skip(page))
        else:
            reading.add(page, site)
    if not reading.passages:
        raise NothingToIngest(f"nothing in {', '.join(map(str, documents))} has any text to find")
    return reading
