"""`POST /api/conversations`: a conversation without messages yet, which may cost the oldest one. One round trip."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from functions.conversations.wire import Conversation
from functions.dependencies.callers import SignedIn
from functions.wire import Json, Sent, Title
from shared.app import build_handler
from shared.history.conversations import create_conversation
from shared.settings.database import HistorySettings
from shared.uuid7 import uuid7
from shared.web import APIRouter, status

router = APIRouter()


class NewConversation(Sent):
    """All may be left out."""

    id: UUID | None = Field(default=None, description="Sent again with it, the conversation is created only once")
    title: Title | None = Field(default=None, description="Taken from the first question unless given")


class Created(Json):
    """A conversation that is there now."""

    conversation: Conversation
    evicted_id: UUID | None = Field(description="The conversation that had to go for this one")


@router.post("/api/conversations", status_code=status.HTTP_201_CREATED)
async def create(db: SignedIn, new: NewConversation | None = None) -> Created:
    """Create a conversation; 409 when its id means another one, 410 when it was deleted."""
    keep = HistorySettings.read().conversations
    wanted = new or NewConversation()
    created = create_conversation(db, wanted.id or uuid7(), title=wanted.title, keep=keep)
    return Created(conversation=Conversation.model_validate(created.conversation), evicted_id=created.evicted)


handler = build_handler(router)
