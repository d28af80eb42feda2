"""A turn to keep."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from shared.outbox.models import WaitingTurn

SECRET = "a secret of the tests, 32 characters or more"
USER = "5dT8yQ2mWvLkP0sXcZ1aRb7NfGhJ4eUi"
QUESTION = UUID("019ac000-0000-7000-8000-000000000001")
CONVERSATION = UUID("019ac000-0000-7000-8000-000000000002")


def turn(owner: str = f"user:{USER}", answer: str = "Press it. [1]", asked_at: datetime | None = None) -> WaitingTurn:
    return WaitingTurn(
        owner=owner,
        conversation_id=CONVERSATION,
        message_id=QUESTION,
        question="Where is the button? ümläut \u202e \U0001f600",
        answer=answer,
        sources=({"n": 1, "title": "Button", "url": "https://site.test/b", "snippet": "Press it."},),
        status="complete",
        mode="extractive",
        asked_at=asked_at or datetime.now(UTC),
    )
