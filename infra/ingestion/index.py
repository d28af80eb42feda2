"""The collection in Qdrant that holds the passages of every site, behind an alias.

Vectors are never made here: texts are sent in their place, and Qdrant's inference turns them into vectors.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from qdrant_client import QdrantClient, models

from infra.ingestion.pages import NOT_COMPARED
from infra.ingestion.patience import StoreFailed, patiently
from shared.retrieval.blocks import FORM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from infra.ingestion.pages import Passage

Result = TypeVar("Result")

DENSE: Final = "dense"
SPARSE: Final = "bm25"
BM25: Final = "qdrant/bm25"
MINILM: Final = "sentence-transformers/all-minilm-l6-v2"
SIZES: Final = {MINILM: 384, "intfloat/multilingual-e5-small": 384}
"""Numbers in a vector of each dense model that Qdrant Cloud runs for free."""
AVERAGE_LENGTH: Final = 65
"""Words that count in an average passage (measured on three sites: 58 to 70); BM25 weighs a longer one less."""
INDEXED: Final = {"site": True, "path": False, "section": False, "lang": False}
"""Fields that filters name, and whether the field says whose a passage is."""
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
    """

    collection: str = "docs"
    model: str = MINILM
    api_key: str | None = None
    force: bool = False
    page: int = 1000


@dataclass(frozen=True, slots=True)
class Stored:
    """A passage as Qdrant has it, without its text.

    Attributes:
        content_hash: Of the text that its vectors were made from.
        details: The rest of its payload.
    """

    content_hash: str
    details: Mapping[str, object]

    @property
    def path(self) -> str:
        """The page's."""
        return str(self.details.get("path"))


