"""`POST /api/messages/{id}/feedback`: what the reader thinks of an answer. One round trip."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from functions.conversations.wire import Json, Storable
from functions.dependencies import SignedIn
from shared.app import build_handler
from shared.history.changes import give_feedback
from shared.history.models import Opinion
from shared.web import APIRouter, Path

router = APIRouter()

Comment = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000), Storable]


class NewFeedback(Json):
    """Takes the place of what the reader said before."""

    value: Opinion
    comment: Comment | None = None


class Feedback(Json):
    """What is stored now."""

    message_id: UUID
    value: Opinion
    comment: str | None


@router.post("/api/messages/{id}/feedback")
async def feedback(
    db: SignedIn, message_id: Annotated[UUID, Path(alias="id", description="Of an answer")], new: NewFeedback
) -> Feedback:
    """Rate an answer; 404 when it is somebody else's, is gone or never was, or is a question."""
    return Feedback.model_validate(give_feedback(db, message_id, value=new.value, comment=new.comment or None))


handler = build_handler(router)
