"""`GET /api/conversations/{id}`: a conversation and its newest messages, or older ones. One round trip."""

from __future__ import annotations

from functions.conversations.wire import PAGE, ConversationId, Limit, Opened
from functions.dependencies.callers import SignedIn
from functions.wire import Cursor
from shared.app import build_handler
from shared.history.conversations import open_conversation
from shared.web import APIRouter

router = APIRouter()


@router.get("/api/conversations/{id}")
async def open_one(db: SignedIn, conversation_id: ConversationId, limit: Limit = PAGE, cursor: Cursor = None) -> Opened:
    """Open a conversation; 404 when it is somebody else's, was deleted, or never was."""
    return Opened.model_validate(open_conversation(db, conversation_id, limit=limit, cursor=cursor))


handler = build_handler(router)
