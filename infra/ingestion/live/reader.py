"""Reads a published site: fetches it into a folder, then reads that as any built site."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from infra.ingestion.form import Excluded
from infra.ingestion.html.reader import SiteReader, Wanted
from infra.ingestion.live.crawl import Crawl, start_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from infra.ingestion.form import Found
    from infra.ingestion.progress import Show


@dataclass(frozen=True, slots=True)
class LiveReader:
    """Reads what an address publishes.

    Attributes:
        address: Of the site.
        cache: Where pages are kept between runs, a folder for each site.
        wanted: What was chosen.
        show: Where progress is reported.
    """

    address: str
    cache: Path
    wanted: Wanted
    show: Show

    def read(self, documents: Sequence[Path]) -> Iterator[Found]:  # noqa: ARG002 (the address says what)
        """Fetch, then read.

        Raises:
            NothingToIngest: It is no address of a site, or the site cannot be read now.
        """
        start = start_of(self.address)
        crawl = Crawl(start, self.cache / _folder_name(start), lambda _: self.show.step())
        self.show.begin("fetched", 0)
        found = crawl.run()
        yield from found.failed
        yield from (Excluded(each.path, each.where, each.reason) for each in found.left_out)
        failed = {each.path for each in found.failed}
        for page in SiteReader(replace(self.wanted, addresses=found.addresses), self.show).read([found.folder]):
            # what lies there from an earlier run must not stand for a page that could not be fetched now
            if page.path not in failed:
                yield page


def _folder_name(start: str) -> str:
    return f"{urlsplit(start).hostname}-{hashlib.sha256(start.encode()).hexdigest()[:12]}"
