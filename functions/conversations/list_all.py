"""`GET /api/conversations`: the reader's conversations, newest first. One round trip."""

from __future__ import annotations

from fastapi import APIRouter

from functions.conversations.wire import PAGE, Conversations, Cursor, Limit
from functions.dependencies import SignedIn
from shared.app import build_handler
from shared.history.store import list_conversations

router = APIRouter()


@router.get("/api/conversations")
async def list_all(db: SignedIn, limit: Limit = PAGE, cursor: Cursor = None) -> Conversations:
    """List the conversations of whoever is signed in."""
    return Conversations.model_validate(list_conversations(db, limit=limit, cursor=cursor))


handler = build_handler(router)
