"""The requests that everything about passages in Qdrant is made of, each tried again while that may help."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from qdrant_client import QdrantClient, models

from infra.ingestion.store.points import COMPARED, Stored, stored

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from infra.ingestion.store.patience import Patience

EVERYTHING: Final = models.Filter()
NOBODYS: Final = models.IsEmptyCondition(is_empty=models.PayloadField(key="site"))
"""Points beside the passages."""


def is_site(site: str) -> models.FieldCondition:
    """A site's passages."""
    return models.FieldCondition(key="site", match=models.MatchValue(value=site))


def is_file_of(site: str) -> models.FieldCondition:
    """What is kept for a site beside its passages."""
    return models.FieldCondition(key="file_of", match=models.MatchValue(value=site))


class Requests:
    """What is asked of collections.

    Args:
        client: The way to Qdrant.
        patience: Makes the calls.
        page: How many points are asked for at once, unless somebody says so.
    """

    def __init__(self, client: QdrantClient, patience: Patience, page: int) -> None:
        self._client, self._try, self._page = client, patience, page

    def upsert(self, collection: str, points: list[models.PointStruct]) -> None:
        """Store points, in the place of those with their ids."""
        if points:
            self._try(lambda: self._client.upsert(collection, points, wait=True))

    def delete(self, collection: str, ids: Sequence[str]) -> None:
        """Delete points."""
        for start in range(0, len(ids), self._page):
            chosen = models.PointIdsList(points=list(ids[start : start + self._page]))
            self._try(lambda chosen=chosen: self._client.delete(collection, chosen, wait=True))

    def delete_all(self, collection: str, chosen: models.Filter) -> None:
        """Delete whatever is chosen."""
        self._try(lambda: self._client.delete(collection, models.FilterSelector(filter=chosen), wait=True))

    def count(self, collection: str, chosen: models.Filter = EVERYTHING) -> int:
        """Count points, exactly."""
        return self._try(lambda: self._client.count(collection, chosen, exact=True)).count

    def compared(self, collection: str, chosen: models.Filter = EVERYTHING) -> dict[str, Stored]:
        """Give what of points is compared, by their ids."""
        return {
            str(each.id): stored(each)
            for records in self.batches(collection, chosen, payload=list(COMPARED))
            for each in records
        }

    def batches(
        self,
        collection: str,
        chosen: models.Filter = EVERYTHING,
        size: int | None = None,
        *,
        payload: bool | list[str] = True,
        vectors: bool = False,
    ) -> Iterator[list[models.Record]]:
        """Give points, so many at once."""
        size = size or self._page
        scroll = partial(self._client.scroll, collection, chosen, size, with_payload=payload, with_vectors=vectors)
        records, offset = self._try(scroll)
        yield records
        while offset is not None:
            records, offset = self._try(partial(scroll, offset=offset))
            yield records
