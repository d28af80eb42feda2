"""How the stand-in reads JSON, after Qdrant's OpenAPI description.

A field that Qdrant knows and the stand-in does not is refused, not ignored: a wrong result would be worse. The few
fields that only say where Qdrant should keep its data are ignored by design, for the result does not depend on them.
"""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue

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


OneOrMany = BeforeValidator(_as_list)
"""For a list of which a single element may stand alone."""
