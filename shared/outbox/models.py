"""A turn that waits to be stored, and the one form in which it is written down."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from shared.history.models import Status

VERSION: Final = 1
"""Of the written form. A function that meets a version it does not know leaves the turn to a newer one."""

REPLACING: Final = 2
"""The version of a turn that takes the place of another one, which an older function would store beside it."""


class UnknownVersion(Exception):
    """The turn was written by a later version of this code."""


@record
class WaitingTurn:
    """A question and its answer, as `shared.history` will store them.

    Attributes:
        owner: Whose turn it is: `user:<id>`, or `session:<SHA-256 of its token>` where the user could not be told.
        message_id: Of the question; the answer's follows from it.
        sources: What the answer cites, as the client was shown it.
        status: Of the answer.
        mode: How the answer came about.
        asked_at: When the question was answered.
        replaces: A message of the turn whose place it takes.
        page: Path of the page that its reader was on.
        language: That its reader was spoken to in.
    """

    owner: str
    conversation_id: UUID
    message_id: UUID
    question: str
    answer: str
    sources: tuple[Mapping[str, object], ...]
    status: Status
    mode: str
    asked_at: datetime
    replaces: UUID | None = None
    page: str | None = None
    language: str | None = None

    def written(self) -> bytes:
        """As JSON; it holds no secret, and nothing but what the reader has seen."""
        return json.dumps(
            {
                "version": REPLACING if self.replaces else VERSION,
                "owner": self.owner,
                "conversationId": str(self.conversation_id),
                "messageId": str(self.message_id),
                "question": self.question,
                "answer": self.answer,
                "sources": self.sources,
                "status": self.status,
                "mode": self.mode,
                "askedAt": self.asked_at.isoformat(),
                **({"replaces": str(self.replaces)} if self.replaces else {}),
                **({"page": self.page} if self.page else {}),
                **({"language": self.language} if self.language else {}),
            },
            separators=(",", ":"),
        ).encode()

    @classmethod
    def read(cls, written: bytes) -> Self:
        """The turn that `written` made this of; its seal was checked before.

        Raises:
            UnknownVersion: Another version of this code wrote it.
        """
        content: dict[str, Any] = json.loads(written)
        if content["version"] not in {VERSION, REPLACING}:
            raise UnknownVersion
        return cls(
            owner=content["owner"],
            conversation_id=UUID(content["conversationId"]),
            message_id=UUID(content["messageId"]),
            question=content["question"],
            answer=content["answer"],
            sources=tuple(content["sources"]),
            status=content["status"],
            mode=content["mode"],
            asked_at=datetime.fromisoformat(content["askedAt"]),
            replaces=UUID(content["replaces"]) if content["version"] == REPLACING else None,
            page=content.get("page"),
            language=content.get("language"),
        )
