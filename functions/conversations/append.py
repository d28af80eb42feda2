"""`POST /api/conversations/{id}/messages`: messages that the client has are appended. One round trip."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from pydantic import Field

from functions.conversations.wire import Content, Conversation, ConversationId, Message
from functions.dependencies.callers import SignedIn
from functions.wire import Json, Sent
from shared.app import build_handler
from shared.history.messages import append_messages
from shared.history.models import MessageToAppend, Role
from shared.uuid7 import uuid7
from shared.web import APIRouter, status

router = APIRouter()

MOST: Final = 20
"""Messages of one request: a turn is two."""


class NewMessage(Sent):
    """A question, or an answer that came from somewhere else."""

    id: UUID | None = Field(default=None, description="Sent again with it, the message is stored only once")
    role: Role
    content: Content


class NewMessages(Sent):
    """In the order in which they were said."""

    messages: Annotated[list[NewMessage], Field(min_length=1, max_length=MOST)]


class Appended(Json):
    """The conversation as it is now, and the messages as they are stored."""

    conversation: Conversation
    messages: list[Message]


@router.post("/api/conversations/{id}/messages", status_code=status.HTTP_201_CREATED)
async def append(db: SignedIn, conversation_id: ConversationId, new: NewMessages) -> Appended:
    """Append messages, all or none; 409 when one of their ids means another message, 410 after a deletion."""
    given = [MessageToAppend(each.id or uuid7(), each.role, each.content) for each in new.messages]
    conversation, messages = append_messages(db, conversation_id, given)
    return Appended(
        conversation=Conversation.model_validate(conversation),
        messages=[Message.model_validate(each) for each in messages],
    )


handler = build_handler(router)
