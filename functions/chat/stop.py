"""`POST /api/chat/{id}/stop`: the reader wants no more of an answer that is being written."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from functions.dependencies.callers import SignedIn
from shared.app import build_handler
from shared.history.models import answer_id
from shared.history.turns import ask_to_stop
from shared.web import APIRouter, Path

router = APIRouter()

QuestionId = Annotated[UUID, Path(description="Of the question: `messageId` of the request")]


class Stopping(BaseModel):
    """What becomes of the answer."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True)

    message_id: UUID = Field(description="Id of the answer")
    stopping: bool = Field(description="False where all of it is there already")


@router.post("/api/chat/{id}/stop")
async def stop(id: QuestionId, reader: SignedIn) -> Stopping:  # noqa: A002 (named as in the address)
    """Write no further; what is written by then is stored as it is, with the status `stopped`."""
    return Stopping(message_id=answer_id(id), stopping=ask_to_stop(reader, id))


handler = build_handler(router)
