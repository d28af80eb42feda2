"""What leaves, for Powertools' validation: as functions/conversations/wire.py has it, which would import FastAPI."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID  # noqa: TC003 (as above)

from pydantic import BaseModel, ConfigDict, PlainSerializer
from pydantic.alias_generators import to_camel

from shared.clock import timestamp

Time = Annotated[datetime, PlainSerializer(timestamp)]


class Json(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, from_attributes=True)


class Conversation(Json):
    id: UUID
    title: str
    pinned: bool
    created_at: Time
    updated_at: Time
    message_count: int


class Conversations(Json):
    conversations: list[Conversation]
    next_cursor: str | None
