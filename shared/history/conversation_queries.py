"""The statements behind conversations.py, and those that every write of the history shares.

Whose rows they are stands in each of them, and row-level security says it again (infra/migrations/0002_history.sql).

A batch that writes begins with `LOCK_OWNER`. Under READ COMMITTED each statement sees what was committed before it
began, so whatever follows sees everything that the lock waited for: nothing is counted or numbered twice, and the cap
is exact. One lock, always taken first, cannot deadlock. Without a session it finds no row, and nor do the others.
"""

from __future__ import annotations

from typing import Final

LOCK_OWNER: Final = """
    select id from "user" where id = (select signed_in_user()) for no key update
"""

LIST: Final = """
    select id, title, pinned, created_at, updated_at, message_count
      from conversation
     where user_id = (select signed_in_user())
       and (updated_at, id) < ($1::timestamptz, $2::uuid)
     order by updated_at desc, id desc
     limit $3::int
"""

CONVERSATION: Final = """
    select id, title, pinned, created_at, updated_at, message_count
      from conversation
     where user_id = (select signed_in_user()) and id = $1::uuid
"""

# The opinion is looked up for each answer by its key: as a join, the planner would rather read all that a user thinks.
# Cut by size as it is sent in JSON, so that what somebody stored can always be read; the newest comes in any case.
MESSAGES: Final = """
    select id, seq, role, content, sources, status, mode, created_at,
           case when role = 'assistant' then (
                select value from message_feedback
                 where user_id = (select signed_in_user()) and message_id = measured.id
           ) end as feedback
      from (
            select next.*, sum(octet_length(to_json(content)::text) + octet_length(sources::text))
                   over (order by seq desc rows between unbounded preceding and 1 preceding) as before
              from (
                    select * from message
                     where user_id = (select signed_in_user()) and conversation_id = $1::uuid and seq < $2::int
                       and replaced_by is null
                     order by seq desc
                     limit $3::int
                   ) next
           ) measured
     where before is null or before < $4::int
     order by seq desc
"""

# As with a question: made now, it is the newest of the user's conversations. No key is named in `on conflict`, here and
# wherever a conversation is made: the one over all users goes one day (specs/decisions/0045-an-id-is-its-owners.md).
CREATE: Final = """
    with allowed as (
        select "user".id as user_id, greatest(clock_timestamp(), newest.updated_at + interval '1 microsecond') as at
          from "user"
         cross join (
                select max(updated_at) as updated_at from conversation where user_id = (select signed_in_user())
               ) newest
         where "user".id = (select signed_in_user())
           and not exists (
                select from deleted_conversation
                 where user_id = (select signed_in_user()) and conversation_id = $1::uuid
               )
    )
    insert into conversation (id, user_id, title, created_as, created_at, updated_at)
    select $1::uuid, user_id, $2::text, $3::text, at, at
      from allowed
        on conflict do nothing
"""

CREATION_OUTCOME: Final = """
    select exists (
                select from conversation
                 where user_id = (select signed_in_user()) and id = $1::uuid and created_as = $2::text
           ) as as_asked,
           exists (
                select from deleted_conversation
                 where user_id = (select signed_in_user()) and conversation_id = $1::uuid
           ) as deleted,
           (
                select conversation_id from deleted_conversation
                 where user_id = (select signed_in_user()) and evicted_for = $1::uuid
                 order by deleted_at, conversation_id
                 limit 1
           ) as evicted
"""

CHANGE: Final = """
    update conversation
       set title = coalesce($2::text, title), pinned = coalesce($3::boolean, pinned)
     where user_id = (select signed_in_user()) and id = $1::uuid
"""

EVICT: Final = """
    with surplus as (
        select id
          from conversation
         where user_id = (select signed_in_user())
         order by id = $1::uuid desc, pinned desc, updated_at desc, id desc
        offset greatest($3::int, 1)
    ), evicted as (
        delete from conversation
         using surplus
         where conversation.user_id = (select signed_in_user()) and conversation.id = surplus.id
        returning conversation.user_id, conversation.id
    )
    insert into deleted_conversation (user_id, conversation_id, evicted_for)
    select user_id, id, $2::uuid from evicted
        on conflict (user_id, conversation_id) do nothing
"""

# What is not stored (yet) leaves a trace as well: it may wait in the outbox.
DELETE: Final = """
    with deleted as (
        delete from conversation
         where user_id = (select signed_in_user()) and id = $1::uuid
        returning id
    )
    insert into deleted_conversation (user_id, conversation_id, was_there)
    select id, $1::uuid, exists (select from deleted)
      from "user" where id = (select signed_in_user())
        on conflict (user_id, conversation_id) do nothing
"""

DELETED: Final = """
    select conversation_id from deleted_conversation
     where user_id = (select signed_in_user()) and conversation_id = $1::uuid and was_there
"""

DELETE_ALL: Final = """
    with deleted as (
        delete from conversation
         where user_id = (select signed_in_user())
        returning user_id, id
    )
    insert into deleted_conversation (user_id, conversation_id, everything)
    select user_id, id, false from deleted
     union all
    select id, gen_random_uuid(), true from "user" where id = (select signed_in_user())
        on conflict (user_id, conversation_id) do nothing
"""
