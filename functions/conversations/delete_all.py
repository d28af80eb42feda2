"""`DELETE /api/conversations`: all of the reader's conversations are gone for good. One round trip."""

from __future__ import annotations

from functions.dependencies.callers import SignedIn
from shared.app import build_handler
from shared.history.conversations import delete_conversations
from shared.web import APIRouter, Response, status

router = APIRouter()


@router.delete("/api/conversations", status_code=status.HTTP_204_NO_CONTENT, response_class=Response)
async def delete_all(db: SignedIn) -> None:
    """Delete all conversations; when there are none, that is no error."""
    delete_conversations(db)


handler = build_handler(router)
