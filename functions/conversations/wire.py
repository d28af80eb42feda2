"""What the routes of the history accept, and their JSON.

Both pages are read from the newest backwards. A list is shown in that order; the messages of a page stand as they were
said, so that a chat shows the newest page as it comes, and puts an older one above it.
"""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from pydantic import AfterValidator, Field

from functions.wire import Json, Source, Storable, Time
from shared.history.models import CONTENT_CHARACTERS, Opinion, Role, Status
from shared.web import Path, Query

PAGE: Final = 50
"""Rows of a page, unless fewer are asked for. All that a user keeps fits in one."""

ConversationId = Annotated[UUID, Path(alias="id")]
Limit = Annotated[int, Query(ge=1, le=PAGE, description="The most that a page holds")]


def _says_something(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be empty")
    return text


Content = Annotated[str, Field(max_length=CONTENT_CHARACTERS), AfterValidator(_says_something), Storable]


def _is_none(value: object) -> bool:
    return value is None


class Segment(Json):
    """A piece of plain text, never HTML, and whether it is what was searched for."""

    text: str
    match: bool


class Match(Json):
    """Why a search found a conversation."""

    title: list[Segment]
    message_id: UUID | None = Field(description="The message that matches best; null where only the title does")
    snippet: list[Segment] = Field(description="What that message says around the matches")


class Conversation(Json):
    """A conversation without its messages."""

    id: UUID
    title: str
    pinned: bool
    created_at: Time
    updated_at: Time = Field(description="When its last message came")
    message_count: int
    match: Match | None = Field(default=None, exclude_if=_is_none, description="Only in what a search found")


class Message(Json):
    """A question or an answer."""

    id: UUID
    role: Role
    content: str = Field(description="Of an answer: Markdown, in which `[n]` cites a source")
    sources: list[Source]
    status: Status
    created_at: Time
    feedback: Opinion | None = Field(default=None, description="What the reader thinks of an answer")


class Conversations(Json):
    """A page of the list, newest first, or what a search found, best first."""

    conversations: list[Conversation]
    next_cursor: str | None = Field(description="Asks for the next, older page; null on the last")


class Opened(Json):
    """A conversation and a page of its messages, oldest first: the newest ones, unless a cursor asks for others."""

    conversation: Conversation
    messages: list[Message]
    next_cursor: str | None = Field(description="Asks for the messages before these; null when these are the first")