class PassageIndex:
    """The passages of all sites."""

    def __init__(self, url: str, options: Options) -> None:
        self._url = url
        self._alias = options.collection
        self._model = options.model
        self._page = options.page
        # passages of an older form are sent anew, whatever they say
        self._encoding = f"{options.model} {BM25} avg_len={AVERAGE_LENGTH} form={FORM}"
        self._ingestion = datetime.now(UTC).strftime("%Y%m%d%H%M%S")
        self._client = QdrantClient(
            url, api_key=options.api_key, cloud_inference=True, check_compatibility=False, timeout=TIMEOUT
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def prepare(self) -> None:
        """Make the collection and its alias when they are missing; otherwise see that it takes our vectors.

        Raises:
            StoreFailed: It was made for other vectors.
        """
        # one attempt: who mistyped the address should not wait to be told
        if patiently(lambda: self._client.collection_exists(self._alias), self._url, attempts=1):
            self._try(self._check)
        else:
            self._try(self._create)

    def stored(self, site: str) -> dict[str, Stored]:
        """Give every passage of a site by its id."""
        found: dict[str, Stored] = {}
        for record in self._records(models.Filter(must=[_is_site(site)])):
            payload = dict(record.payload or {})
            payload.pop("ingest_id", None)
            found[str(record.id)] = Stored(str(payload.pop("content_hash", "")), payload)
        return found

    def is_current(self, passage: Passage, stored: Stored) -> bool:
        """Tell whether the stored vectors are this passage's."""
        return passage.content_hash(self._encoding) == stored.content_hash

    def details(self, passage: Passage) -> dict[str, object]:
        """Give everything of a passage but what is long, and a hash in its place."""
        details: dict[str, object] = {
            name: value for name, value in asdict(passage).items() if name not in NOT_COMPARED | {"id"}
        }
        return details | {
            "heading_path": list(passage.heading_path),
            "blocks_hash": hashlib.sha256(json.dumps(passage.blocks).encode()).hexdigest(),
            "embed_model": self._model,
        }

    def put(self, passages: Sequence[Passage]) -> None:
        """Store passages with new vectors."""
        points = [
            models.PointStruct(id=each.id, vector=self._vectors(each), payload=self._payload(each)) for each in passages
        ]
        self._try(lambda: self._client.upsert(self._alias, points, wait=True))

    def describe(self, passages: Sequence[Passage]) -> None:
        """Store passages anew and leave their vectors."""
        operations = [
            models.OverwritePayloadOperation(
                overwrite_payload=models.SetPayload(payload=self._payload(each), points=[each.id])
            )
            for each in passages
        ]
        self._try(lambda: self._client.batch_update_points(self._alias, operations, wait=True))

    def delete(self, ids: Sequence[str]) -> None:
        """Delete passages."""
        self._try(lambda: self._client.delete(self._alias, models.PointIdsList(points=list(ids)), wait=True))

    def delete_site(self, site: str) -> int:
        """Delete a site; say how many passages it had."""
        chosen = models.Filter(must=[_is_site(site)])
        count = self._count(chosen)
        if count:
            self._try(lambda: self._client.delete(self._alias, models.FilterSelector(filter=chosen), wait=True))
        return count

    def count_others(self, site: str) -> int:
        """Count the passages of all other sites."""
        return self._count(models.Filter(must_not=[_is_site(site)]))

    def _count(self, chosen: models.Filter) -> int:
        return self._try(lambda: self._client.count(self._alias, chosen, exact=True)).count

    def _records(self, chosen: models.Filter) -> Iterator[models.Record]:
        but_the_text = models.PayloadSelectorExclude(exclude=sorted(NOT_COMPARED))
        scroll = partial(self._client.scroll, self._alias, chosen, self._page, with_payload=but_the_text)
        records, offset = self._try(scroll)
        yield from records
        while offset is not None:
            records, offset = self._try(partial(scroll, offset=offset))
            yield from records

    def _payload(self, passage: Passage) -> dict[str, object]:
        return self.details(passage) | {
            "text": passage.text,
            "blocks": list(passage.blocks),
            "content_hash": passage.content_hash(self._encoding),
            "ingest_id": self._ingestion,
        }

    def _vectors(self, passage: Passage) -> models.VectorStruct:
        text = passage.embedded_text
        return {
            DENSE: models.Document(text=text, model=self._model),
            SPARSE: models.Document(text=text, model=BM25, options={"avg_len": AVERAGE_LENGTH}),
        }

    def _create(self) -> None:
        size = SIZES.get(self._model)
        if size is None:
            raise StoreFailed(f"unknown dense model {self._model}: choose one of {', '.join(SIZES)}")
        name = f"{self._alias}__{self._model.rsplit('/', 1)[-1]}__{size}__{self._ingestion}"
        self._client.create_collection(
            name,
            vectors_config={DENSE: models.VectorParams(size=size, distance=models.Distance.COSINE)},
            sparse_vectors_config={SPARSE: models.SparseVectorParams(modifier=models.Modifier.IDF)},
        )
        for field, is_tenant in INDEXED.items():
            schema = models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, is_tenant=is_tenant)
            self._client.create_payload_index(name, field, schema, wait=True)
        alias = models.CreateAlias(collection_name=name, alias_name=self._alias)
        self._client.update_collection_aliases([models.CreateAliasOperation(create_alias=alias)])

    def _check(self) -> None:
        made = self._client.get_collection(self._alias).config.params
        dense = made.vectors.get(DENSE) if isinstance(made.vectors, dict) else None
        if dense is None or dense.size != SIZES.get(self._model) or SPARSE not in (made.sparse_vectors or {}):
            raise StoreFailed(
                f"collection {self._alias} was not made for {self._model} and {BM25}: choose another with --collection"
            )
        records, _ = self._client.scroll(self._alias, limit=1, with_payload=["embed_model"])
        model = (records[0].payload or {}).get("embed_model") if records else self._model
        if model != self._model:
            raise StoreFailed(
                f"collection {self._alias} holds vectors of {model}, which cannot be compared with those of "
                f"{self._model}: choose another with --collection"
            )

    def _try(self, call: Callable[[], Result]) -> Result:
        return patiently(call, self._url)


def _is_site(site: str) -> models.FieldCondition:
    return models.FieldCondition(key="site", match=models.MatchValue(value=site))


def batches(passages: Sequence[Passage], size: int) -> Iterator[Sequence[Passage]]:
    """Cut into requests."""
    for start in range(0, len(passages), size):
        yield passages[start : start + size]
