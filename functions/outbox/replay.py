"""`POST /api/replay`: the reader hands in the receipt of a turn that could be neither stored nor queued."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from functions.dependencies.callers import SignedIn
from functions.dependencies.rules import Rules
from functions.wire import Sent
from shared.app import build_handler
from shared.history.models import answer_id
from shared.outbox.replay import read_receipt, store
from shared.outbox.seal import LONGEST_SEALED
from shared.settings.database import HistorySettings
from shared.web import APIRouter

router = APIRouter()


class HandedIn(Sent):
    """What the reply to a question carried as `receipt`, unchanged."""

    receipt: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_SEALED)]


class Stored(BaseModel):
    """Where the turn is now; the same, however often the receipt is handed in."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True)

    conversation_id: UUID
    message_id: UUID = Field(description="Id of the answer")
    saved: Literal["stored"] = "stored"
    evicted_id: UUID | None = Field(
        default=None, description="Only where the turn began a conversation and another one had to go for it"
    )


@router.post("/api/replay", response_model_exclude_none=True)
async def replay(handed_in: HandedIn, reader: SignedIn, rules: Rules) -> Stored:
    """Store a turn that the reader was answered during an outage."""
    user_id = reader.identified().id
    turn = read_receipt(handed_in.receipt, rules.cookies.secret, user_id=user_id, token=reader.token)
    evicted = store(reader, turn, keep=HistorySettings.read().conversations)
    return Stored(conversation_id=turn.conversation_id, message_id=answer_id(turn.message_id), evicted_id=evicted)


handler = build_handler(router)
