"""What the JSON of several resources has in common."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic.alias_generators import to_camel

from shared.clock import timestamp
from shared.history.titles import LONGEST_GIVEN, given_title
from shared.web import Query

Cursor = Annotated[str | None, Query(max_length=64, description="`nextCursor` of the page before; none for the first")]

_WRITTEN: Final = PlainSerializer(timestamp)
_IN_SCHEMA: Final = WithJsonSchema({"type": "string", "format": "date-time"})

Time = Annotated[datetime, _WRITTEN, _IN_SCHEMA]
"""A time of ours, in an answer."""

AwareTime = Annotated[AwareDatetime, _WRITTEN, _IN_SCHEMA]
"""A time that a client may send: it says where on earth."""


def _storable(text: str) -> str:
    if "\x00" in text:
        raise ValueError("must not contain the character NUL, which Postgres cannot store")
    return text


def _whole(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("must not contain half of a surrogate pair, which has no UTF-8") from error
    return text


Storable = AfterValidator(_storable)
Whole = AfterValidator(_whole)
"""For texts without any other constraint: with one, pydantic refuses half a pair by itself."""

Title = Annotated[
    str, Field(max_length=5 * LONGEST_GIVEN), AfterValidator(given_title), WithJsonSchema({"type": "string"})
]


class Json(BaseModel):
    """Camel case outside, snake case inside; made from the objects of shared/history."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, from_attributes=True)


class Sent(Json):
    """What a client sends: a field that is not known here is refused by name, never ignored."""

    model_config = ConfigDict(extra="forbid")


class Source(Json):
    """What an answer cites as `[n]`."""

    n: int
    title: str
    url: str
    snippet: str
