"""What the history is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal
from uuid import UUID, uuid5

from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

Role = Literal["user", "assistant"]

Status = Literal["complete", "partial", "failed", "stopped"]
"""Of an answer: all of it, cut short, none, or all that its reader wanted. A question is always complete."""

FINAL: Final[frozenset[Status]] = frozenset({"complete", "stopped"})
"""No other answer takes the place of such a one."""

Opinion = Literal["up", "down"]
"""What a reader thinks of an answer."""

CONTENT_CHARACTERS = 32_000
"""The longest message that can be stored (infra/migrations/0002_history.sql)."""


PAGE_CHARACTERS = 500
"""The longest path of a page that is stored with an answer."""


def answer_id(question_id: UUID) -> UUID:
    """Id of the one answer to a question.

    It follows from the question's id, so an answer has the same id however often it is stored, and already has it while
    the database cannot be reached.
    """
    return uuid5(question_id, "answer")


@record
class Conversation:
    """A thread of one user.

    Attributes:
        updated_at: When the last message came. The newest first is the order of the list and of the cap.
    """

    id: UUID
    title: str
    pinned: bool
    created_at: datetime
    updated_at: datetime
    message_count: int


@record
class Message:
    """One utterance in a conversation.

    Attributes:
        seq: Place in the conversation, from 1.
        sources: What an answer cites, as the client was shown it.
        mode: How an answer came about; None for a question.
        feedback: What the reader thinks of an answer, where they said so and it was asked for.
    """

    id: UUID
    seq: int
    role: Role
    content: str
    created_at: datetime
    status: Status = "complete"
    sources: Sequence[Mapping[str, object]] = ()
    mode: str | None = None
    feedback: Opinion | None = None


@record
class Page:
    """Some conversations, newest first.

    Attributes:
        next_cursor: Where the next, older page begins; None on the last.
    """

    conversations: list[Conversation]
    next_cursor: str | None


@record
class Opened:
    """A conversation with some of its messages, oldest first.

    Attributes:
        next_cursor: Where the page with the messages before these begins; None when these are the first.
    """

    conversation: Conversation
    messages: list[Message]
    next_cursor: str | None


@record
class StoredQuestion:
    """A question that is stored.

    Attributes:
        window: The last messages before the question, oldest first, without their sources.
        evicted: The conversation that had to go for this one, or one of them where the cap was lowered meanwhile.
        answered: The answer, when this question was asked and answered before: the request came twice.
        replaced: The answer whose place this one's takes, where that is to be continued.
    """

    window: list[Message]
    evicted: UUID | None = None
    answered: Message | None = None
    replaced: Message | None = None


@record
class Created:
    """A conversation that is there now, and the one that had to go for it."""

    conversation: Conversation
    evicted: UUID | None = None


@record
class MessageToAppend:
    """A message that the client has, to be appended."""

    id: UUID
    role: Role
    content: str


@record
class Feedback:
    """What a reader thinks of an answer; no value where nothing, or nothing any more."""

    message_id: UUID
    value: Opinion | None
    comment: str | None
