"""Makes Qdrant hold what a folder of Markdown says: sends what is new or different, then deletes what is gone."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from infra.ingestion.choosing import Order, choose_reader
from infra.ingestion.index import Options, PassageIndex, batches
from infra.ingestion.progress import Silent
from infra.ingestion.reading import read_pages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.ingestion.index import Stored
    from infra.ingestion.pages import Passage
    from infra.ingestion.progress import Show
    from infra.ingestion.reading import Reading

SAMPLE_SITE: Final = "self"
"""This project's own documentation, with which a new platform has something to answer; the first real site ends it."""
BATCH: Final = 64
MOST_GONE: Final = 0.5
"""Of a site's pages; more is likelier a broken checkout than a wish."""
MOST_GONE_LIVE: Final = 0.3
"""Of the pages of a site that is fetched; more is likelier an outage."""


class TooMuchWouldGo(Exception):
    """Many of the site's pages are not there any more: likelier a broken checkout or an outage than a wish."""


@dataclass(frozen=True, slots=True)
class Report:
    """What an ingestion did; all counts but `pages` are of passages.

    Attributes:
        site: The site's name.
        pages: Pages that were read.
        added: New passages.
        changed: Passages with a new text.
        refreshed: Passages of which only the address or the like is new.
        removed: Passages that are gone.
        unchanged: Passages that were not sent.
        sample_removed: Passages of the built-in sample, which the first real site replaces.
        others: Passages of other sites in the same collection.
        warnings: Pages that were skipped, and why.
        excluded: How many files were no pages that readers search, by reason.
        seconds: How long it took.
    """

    site: str
    pages: int
    added: int
    changed: int
    refreshed: int
    removed: int
    unchanged: int
    sample_removed: int
    others: int
    warnings: tuple[str, ...]
    excluded: Mapping[str, int]
    seconds: float

    def __str__(self) -> str:
        """Give the line of figures."""
        counts = ("added", "changed", "refreshed", "removed", "unchanged")
        passages = ", ".join(f"{getattr(self, each):,} {each}" for each in counts)
        return f"site {self.site}: {self.pages:,} pages; passages: {passages}; {self.seconds:.1f} s"


@dataclass(frozen=True, slots=True)
class _Difference:
    added: list[Passage]
    changed: list[Passage]
    refreshed: list[Passage]
    gone: list[str]
    unchanged: int


def ingest(order: Order, qdrant_url: str, options: Options | None = None, show: Show | None = None) -> Report:
    """Ingest documentation as one site.

    Args:
        order: What.
        qdrant_url: Qdrant's REST address.
        options: What is rarely chosen.
        show: Where progress is reported.

    Raises:
        NothingToIngest: There is no page to read.
        TooMuchWouldGo: Many of the site's pages would be deleted, and `options` do not force it.
        StoreFailed: Qdrant cannot be reached, or would not do it.
    """
    started = time.monotonic()
    options, show = options or Options(), show or Silent()
    choice = choose_reader(order, show)
    place = choice.site
    reading = read_pages(choice.reader, choice.documents, place.name, show)
    with closing(PassageIndex(qdrant_url, options)) as index:
        index.prepare()
        stored = index.stored(place.name)
        if not options.force:
            _guard(place.name, reading, stored, MOST_GONE_LIVE if choice.is_live else MOST_GONE)
        difference = _compare(index, reading, stored)
        _send(index, difference, show)
        return Report(
            site=place.name,
            pages=len(reading.paths),
            added=len(difference.added),
            changed=len(difference.changed),
            refreshed=len(difference.refreshed),
            removed=len(difference.gone),
            unchanged=difference.unchanged,
            sample_removed=0 if place.name == SAMPLE_SITE else index.delete_site(SAMPLE_SITE),
            others=index.count_others(place.name),
            warnings=tuple(reading.warnings),
            excluded=dict(reading.excluded),
            seconds=time.monotonic() - started,
        )


def _compare(index: PassageIndex, reading: Reading, stored: Mapping[str, Stored]) -> _Difference:
    added: list[Passage] = []
    changed: list[Passage] = []
    refreshed: list[Passage] = []
    for passage in reading.passages.values():
        known = stored.get(passage.id)
        if known is None:
            added.append(passage)
        elif not index.is_current(passage, known):
            changed.append(passage)
        elif known.details != index.details(passage):
            refreshed.append(passage)
    gone = [
        each for each, known in stored.items() if each not in reading.passages and known.path not in reading.skipped
    ]
    unchanged = len(reading.passages) - len(added) - len(changed) - len(refreshed)
    return _Difference(added, changed, refreshed, gone, unchanged)


def _guard(site: str, reading: Reading, stored: Mapping[str, Stored], most: float) -> None:
    known = {each.path for each in stored.values()}
    gone = known - {each.path for each in reading.passages.values()} - reading.skipped
    if len(gone) > most * len(known):
        raise TooMuchWouldGo(
            f"{len(gone)} of the {len(known)} pages of site {site} would be deleted. If that is right, give --force; "
            "if this is another site, give it a name of its own with --site"
        )


def _send(index: PassageIndex, difference: _Difference, show: Show) -> None:
    """Delete last: what stops in between leaves too much, never too little."""
    embedded = [*difference.changed, *difference.added]
    if embedded:
        show.begin("passages", len(embedded))
    for batch in batches(embedded, BATCH):
        index.put(batch)
        show.step(len(batch))
    for batch in batches(difference.refreshed, BATCH):
        index.describe(batch)
    if difference.gone:
        index.delete(difference.gone)
