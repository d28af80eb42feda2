"""`PATCH /api/conversations/{id}`: another title, pinned or not. One round trip."""

from __future__ import annotations

from typing import Self

from pydantic import Field, StrictBool, model_validator

from functions.conversations.wire import Conversation, ConversationId
from functions.dependencies.callers import SignedIn
from functions.wire import Sent, Title
from shared.app import build_handler
from shared.history.conversations import change_conversation
from shared.web import APIRouter

router = APIRouter()


class Change(Sent):
    """One of them at least."""

    title: Title | None = None
    pinned: StrictBool | None = Field(default=None, description="Pinned conversations are the last to be evicted")

    @model_validator(mode="after")
    def changes_something(self) -> Self:
        """Neither is a mistake of the client's."""
        if self.title is None and self.pinned is None:
            raise ValueError("names neither a title nor whether it is pinned")
        return self


@router.patch("/api/conversations/{id}")
async def change_one(db: SignedIn, conversation_id: ConversationId, change: Change) -> Conversation:
    """Rename, pin or unpin a conversation; 404 when it is somebody else's or never was, 410 when it was deleted."""
    changed = change_conversation(db, conversation_id, title=change.title, pinned=change.pinned)
    return Conversation.model_validate(changed)


handler = build_handler(router)
