"""The collections behind an alias: one that answers, the one before it, and perhaps one that is being filled."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from qdrant_client import models

from infra.ingestion.store.patience import StoreFailed

if TYPE_CHECKING:
    from qdrant_client import QdrantClient

    from infra.ingestion.store.patience import Patience

DENSE: Final = "dense"
SPARSE: Final = "bm25"
BM25: Final = "qdrant/bm25"
MINILM: Final = "sentence-transformers/all-minilm-l6-v2"
SIZES: Final = {MINILM: 384, "intfloat/multilingual-e5-small": 384}
"""Numbers in a vector of each dense model that Qdrant Cloud runs for free."""
INDEXED: Final = {
    "site": True,
    **dict.fromkeys(("path", "url", "page_url", "section", "lang", "version", "release", "file"), False),
}
"""Fields that filters name, and whether the field says whose a passage is."""


class Generations:
    """Collections by the time they were begun, which their names end with."""

    def __init__(self, client: QdrantClient, alias: str, model: str, patience: Patience) -> None:
        self._client, self._alias, self._model, self._try = client, alias, model, patience
        self.began: Final = datetime.now(UTC).strftime("%Y%m%d%H%M%S%f")

    def current(self) -> str | None:
        """Name the collection that answers."""
        aliases = self._try(self._client.get_aliases).aliases
        found = next((each.collection_name for each in aliases if each.alias_name == self._alias), None)
        if found is None and self._try(lambda: self._client.collection_exists(self._alias)):
            return self._alias
        return found

    def unfinished(self) -> str | None:
        """Name the collection that a run before this one began to fill and did not finish."""
        current = self.current() or ""
        newer = [each for each in self._ours() if _age(each) > _age(current)]
        return max(newer, key=_age, default=None)

    def create(self) -> str:
        """Make an empty collection, which nobody is asked from yet; gives its name.

        Raises:
            StoreFailed: Nobody knows the size of the model's vectors.
        """
        size = SIZES.get(self._model)
        if size is None:
            raise StoreFailed(f"unknown dense model {self._model}: choose one of {', '.join(SIZES)}")
        name = f"{self._prefix}{size}__{self.began}"
        self._try(lambda: self._make(name, size))
        return name

    def answer_from(self, name: str) -> None:
        """Let questions go to a collection from now on, in one step; keep the one before it, and no older one."""
        old = self.current()
        actions: list[models.AliasOperations] = []
        if old is not None:
            actions.append(models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=self._alias)))
        create = models.CreateAlias(collection_name=name, alias_name=self._alias)
        actions.append(models.CreateAliasOperation(create_alias=create))
        self._try(lambda: self._client.update_collection_aliases(actions))
        for each in self._ours():
            if each not in {name, old}:
                self._try(lambda each=each: self._client.delete_collection(each))

    def check(self, name: str) -> None:
        """Make sure that a collection takes our vectors.

        Raises:
            StoreFailed: It was made for others.
        """
        found = self._try(lambda: self._client.get_collection(name))
        made = found.config.params
        dense = made.vectors.get(DENSE) if isinstance(made.vectors, dict) else None
        if dense is None or dense.size != SIZES.get(self._model) or SPARSE not in (made.sparse_vectors or {}):
            raise StoreFailed(
                f"collection {self._alias} was not made for {self._model} and {BM25}: choose another with --collection"
            )
        if not INDEXED.keys() <= found.payload_schema.keys():
            self._try(lambda: self._index(name))

    @property
    def _prefix(self) -> str:
        return f"{self._alias}__{self._model.rsplit('/', 1)[-1]}__"

    def _ours(self) -> list[str]:
        found = self._try(self._client.get_collections).collections
        return [each.name for each in found if each.name.startswith(self._prefix) and _age(each.name)]

    def _make(self, name: str, size: int) -> None:
        """Every part of it may be asked for twice, for a store may end after it did what was asked."""
        if not self._client.collection_exists(name):
            self._client.create_collection(
                name,
                vectors_config={DENSE: models.VectorParams(size=size, distance=models.Distance.COSINE)},
                sparse_vectors_config={SPARSE: models.SparseVectorParams(modifier=models.Modifier.IDF)},
            )
        self._index(name)

    def _index(self, name: str) -> None:
        for field, is_tenant in INDEXED.items():
            schema = models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, is_tenant=is_tenant)
            self._client.create_payload_index(name, field, schema, wait=True)


def _age(name: str) -> str:
    """The time that a name ends with; empty if it ends with none."""
    end = name.rpartition("__")[2]
    return end.ljust(20, "0") if end.isdigit() else ""
