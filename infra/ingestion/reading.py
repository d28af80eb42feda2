"""Reads every page of a site; one that cannot be read is skipped, with a warning for its author."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from infra.ingestion.front_matter import BrokenPage
from infra.ingestion.pages import read_page
from infra.ingestion.sources import NothingToIngest, find_sources

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from infra.ingestion.pages import Passage
    from infra.ingestion.progress import Show
    from infra.ingestion.routes import Site
    from infra.ingestion.sources import Source


@dataclass(slots=True)
class Reading:
    """What the pages say.

    Attributes:
        passages: All passages by their ids.
        paths: Pages that were read, whether or not they have a passage.
        skipped: Pages that could not be read.
        warnings: Why not, a sentence each.
    """

    passages: dict[str, Passage] = field(default_factory=dict[str, "Passage"])
    paths: set[str] = field(default_factory=set[str])
    skipped: set[str] = field(default_factory=set[str])
    warnings: list[str] = field(default_factory=list[str])


def read_pages(documents: Sequence[Path], site: Site, show: Show) -> Reading:
    """Read the pages of some folders and files.

    Raises:
        NothingToIngest: There is no page, or none has any text.
    """
    sources = find_sources(documents)
    reading = Reading()
    show.begin("pages", len(sources))
    for source in sources:
        warning = _read(reading, source, site)
        if warning:
            reading.warnings.append(f"{source.file} is skipped: {warning}")
            show.warn(reading.warnings[-1])
        show.step()
    if not reading.passages:
        raise NothingToIngest(f"none of {len(sources)} files in {', '.join(map(str, documents))} has any text to find")
    return reading


def _read(reading: Reading, source: Source, site: Site) -> str | None:
    if source.path in reading.paths | reading.skipped:
        return "another file has the same name but for its ending"
    try:
        passages = read_page(source, site)
    except BrokenPage as error:
        reading.skipped.add(source.path)
        return str(error)
    reading.paths.add(source.path)
    reading.passages |= {passage.id: passage for passage in passages}
    return None
