"""What the last ingestion of each site brought."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

from shared.errors import RetrievalUnavailable
from shared.record import record
from shared.retrieval.reading import INGESTION, read_files

if TYPE_CHECKING:
    from shared.retrieval.reading import File
    from shared.retrieval.search import Book


@record
class Ingestion:
    """Of one site.

    Attributes:
        version: Of what its pages say; the same as long as they say the same.
    """

    site: str
    pages: int
    passages: int
    at: datetime
    version: str


def read_ingestions(book: Book) -> list[Ingestion]:
    """One of each site; none of sites that were ingested before this was kept.

    Raises:
        RetrievalUnavailable: As by any search, or what is kept is none of ours.
    """
    try:
        return [_ingestion(each) for each in read_files(book, INGESTION)]
    except (KeyError, TypeError, ValueError) as error:
        raise RetrievalUnavailable from error


def _ingestion(file: File) -> Ingestion:
    brought = json.loads(file.text)
    at = datetime.fromisoformat(brought["ingestedAt"])
    return Ingestion(file.site, int(brought["pages"]), int(brought["passages"]), at, file.version[:16])
