"""Makes Qdrant hold what documentation says: sends what is new or different, then deletes what is gone."""

from __future__ import annotations

import resource
import time
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from infra.ingestion.choosing import Order, choose_reader
from infra.ingestion.examples import ASKED, payload, searching
from infra.ingestion.llms import Library
from infra.ingestion.progress import Silent
from infra.ingestion.reading import Reading, read_pages
from infra.ingestion.record import record
from infra.ingestion.sending import Sender
from infra.ingestion.store.index import Options, PassageIndex
from infra.ingestion.store.points import file_id
from infra.ingestion.turns import taking_turns
from shared.errors import RetrievalUnavailable
from shared.retrieval.examples import POINT as EXAMPLES
from shared.retrieval.reading import INGESTION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.ingestion.choosing import Choice
    from infra.ingestion.progress import Show

SAMPLE_SITE: Final = "self"
"""This project's own documentation, with which a new platform has something to answer; the first real site ends it."""
MOST_IN_PLACE: Final = 0.3
"""Of a site's passages that may change or go in the collection that answers; for more a new one takes its place."""
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
        moved: Passages that stand elsewhere now, whose vectors were made before.
        changed: Passages with a new text.
        refreshed: Passages of which only the address or the like is new.
        removed: Passages that are gone.
        unchanged: Passages that were not sent.
        sample_removed: Passages of the built-in sample, which the first real site replaces.
        others: Passages of other sites in the same collection.
        warnings: Pages that were skipped, and why.
        excluded: How many files were no pages that readers search, by reason.
        dead: Passages with an anchor that is not on their page, where the page says which it has.
        placeless: Pages that only the local reader shows.
        seconds: How long it took.
    """

    site: str
    pages: int
    added: int
    moved: int
    changed: int
    refreshed: int
    removed: int
    unchanged: int
    sample_removed: int
    others: int
    warnings: tuple[str, ...]
    excluded: Mapping[str, int]
    dead: int
    placeless: int
    seconds: float

    def __str__(self) -> str:
        """Give the line of figures."""
        counts = ("added", "moved", "changed", "refreshed", "removed", "unchanged")
        passages = ", ".join(f"{getattr(self, each):,} {each}" for each in counts)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return (
            f"site {self.site}: {self.pages:,} pages; passages: {passages}; {self.dead} dead anchors; "
            f"{self.seconds:.1f} s, {memory:.0f} MB"
        )


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
    with (
        taking_turns(qdrant_url, options.collection, show),
        closing(PassageIndex(qdrant_url, options, show.warn)) as index,
    ):
        index.prepare()
        with Reading(index.stored(choice.site.name), index.compared, Library(choice.site.name)) as reading:
            read_pages(choice, reading, show)
            if not options.force:
                _guard(choice, reading)
            return _stored(index, reading, choice.site.name, started, show)


def _stored(index: PassageIndex, reading: Reading, site: str, started: float, show: Show) -> Report:
    sender = Sender(index, reading, show)
    others = index.count_others(site)
    if _is_another(reading) and index.can_be_replaced:
        sender.replace()
    else:
        sender.update()
    version = index.keep_files(site, dict(reading.library.files()))
    sample = 0 if site == SAMPLE_SITE else index.delete_site(SAMPLE_SITE)
    is_new = bool(reading.added or reading.changed or len(reading.refreshed) or reading.gone() or sample)
    index.write_vocabulary(anew=is_new)
    if is_new or not index.holds(EXAMPLES):
        _write_examples(index, show)
    index.write(file_id(site, INGESTION), record(site, reading, version))
    return Report(
        site=site,
        pages=len(reading.paths),
        added=reading.added - sender.moved,
        moved=sender.moved,
        changed=reading.changed,
        refreshed=len(reading.refreshed),
        removed=len(reading.gone()),
        unchanged=reading.unchanged,
        sample_removed=sample,
        others=others - sample,
        warnings=tuple(reading.warnings),
        excluded=dict(reading.excluded),
        dead=reading.dead,
        placeless=reading.placeless,
        seconds=time.monotonic() - started,
    )


def _write_examples(index: PassageIndex, show: Show) -> None:
    """Readers are answered without them, too: where they cannot be asked now, the next ingestion asks them."""
    try:
        with searching(index.url, index.options) as search:
            index.write(EXAMPLES, payload(index.fields(*ASKED), search, show))
    except RetrievalUnavailable as error:
        index.delete([EXAMPLES])
        show.warn(f"no example questions were made, because the passages could not be searched: {error.__cause__}")


def _is_another(reading: Reading) -> bool:
    """So much differs that readers would meanwhile be answered from a mixture."""
    return reading.changed + len(reading.gone()) > MOST_IN_PLACE * len(reading.stored)


def _guard(choice: Choice, reading: Reading) -> None:
    known = {each.path for each in reading.stored.values()}
    gone = known - reading.paths - reading.skipped
    most = MOST_GONE_LIVE if choice.is_live else MOST_GONE
    if len(gone) > most * len(known):
        raise TooMuchWouldGo(
            f"{len(gone)} of the {len(known)} pages of site {choice.site.name} would be deleted. If that is right, "
            "give --force; if this is another site, give it a name of its own with --site"
        )
