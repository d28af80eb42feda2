"""The JSON that the stand-in takes, after Qdrant's OpenAPI description.

A field that Qdrant knows and the stand-in does not is refused, not ignored: a wrong result would be worse. The few
fields that only say where Qdrant should keep its data are ignored by design, for the result does not depend on them.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self, Union
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, model_validator

Count = Annotated[int, Field(strict=True, ge=0)]
SparseIndex = Annotated[int, Field(strict=True, ge=0, lt=2**32)]
Number = Annotated[float, Field(allow_inf_nan=False)]
PointId = Annotated[int, Field(strict=True, ge=0, lt=2**64)] | UUID
Scalar = Annotated[bool, Field(strict=True)] | Annotated[int, Field(strict=True)] | Annotated[str, Field(strict=True)]


class Body(BaseModel):
    """A JSON object of which every field is known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LenientBody(BaseModel):
    """A JSON object whose further fields cannot change a result."""

    model_config = ConfigDict(extra="ignore", frozen=True)


def _as_list(value: JsonValue) -> JsonValue:
    return [value] if isinstance(value, dict) else value


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


# --- filters ---------------------------------------------------------------------------------------------------------


class Match(Body):
    """The field has this value, one of these or none of these."""

    value: Scalar | None = None
    any: list[Scalar] | None = None
    except_: list[Scalar] | None = Field(default=None, alias="except")


class Range(Body):
    """The field is a number within these bounds."""

    gt: Number | None = None
    gte: Number | None = None
    lt: Number | None = None
    lte: Number | None = None


class FieldCondition(Body):
    """What must hold for one field of the payload."""

    key: str
    match: Match | None = None
    range: Range | None = None


class HasId(Body):
    """The point is one of these."""

    has_id: list[PointId]


class PayloadField(Body):
    """Names a field of the payload."""

    key: str


class IsEmpty(Body):
    """The field is absent, null or an empty list."""

    is_empty: PayloadField


class IsNull(Body):
    """The field is null."""

    is_null: PayloadField


class MinShould(Body):
    """At least so many of these conditions hold."""

    conditions: list[Condition]
    min_count: Count


class Filter(Body):
    """All of `must`, one of `should`, none of `must_not`."""

    must: Annotated[list[Condition] | None, BeforeValidator(_as_list)] = None
    should: Annotated[list[Condition] | None, BeforeValidator(_as_list)] = None
    must_not: Annotated[list[Condition] | None, BeforeValidator(_as_list)] = None
    min_should: MinShould | None = None


Condition = Union["FieldCondition", "HasId", "IsEmpty", "IsNull", "Filter"]
# the classes above speak of Condition, which speaks of them
MinShould.model_rebuild()
Filter.model_rebuild()


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
    prefetch: Annotated[list[Prefetch] | None, BeforeValidator(_as_list)] = None


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


# --- collections and aliases -----------------------------------------------------------------------------------------


class VectorParameters(LenientBody):
    """A dense vector of a collection."""

    size: Annotated[int, Field(ge=1, le=65536)]
    distance: Literal["Cosine", "Dot", "Euclid", "Manhattan"]


class SparseVectorParameters(LenientBody):
    """A sparse vector of a collection."""

    modifier: Literal["none", "idf"] | None = None


class CreateCollection(LenientBody):
    """`PUT /collections/{name}`."""

    vectors: VectorParameters | dict[str, VectorParameters] = Field(default_factory=dict)
    sparse_vectors: dict[str, SparseVectorParameters] | None = None


class FieldSchema(LenientBody):
    """What kind of field is indexed."""

    type: Literal["keyword", "integer", "float", "bool", "datetime", "uuid", "text", "geo"]
    is_tenant: bool | None = None


class CreateIndex(Body):
    """`PUT /collections/{name}/index`."""

    field_name: Annotated[str, Field(min_length=1)]
    field_schema: FieldSchema | str


class AliasOfCollection(Body):
    """An alias and what it stands for."""

    collection_name: str
    alias_name: str


class AliasName(Body):
    """An alias."""

    alias_name: str


class CreateAlias(Body):
    """One of a change of aliases."""

    create_alias: AliasOfCollection


class DeleteAlias(Body):
    """One of a change of aliases."""

    delete_alias: AliasName


class ChangeAliases(Body):
    """`POST /collections/aliases`: all of the actions or none."""

    actions: list[CreateAlias | DeleteAlias]
