"""Messages that a client brings along, which no turn made: they are appended to a conversation.

What conversations.py says is true here: each function is one batch, may be repeated, and knows its owner from `db`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from shared.db import Statement
from shared.errors import Conflict, Gone, InvalidRequest, NotFound
from shared.history.function_results import conversation_of, message_of, result_if_there, result_of
from shared.history.models import Message
from shared.history.titles import UNTITLED, title_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from shared.db import Database
    from shared.history.models import Conversation, MessageToAppend

APPEND: Final = """
    select append_to_conversation($1::uuid, $2::uuid[], $3::text[], $4::text[], $5::text, $6::text)
"""
"""Appends all or none behind a lock of its own, and says where they begin, or what is there then (migration 0155)."""

APPEND_AS_BEFORE: Final = """
    select json_build_array(
               bool_or(deleted),
               (array_agg(json_build_array(conversation_id, title, pinned, begun_at, updated_at, message_count))
                filter (where conversation_id is not null))[1],
               null,
               coalesce(json_agg(json_build_array(
                   message_id, seq, role, content, created_at, status, sources, mode
               )) filter (where message_id is not null), '[]')
           )
      from append_messages($1::uuid, $2::uuid[], $3::text[], $4::text[], $5::text, $6::text)
    having count(*) > 0
"""
"""The same, of a database that has not got that function yet."""


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
    what = (conversation_id, *columns, title_of(first_question), UNTITLED)
    told = result_if_there(db, Statement(APPEND, what)) or result_of(db, Statement(APPEND_AS_BEFORE, what))
    conversation, messages = _there(told, given)
    return conversation, _as_given(messages, given)


def _there(told: list[Any], given: Sequence[MessageToAppend]) -> tuple[Conversation, list[Message]]:
    """What `APPEND` gives.

    Raises:
        NotFound: There never was such a conversation, or it is somebody else's.
        Gone: It was deleted or evicted.
    """
    deleted, thread, latest, messages = told
    if deleted:
        raise Gone
    if thread is None:
        raise NotFound
    conversation = conversation_of(thread)
    if messages is not None:
        return conversation, [message_of(each) for each in messages]
    return conversation, [
        Message(each.id, seq, each.role, each.content, conversation.updated_at, sources=[])
        for seq, each in enumerate(given, latest + 1)
    ]


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
