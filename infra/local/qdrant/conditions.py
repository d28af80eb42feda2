"""Filters, as they stand in JSON."""

from __future__ import annotations

from typing import Annotated, Union

from pydantic import Field

from infra.local.qdrant.json_object import Body, Count, Number, OneOrMany, PointId, Scalar


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

    must: Annotated[list[Condition] | None, OneOrMany] = None
    should: Annotated[list[Condition] | None, OneOrMany] = None
    must_not: Annotated[list[Condition] | None, OneOrMany] = None
    min_should: MinShould | None = None


Condition = Union["FieldCondition", "HasId", "IsEmpty", "IsNull", "Filter"]
# the classes above speak of Condition, which speaks of them
MinShould.model_rebuild()
Filter.model_rebuild()
