"""`GET` and `PATCH /api/profile`: what the reader has told the site, kept only with consent. One round trip each."""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic.alias_generators import to_camel

from functions.dependencies.callers import SignedIn
from functions.wire import Storable, Time
from shared.app import build_handler
from shared.profile.models import FIELDS, Changes, TextSize, Theme
from shared.profile.store import change_profile, read_profile
from shared.web import APIRouter

LANGUAGE: Final = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$"


Background: TypeAlias = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2000),
    Storable,
    Field(description="What the reader knows already, in their own words"),
]
Language: TypeAlias = Annotated[str, StringConstraints(pattern=LANGUAGE), Field(description="BCP 47: `en`, `pt-BR`")]

router = APIRouter()


class _Fields(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, from_attributes=True, extra="forbid")

    background: Background | None = None
    language: Language | None = None
    theme: Theme | None = None
    text_size: TextSize | None = None


class ProfileChange(_Fields):
    """What to change; null erases a field, and what is left out stays."""

    consent: bool | None = Field(None, description="true: keep my profile; false: erase all of it; null: as it is")
    hidden: bool | None = Field(
        None,
        description="true: the owner of the site does not see my questions, not even without a name; null: as it is",
    )

    @model_validator(mode="after")
    def _is_one_wish(self) -> ProfileChange:
        if self.consent is False and any(getattr(self, name) is not None for name in FIELDS):
            raise ValueError("withdrawing consent erases the profile, so it cannot come with new values")
        return self

    @property
    def changes(self) -> Changes:
        """The fields that came."""
        return {name: getattr(self, name) for name in FIELDS if name in self.model_fields_set}


class ProfileAnswer(_Fields):
    """The profile; without consent every field but `hidden` is null."""

    consented_at: Time | None = None
    hidden: bool = Field(default=False, description="The owner of the site does not see the reader's questions")


@router.get("/api/profile")
async def read(db: SignedIn) -> ProfileAnswer:
    """What the reader has told, and since when we may keep it."""
    return ProfileAnswer.model_validate(read_profile(db))


@router.patch("/api/profile")
async def change(db: SignedIn, wanted: ProfileChange) -> ProfileAnswer:
    """Tell, change or erase something. 409 where there is something to keep, and no consent to keep it."""
    changed = change_profile(db, wanted.changes, consent=wanted.consent, hidden=wanted.hidden)
    return ProfileAnswer.model_validate(changed)


handler = build_handler(router)
