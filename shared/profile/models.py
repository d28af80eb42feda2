"""What a profile is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

Theme = Literal["light", "dark", "system"]
TextSize = Literal["small", "medium", "large"]
FieldName = Literal["background", "language", "theme", "text_size"]
Changes: TypeAlias = "Mapping[FieldName, str | None]"

FIELDS: Final[tuple[FieldName, ...]] = ("background", "language", "theme", "text_size")


@record
class Profile:
    """Of one user; every field but the last is None without consent.

    Attributes:
        hidden: The user does not want the owner of the site to see their questions, not even without a name.
    """

    consented_at: datetime | None
    background: str | None
    language: str | None
    theme: str | None
    text_size: str | None
    hidden: bool
