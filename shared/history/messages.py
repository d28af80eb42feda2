"""Messages that a client brings along, which no turn made: they are appended to a conversation.

What conversations.py says is true here: each function is one batch, may be repeated, and knows its owner from `db`.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Final

from shared.db import Statement
from shared.errors import Conflict, Gone, InvalidRequest, NotFound, NotSignedIn
from shared.history.models import Conversation, Message
from shared.history.titles import UNTITLED, title_of
from shared.history.writing import write_locking

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from shared.db import Database, Rows
    from shared.history.models import MessageToAppend

APPEND: Final = """
    select * from append_messages($1::uuid, $2::uuid[], $3::text[], $4::text[], $5::text, $6::text)
"""
"""Appends all or none behind a lock of its own, and gives what is there then (migration 0150)."""

CONVERSATION_COLUMNS: Final = len(fields(Conversation))


def append_messages(
    db: Database, conversation_id: UUID, given: Sequence[MessageToAppend]
) -> tuple[Conversation, list[Message]]:
    """Append messages, in the order given, to a conversation; those that are there already stay where they are.

    Returns:
        The conversation, and the messages as they are stored.

    Raises:
        InvalidRequest: Two of them have the same id.
        NotFound: There never was such a conversation, or it is somebody else's.
        Gone: It was deleted or evicted.
        Conflict: An id was used for another message; none was appended.
    """
    ids = [each.id for each in given]
    if len(set(ids)) < len(ids):
        raise InvalidRequest("two of them have the same id", "messages")
    first_question = next((each.content for each in given if each.role == "user"), UNTITLED)
    columns = (ids, [each.role for each in given], [each.content for each in given])
    [appended] = write_locking(db, Statement(APPEND, (conversation_id, *columns, title_of(first_question), UNTITLED)))
    conversation, messages = _there(appended)
    return conversation, _as_given(messages, given)


def _there(appended: Rows) -> tuple[Conversation, list[Message]]:
    """What `APPEND` gives.

    Raises:
        NotSignedIn: The user was deleted meanwhile.
        NotFound: There never was such a conversation, or it is somebody else's.
        Gone: It was deleted or evicted.
    """
    if not appended.values:
        raise NotSignedIn
    deleted, *conversation = appended.values[0][: 1 + CONVERSATION_COLUMNS]
    if deleted:
        raise Gone
    if conversation[0] is None:
        raise NotFound
    messages = (row[1 + CONVERSATION_COLUMNS :] for row in appended.values)
    return Conversation(*conversation), [Message(*each) for each in messages if each[0] is not None]


def _as_given(stored: Sequence[Message], given: Sequence[MessageToAppend]) -> list[Message]:
    """The stored messages in the order given.

    Raises:
        Conflict: One of them is not what was given.
    """
    by_id = {message.id: message for message in stored}
    for each in given:
        found = by_id.get(each.id)
        if found is None or (found.role, found.content) != (each.role, each.content):
            raise Conflict
    return [by_id[each.id] for each in given]
