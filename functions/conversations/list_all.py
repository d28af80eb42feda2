"""`GET /api/conversations`: the reader's conversations, newest first, or those that words stand in. One round trip."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from functions.conversations.wire import PAGE, Conversation, Conversations, Limit, Match
from functions.dependencies.callers import SignedIn
from functions.dependencies.uses import count_use
from functions.wire import Cursor, Storable
from shared.app import build_handler
from shared.errors import InvalidRequest
from shared.history.conversations import list_conversations
from shared.history.search import Found, search_conversations
from shared.web import APIRouter, Query

router = APIRouter()

Words = Annotated[
    str | None,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    Storable,
    Query(description='Words that all stand in a title or a message; "phrases", `or` and `-without` are understood'),
]


@router.get("/api/conversations")
async def list_all(db: SignedIn, limit: Limit = PAGE, cursor: Cursor = None, search: Words = None) -> Conversations:
    """List the conversations of whoever is signed in; with `search` those that match, best first, on one page."""
    if search is None:
        return Conversations.model_validate(list_conversations(db, limit=limit, cursor=cursor))
    if cursor is not None:
        raise InvalidRequest("a search has one page", "cursor")
    count_use(db, "search")
    found = search_conversations(db, search, limit=limit)
    return Conversations(conversations=[_shown(each) for each in found], next_cursor=None)


def _shown(found: Found) -> Conversation:
    shown = Conversation.model_validate(found.conversation)
    shown.match = Match.model_validate(found)
    return shown


handler = build_handler(router)
