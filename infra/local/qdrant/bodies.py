"""What the calls on points take."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, JsonValue, model_validator

from infra.local.qdrant.conditions import Filter  # noqa: TC001 (pydantic reads annotations when it runs)
from infra.local.qdrant.json_object import Body, Count, Number, OneOrMany, PointId, SparseIndex

# --- vectors ---------------------------------------------------------------------------------------------------------


class InferenceDocument(Body):
    """A text in the place of a vector; `model` turns it into one."""

    text: str
    model: str
    options: dict[str, JsonValue] | None = None


class Sparse(Body):
    """A sparse vector."""

    indices: list[SparseIndex]
    values: list[Number]

    @model_validator(mode="after")
    def _in_pairs(self) -> Self:
        if len(self.indices) != len(self.values) or len(set(self.indices)) < len(self.indices):
            raise ValueError("a sparse vector has one value for each index, and no index twice")
        return self


Vector = list[Number] | InferenceDocument | Sparse
NamedVectors = dict[str, Vector]


# --- reading ---------------------------------------------------------------------------------------------------------


class Include(Body):
    """Only these fields of the payload."""

    include: list[str]


class Exclude(Body):
    """All fields of the payload but these."""

    exclude: list[str]


WithPayload = bool | list[str] | Include | Exclude
WithVector = bool | list[str]


class FusionName(Body):
    """Fuse the prefetched lists."""

    fusion: Literal["rrf", "dbsf"]


class RrfParameters(Body):
    """The constant of reciprocal rank fusion and a weight for each prefetched list."""

    k: Annotated[int, Field(ge=1)] | None = None
    weights: list[Number] | None = None


class Rrf(Body):
    """Reciprocal rank fusion with its parameters."""

    rrf: RrfParameters


class Nearest(Body):
    """The points nearest to this vector."""

    nearest: Vector


Query = FusionName | Rrf | Nearest | list[Number] | InferenceDocument | Sparse


class SearchParameters(Body):
    """How hard to search."""

    exact: bool = False
    hnsw_ef: Count | None = None
    indexed_only: bool = False


class Prefetch(Body):
    """A search whose result another search takes up."""

    query: Query | None = None
    using: str | None = None
    filter: Filter | None = None
    params: SearchParameters | None = None
    score_threshold: Number | None = None
    limit: Count = 10
    prefetch: Annotated[list[Prefetch] | None, OneOrMany] = None


class Search(Prefetch):
    """`POST /points/query`."""

    offset: Count = 0
    with_payload: WithPayload | None = None
    with_vector: WithVector | None = None


class Searches(Body):
    """`POST /points/query/batch`."""

    searches: list[Search]


class Scroll(Body):
    """`POST /points/scroll`."""

    filter: Filter | None = None
    limit: Annotated[int, Field(ge=1)] | None = None
    offset: PointId | None = None
    with_payload: WithPayload | None = None
    with_vector: WithVector | None = None


class Retrieve(Body):
    """`POST /points`."""

    ids: list[PointId]
    with_payload: WithPayload | None = None
    with_vector: WithVector | None = None


class CountPoints(Body):
    """`POST /points/count`."""

    filter: Filter | None = None
    exact: bool = True


# --- writing ---------------------------------------------------------------------------------------------------------


class Point(Body):
    """A point to store."""

    id: PointId
    vector: Vector | NamedVectors
    payload: dict[str, JsonValue] | None = None


class Upsert(Body):
    """`PUT /points`."""

    points: list[Point]


class Selection(Body):
    """Points by their ids or by a filter."""

    points: list[PointId] | None = None
    filter: Filter | None = None


class SetPayload(Selection):
    """`POST` or `PUT /points/payload`."""

    payload: dict[str, JsonValue]


class UpsertOperation(Body):
    """One of a batch."""

    upsert: Upsert


class DeleteOperation(Body):
    """One of a batch."""

    delete: Selection


class SetPayloadOperation(Body):
    """One of a batch: the other fields of the payload stay."""

    set_payload: SetPayload


class OverwritePayloadOperation(Body):
    """One of a batch: the other fields of the payload go."""

    overwrite_payload: SetPayload


Operation = UpsertOperation | DeleteOperation | SetPayloadOperation | OverwritePayloadOperation


class Operations(Body):
    """`POST /points/batch`."""

    operations: list[Operation]
