"""Messages that a client brings along, which no turn made: they are appended to a conversation.

What conversations.py says is true here: each function is one batch, may be repeated, and knows its owner from `db`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.db import Statement
from shared.errors import Conflict, InvalidRequest
from shared.history import conversation_queries
from shared.history.models import Conversation, Message
from shared.history.titles import UNTITLED, title_of
from shared.history.writing import still_there, write

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from shared.db import Database
    from shared.history.models import Given

# All or none: where one of the ids means something else already, nothing is appended. Each table that a statement names
# takes a tenth of a millisecond to plan, so it names few: without its owner there is no conversation either.
APPEND: Final = """
    with given as (
        select given.id, given.role, given.content, given.place, there.id is null as is_new,
               (there.conversation_id, there.role, there.content)
               is distinct from ($1::uuid, given.role, given.content) as is_another
          from unnest($2::uuid[], $3::text[], $4::text[]) with ordinality as given(id, role, content, place)
          left join message there on there.user_id = (select signed_in_user()) and there.id = given.id
    ), fresh as (
        select id, role, content, row_number() over (order by place)::int as nth from given where is_new
    ), continued as (
        update conversation
           set message_count = message_count + (select count(*)::int from fresh),
               updated_at = greatest(clock_timestamp(), (
                    select max(updated_at) from conversation where user_id = (select signed_in_user())
               ) + interval '1 microsecond'),
               title = case when message_count = 0 and created_as = '' and title = $6::text then $5::text
                            else title end
         where user_id = (select signed_in_user()) and id = $1::uuid
           and exists (select from fresh)
           and not exists (select from given where is_another and not is_new)
        returning id, user_id, updated_at
    )
    insert into message (id, conversation_id, user_id, seq, role, content, created_at)
    select fresh.id, continued.id, continued.user_id,
           fresh.nth + coalesce((
                select max(seq) from message
                 where user_id = (select signed_in_user()) and conversation_id = $1::uuid
           ), 0),
           fresh.role, fresh.content, continued.updated_at
      from continued, fresh
"""

APPENDED: Final = """
    select id, seq, role, content, sources, status, mode, created_at
      from message
     where user_id = (select signed_in_user()) and conversation_id = $1::uuid and id = any($2::uuid[])
"""


def append_messages(db: Database, conversation_id: UUID, given: Sequence[Given]) -> tuple[Conversation, list[Message]]:
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
    _, conversation, messages, deleted = write(
        db,
        Statement(APPEND, (conversation_id, *columns, title_of(first_question), UNTITLED)),
        Statement(conversation_queries.CONVERSATION, (conversation_id,)),
        Statement(APPENDED, (conversation_id, ids)),
        Statement(conversation_queries.DELETED, (conversation_id,)),
    )
    return still_there(conversation.first(Conversation), deleted), _as_given(messages.into(Message), given)


def _as_given(stored: Sequence[Message], given: Sequence[Given]) -> list[Message]:
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
