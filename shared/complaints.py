"""What is wrong with a request, in words of our own: pydantic's are for programmers, and change with its versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, get_args

from pydantic import AliasChoices, BaseModel

from shared.errors import InvalidRequest, UnknownFields

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pydantic.fields import FieldInfo

    from shared.web import APIRoute

    Complaint = Mapping[str, Any]

UNREADABLE: Final = "The body is not valid JSON."
NOT_UNDERSTOOD: Final = "cannot be understood"
LIKE_ENOUGH: Final = 0.6
"""Of 1, how much alike two names are before one is offered for the other."""

MOST: Final = 50
LONGEST: Final = 100
"""How many unknown fields are named, and how much of a name: an answer does not grow with what was sent."""

SAID: Final = {
    "missing": "is missing",
    "string_too_long": "must have at most {max_length} characters",
    "string_too_short": "must have at least {min_length} characters",
    "string_pattern_mismatch": "has not the form that is expected",
    "string": "must be a string",
    "bool": "must be true or false",
    "int": "must be a whole number",
    "float": "must be a number",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "too_long": "must have at most {max_length} entries",
    "too_short": "must have at least {min_length} entries",
    "list": "must be a list",
    "model": "must be an object",
    "enum": "must be {expected}",
    "literal": "must be {expected}",
    "uuid": "must be a UUID",
    "datetime": "must be a time like 2026-11-22T10:00:00Z",
    "timezone": "must be a time that says its zone, like 2026-11-22T10:00:00Z",
    "value_error": "{error}",
}
"""For each kind of complaint, or each family of them (pydantic's `uuid_parsing` and `uuid_type`: `uuid`)."""

EMPTY: Final = "must not be empty"


def complaint(found: Sequence[Complaint], route: APIRoute) -> InvalidRequest:
    """The first thing that is wrong; fields that nobody knows before all others, because all of them are named."""
    unknown = [each for each in found if each["type"] == "extra_forbidden"]
    if unknown:
        return _unknown(unknown, route)
    first = found[0]
    if first["type"] == "json_invalid":
        return InvalidRequest(UNREADABLE)
    place, *inside = first["loc"]
    says = sentence(first)
    return InvalidRequest(says, _path(inside)) if inside else InvalidRequest(f"The {place} {says}.")


def sentence(found: Complaint) -> str:
    """What must be otherwise: `must have at most 4000 characters`."""
    kind, context = str(found["type"]), found.get("ctx", {})
    if kind.endswith("too_short") and context.get("min_length") == 1:
        return EMPTY
    said = SAID.get(kind) or SAID.get(kind.partition("_")[0], NOT_UNDERSTOOD)
    return said.format(**context)


def _unknown(found: Sequence[Complaint], route: APIRoute) -> InvalidRequest:
    first = found[0]["loc"]
    known = _fields_at(first[1:-1], route)
    name = str(first[-1])
    for meant, aliases in known.items():
        if name in aliases:
            return InvalidRequest(f"means `{meant}`, which is there as well", _path(first[1:]))
    named = [_path(each["loc"][1:])[:LONGEST] for each in found[:MOST]]
    return UnknownFields(named, _nearest(name, known) if len(name) <= LONGEST else None)


def _nearest(name: str, known: Mapping[str, Sequence[str]]) -> str | None:
    """The field whose name, or one of whose other names, is written most alike; None where none nearly is."""
    from difflib import get_close_matches  # noqa: PLC0415 (hardly any request needs it, and every start would pay)

    spelled = {_plain(each): field for field, aliases in known.items() for each in (field, *aliases)}
    return next((spelled[each] for each in get_close_matches(_plain(name), spelled, 1, LIKE_ENOUGH)), None)


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def _fields_at(place: Sequence[str | int], route: APIRoute) -> dict[str, tuple[str, ...]]:
    """The fields that the body knows there, each with the other names that it goes by."""
    models = [each for part in route.dependant.body_params for each in _models(part.field_info.annotation)]
    for name in (each for each in place if isinstance(each, str)):
        fields = {_name(each, field): field for model in models for each, field in model.model_fields.items()}
        models = [*_models(fields[name].annotation)] if name in fields else []
    return {_name(each, field): _others(each, field) for model in models for each, field in model.model_fields.items()}


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    """Those in a type such as `list[Turn] | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for each in get_args(annotation):
        yield from _models(each)


def _name(name: str, field: FieldInfo) -> str:
    """What the document calls the field."""
    alias = field.validation_alias
    return str(alias.choices[0]) if isinstance(alias, AliasChoices) else str(alias or name)


def _others(name: str, field: FieldInfo) -> tuple[str, ...]:
    """What else it may be called."""
    alias = field.validation_alias
    choices = [str(each) for each in alias.choices] if isinstance(alias, AliasChoices) else []
    return tuple({*choices, name} - {_name(name, field)})


def _path(place: Sequence[str | int]) -> str:
    return ".".join(str(each) for each in place)
