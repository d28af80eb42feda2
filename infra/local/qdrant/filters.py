"""Filters, from Qdrant's JSON to the engine's objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import qdrant_edge as edge

from infra.local.qdrant import conditions
from infra.local.qdrant.refusals import WrongInput

if TYPE_CHECKING:
    from collections.abc import Sequence


def engine_filter(asked: conditions.Filter | None) -> edge.Filter | None:
    """Translate a filter.

    Raises:
        WrongInput: A condition says nothing or mixes kinds of values.
    """
    if asked is None:
        return None
    least = asked.min_should
    return edge.Filter(
        must=_conditions(asked.must),
        should=_conditions(asked.should),
        must_not=_conditions(asked.must_not),
        min_should=None if least is None else edge.MinShould(_conditions(least.conditions) or [], least.min_count),
    )


def _conditions(asked: Sequence[conditions.Condition] | None) -> list[edge.ConditionType] | None:
    return None if asked is None else [_condition(each) for each in asked]


def _condition(asked: conditions.Condition) -> edge.ConditionType:
    match asked:
        case conditions.FieldCondition():
            return _field_condition(asked)
        case conditions.HasId():
            return edge.HasIdCondition(set(asked.has_id))
        case conditions.IsEmpty():
            return edge.IsEmptyCondition(asked.is_empty.key)
        case conditions.IsNull():
            return edge.IsNullCondition(asked.is_null.key)
        case conditions.Filter():
            return engine_filter(asked) or edge.Filter()


def _field_condition(asked: conditions.FieldCondition) -> edge.FieldCondition:
    if asked.match is not None:
        return edge.FieldCondition(asked.key, match=_match(asked.match))
    if asked.range is not None:
        bounds = asked.range
        limits = edge.RangeFloat(gt=bounds.gt, gte=bounds.gte, lt=bounds.lt, lte=bounds.lte)
        return edge.FieldCondition(asked.key, range=limits)
    raise WrongInput(f"the condition on `{asked.key}` says nothing")


def _match(asked: conditions.Match) -> edge.MatchType:
    if asked.value is not None:
        return edge.MatchValue(asked.value)
    if asked.any is not None:
        return edge.MatchAny(_of_one_kind(asked.any))
    if asked.except_ is not None:
        return edge.MatchExcept(_of_one_kind(asked.except_))
    raise WrongInput("a match needs `value`, `any` or `except`")


def _of_one_kind(values: Sequence[bool | int | str]) -> list[str] | list[int]:
    texts = [value for value in values if isinstance(value, str)]
    numbers = [value for value in values if isinstance(value, int) and not isinstance(value, bool)]
    if (texts and numbers) or len(texts) + len(numbers) < len(values):
        raise WrongInput("a match takes either texts or whole numbers")
    return numbers or texts
