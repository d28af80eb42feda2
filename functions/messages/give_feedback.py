"""`POST /api/messages/{id}/feedback`: what a reader thinks of an answer. One round trip."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from functions.dependencies.allowances import GuestsVotes, take
from functions.dependencies.callers import MaybeSignedIn
from functions.dependencies.database import Db
from functions.dependencies.rules import Rules
from functions.wire import Json, Sent, Storable
from shared.answering.feedback_token import LONGEST, rated_by
from shared.app import build_handler
from shared.errors import NotSignedIn
from shared.history.feedback import give_feedback, take_back_feedback
from shared.history.guest_feedback import keep_guest_feedback
from shared.history.models import Opinion
from shared.web import APIRouter, Path, Request

router = APIRouter()

Comment = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000), Storable]


class NewFeedback(Sent):
    """Takes the place of what the reader said before."""

    value: Opinion | None = Field(description="null takes the opinion back, with its comment")
    comment: Comment | None = Field(
        default=None, description="Without one the comment of an earlier vote stays; an empty one removes it"
    )
    feedback_token: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST)] | None = Field(
        default=None, description="Of the reply, where the answer was not stored; no session is needed with it"
    )


class Feedback(Json):
    """What is stored now."""

    message_id: UUID
    value: Opinion | None
    comment: str | None


@router.post("/api/messages/{id}/feedback")
async def feedback(  # noqa: PLR0913, PLR0917 (an opinion, and who may have it)
    message_id: Annotated[UUID, Path(alias="id", description="Of an answer")],
    new: NewFeedback,
    reader: MaybeSignedIn,
    opened: Db,
    rules: Rules,
    votes: GuestsVotes,
    request: Request,
) -> Feedback:
    """Rate an answer; 404 when it is somebody else's, is gone or never was, or is a question."""
    if new.feedback_token is not None:
        take(request, votes)
        rated = rated_by(new.feedback_token, message_id, rules.cookies.secret)
        return Feedback.model_validate(keep_guest_feedback(opened, rated, value=new.value, comment=new.comment))
    if reader is None:
        raise NotSignedIn
    if new.value is None:
        return Feedback.model_validate(take_back_feedback(reader, message_id))
    return Feedback.model_validate(give_feedback(reader, message_id, value=new.value, comment=new.comment))


handler = build_handler(router)
