"""`DELETE /api/conversations/{id}`: a conversation and its messages are gone for good. One round trip."""

from __future__ import annotations

from functions.conversations.wire import ConversationId
from functions.dependencies.callers import SignedIn
from shared.app import build_handler
from shared.history.conversations import delete_conversation
from shared.web import APIRouter, Response, status

router = APIRouter()


@router.delete("/api/conversations/{id}", status_code=status.HTTP_204_NO_CONTENT, response_class=Response)
async def delete_one(db: SignedIn, conversation_id: ConversationId) -> None:
    """Delete a conversation; deleting it again is as good as once. 404 when it is somebody else's or never was."""
    delete_conversation(db, conversation_id)


handler = build_handler(router)
