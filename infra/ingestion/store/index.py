"""The passages of every site in Qdrant, behind an alias.

Vectors are never made here: texts are sent in their place, and Qdrant's inference turns them into vectors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from qdrant_client import QdrantClient, models

from infra.ingestion.llms import INDEX
from infra.ingestion.passages.pages import embedded_text
from infra.ingestion.store.generations import DENSE, MINILM, Generations
from infra.ingestion.store.patience import LONGEST_WAIT, Patience, StoreFailed
from infra.ingestion.store.places import Places
from infra.ingestion.store.points import Points, Stored, file_id, file_points, point, stored
from infra.ingestion.store.requests import NOBODYS, Requests, is_file_of, is_site
from infra.ingestion.store.vocabulary import vocabulary
from shared.retrieval.queries import worded
from shared.retrieval.vocabulary import POINT

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping, Sequence

    from infra.ingestion.passages.pages import Passage

Result = TypeVar("Result")

COPIED: Final = 256
"""Passages with their vectors in one request."""
TIMEOUT: Final = 120
"""Seconds; embedding a batch takes a busy machine a while."""


@dataclass(frozen=True, slots=True)
class Options:
    """What is rarely chosen.

    Attributes:
        collection: The alias that answers are searched in.
        model: The dense model.
        api_key: Qdrant's.
        force: Delete even most of a site's pages.
        page: How many stored passages are asked for at once.
        wait: Seconds for which a store that goes away is waited for.
    """

    collection: str = "docs"
    model: str = MINILM
    api_key: str | None = None
    force: bool = False
    page: int = 1000
    wait: float = LONGEST_WAIT


class PassageIndex:
    """The passages of all sites."""

    def __init__(self, url: str, options: Options, say: Callable[[str], None] = lambda _: None) -> None:
        self.url, self.options = url, options
        self._alias, self._model = options.collection, options.model
        self._client = QdrantClient(
            url, api_key=options.api_key, cloud_inference=True, check_compatibility=False, timeout=TIMEOUT
        )
        self._try = Patience(url, options.wait, say)
        self._requests = Requests(self._client, self._try, options.page)
        self._generations = Generations(self._client, options.collection, options.model, self._try)
        self._points = Points(options.model, self._generations.began)
        self._into = options.collection

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def prepare(self) -> None:
        """Make the collection and its alias when they are missing; otherwise see that it takes our vectors.

        Raises:
            StoreFailed: It was made for other vectors.
        """
        current = self._generations.current()
        if current is None:
            self._generations.answer_from(self._generations.unfinished() or self._generations.create())
            return
        self._generations.check(current)
        of_sites = models.Filter(must_not=[NOBODYS])
        records, _ = self._try(lambda: self._client.scroll(current, of_sites, 1, with_payload=["embed_model"]))
        model = (records[0].payload or {}).get("embed_model") if records else self._model
        if model != self._model:
            raise StoreFailed(
                f"collection {self._alias} holds vectors of {model}, which cannot be compared with those of "
                f"{self._model}: choose another with --collection"
            )

    # --- what is there

    def stored(self, site: str) -> dict[str, Stored]:
        """Give every passage of a site by its id."""
        return self._requests.compared(self._alias, models.Filter(must=[is_site(site)]))

    def compared(self, passage: Passage) -> Stored:
        """Give of a passage what would be compared if it were stored."""
        return self._points.compared(passage)

    def count_others(self, site: str) -> int:
        """Count the passages of all other sites."""
        return self._requests.count(self._alias, models.Filter(must_not=[is_site(site), NOBODYS]))

    # --- changes

    def put(self, passages: Sequence[Passage]) -> None:
        """Store passages with new vectors."""
        self._requests.upsert(self._into, [self._points.new(each) for each in passages])

    def copy(self, passages: Mapping[str, Passage]) -> list[Passage]:
        """Store passages with vectors that were made before; give those whose vectors are not there any more.

        Args:
            passages: By the ids of stored passages that say the same.
        """
        if not passages:
            return []
        records = self._try(
            lambda: self._client.retrieve(self._alias, list(passages), with_payload=["content_hash"], with_vectors=True)
        )
        points: list[models.PointStruct] = []
        missing = dict(passages)
        for record in records:
            passage = passages[str(record.id)]
            if stored(record).content == self.compared(passage).content:
                points.append(point(passage.id, record.vector, self._points.payload(passage)))
                del missing[str(record.id)]
        self._requests.upsert(self._into, points)
        return list(missing.values())

    def describe(self, passages: Sequence[Passage]) -> None:
        """Store passages anew and leave their vectors."""
        operations = [
            models.OverwritePayloadOperation(
                overwrite_payload=models.SetPayload(payload=self._points.payload(each), points=[each.id])
            )
            for each in passages
        ]
        self._try(lambda: self._client.batch_update_points(self._into, operations, wait=True))

    def delete(self, ids: Sequence[str]) -> None:
        """Delete passages."""
        self._requests.delete(self._into, ids)

    def delete_site(self, site: str) -> int:
        """Delete a site with its files; say how many passages it had."""
        count = self._requests.count(self._into, models.Filter(must=[is_site(site)]))
        if count:
            self._requests.delete_all(self._into, models.Filter(should=[is_site(site), is_file_of(site)]))
        return count

    def keep_files(self, site: str, files: Mapping[str, str]) -> str:
        """Keep a site's `llms.txt` and the files that it names, a point without vectors for each; say which version."""
        index = file_id(site, INDEX)
        known = self._try(lambda: self._client.retrieve(self._into, [index], with_payload=["version", "files"]))
        before: dict[str, Any] = (known[0].payload or {}) if known else {}
        points = file_points(site, files)
        version: str = (points[0].payload or {})["version"]
        if before.get("version") == version:
            return version
        # the one that tells whether all of this was done comes last
        for each in reversed(points):
            self._requests.upsert(self._into, [each])
        names: list[str] = before.get("files", [])
        self.delete([file_id(site, each) for each in names if each not in files])
        return version

    def write_vocabulary(self, *, anew: bool) -> None:
        """Count the words of all sites; where nothing is new, only if nobody has counted them yet."""
        if anew or not self.holds(POINT, "places"):
            places = Places()
            self.write(POINT, vocabulary(self._texts(places), places))

    def _texts(self, places: Places) -> Iterator[str]:
        for each in self.fields("text", "heading_path", "url", "version", "release"):
            places.see(each.get("url") or "", each.get("version") or "", each.get("release") or "")
            yield embedded_text(each.get("heading_path") or (), each.get("text") or "")

    def holds(self, identifier: str, field: str = "version") -> bool:
        """Whether there is a point with that field."""
        found = self._try(lambda: self._client.retrieve(self._into, [identifier], with_payload=[field]))
        return bool(found) and field in (found[0].payload or {})

    def fields(self, *names: str) -> Iterator[dict[str, Any]]:
        """Give fields of every passage of all sites."""
        all_sites = models.Filter(must_not=[NOBODYS])
        for records in self._requests.batches(self._into, all_sites, payload=[*names]):
            yield from (each.payload or {} for each in records)

    def write(self, identifier: str, payload: Mapping[str, object]) -> None:
        """Store what is no passage, and what no search finds."""
        self._requests.upsert(self._into, [point(identifier, {}, payload)])

    # --- a new collection in the place of the old one

    @property
    def can_be_replaced(self) -> bool:
        """Whether the alias is one, and not a collection's own name."""
        return self._generations.current() != self._alias

    def begin_anew(self) -> dict[str, Stored]:
        """Let changes go into a new collection, which nobody is asked from; give what a run before has put there."""
        self._into = self._generations.unfinished() or self._generations.create()
        return self._requests.compared(self._into)

    def count_to_take_over(self) -> int:
        """Count what the old collection holds: every site's passages, and what is kept beside them."""
        return self._requests.count(self._alias)

    def take_over(self, but: Container[str], there: Mapping[str, Stored]) -> Iterator[set[str]]:
        """Copy everything from the old collection into the new one, with its vectors; give all ids, batch by batch.

        Args:
            but: Ids that are not to be copied.
            there: What a run before has copied.
        """
        for records in self._requests.batches(self._alias, size=COPIED, vectors=True):
            taken = [each for each in records if str(each.id) not in but and there.get(str(each.id)) != stored(each)]
            self._requests.upsert(self._into, [point(str(each.id), each.vector, each.payload or {}) for each in taken])
            yield {str(each.id) for each in records}

    def answer_anew(self, expected: int) -> None:
        """Let questions go to the new collection, once it is as it should be.

        Raises:
            StoreFailed: It holds too much or too little, or finds nothing.
        """
        count = self._requests.count(self._into)
        question = models.Document(text=worded(self._model, "What is this?", "query"), model=self._model)
        found = self._try(lambda: self._client.query_points(self._into, question, using=DENSE, limit=1)).points
        if count != expected or not found:
            raise StoreFailed(
                f"collection {self._into} holds {count:,} passages instead of {expected:,} or finds none; questions "
                f"still go to the one before it"
            )
        self._generations.answer_from(self._into)
        self._into = self._alias
