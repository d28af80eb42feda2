"""Full-text search over the signed-in user's own titles and messages. One batch, as everything in store.py."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from shared.db import Statement
from shared.history.models import Conversation
from shared.history.search_queries import BEGIN, END, LESS_THAN, SEARCH

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from shared.db import Database

LONGEST_SNIPPET: Final = 400
"""Characters. Postgres counts words, and some languages write whole paragraphs without a space."""

BEFORE_MATCH: Final = 120
"""Characters of a snippet that may stand before the first match."""

MARKED: Final = re.compile(f"{BEGIN}([^{END}]*){END}")


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of text, and whether it is what was searched for. Plain text: to be shown as such, never as HTML."""

    text: str
    match: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A conversation that was found.

    Attributes:
        title: Its title in pieces.
        message_id: The message that matches best; None where only the title does.
        snippet: What that message says around the matches, in pieces.
    """

    conversation: Conversation
    title: list[Segment]
    message_id: UUID | None
    snippet: list[Segment]


def search_conversations(db: Database, words: str, *, limit: int) -> list[Found]:
    """The conversations in which the words stand, best first.

    Args:
        db: Of somebody signed in.
        words: As people type them: all must be there, in any order; "phrases", `or` and `-without` are understood.
        limit: The most that are given.
    """
    [rows] = db.run(Statement(SEARCH, (words, limit)), idempotent=True)
    return rows.into(_found)


def _found(  # noqa: PLR0913 (the columns of SEARCH)
    *,
    id: UUID,  # noqa: A002 (named as the column)
    title: str,
    pinned: bool,
    created_at: datetime,
    updated_at: datetime,
    message_count: int,
    message_id: UUID | None,
    marked_title: str,
    marked_content: str | None,
) -> Found:
    conversation = Conversation(id, title, pinned, created_at, updated_at, message_count)
    return Found(conversation, segments(marked_title), message_id, segments(marked_content or ""))


def segments(marked: str) -> list[Segment]:
    """The pieces of a text with marks, cut to a length that can be shown."""
    pieces = MARKED.split(_cut(marked))
    shown = [Segment(_plain(text), index % 2 == 1) for index, text in enumerate(pieces)]
    return [each for each in shown if each.text]


def _plain(text: str) -> str:
    return text.replace(BEGIN, "").replace(END, "").replace(LESS_THAN, "<")


def _cut(marked: str) -> str:
    start = max(0, marked.find(BEGIN) - BEFORE_MATCH)
    shown = marked[start : start + LONGEST_SNIPPET]
    open_mark = shown.rfind(BEGIN) > shown.rfind(END)
    begins, ends = "…" if start else "", "…" if start + LONGEST_SNIPPET < len(marked) else ""
    return begins + shown + (END if open_mark else "") + ends
