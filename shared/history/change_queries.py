"""The statements behind changes.py; what queries.py says about owners and locks is true here too."""

from __future__ import annotations

from typing import Final

# As with a question: made now, it is the newest of the user's conversations.
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
        on conflict (id) do nothing
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

# All or none: where one of the ids means something else already, nothing is appended.
APPEND: Final = """
    with given as (
        select id, role, content, place
          from unnest($2::uuid[], $3::text[], $4::text[]) with ordinality as given(id, role, content, place)
    ), fresh as (
        select id, role, content, row_number() over (order by place)::int as nth
          from given
         where not exists (
                select from message where user_id = (select signed_in_user()) and message.id = given.id
               )
    ), asked as (
        select "user".id as user_id, greatest(clock_timestamp(), newest.updated_at + interval '1 microsecond') as at
          from "user"
         cross join (
                select max(updated_at) as updated_at from conversation where user_id = (select signed_in_user())
               ) newest
         where "user".id = (select signed_in_user())
           and exists (select from fresh)
           and not exists (
                select from given
                  join message on message.user_id = (select signed_in_user()) and message.id = given.id
                 where (message.conversation_id, message.role, message.content)
                       is distinct from ($1::uuid, given.role, given.content)
               )
    ), continued as (
        update conversation
           set message_count = message_count + (select count(*)::int from fresh), updated_at = asked.at,
               title = case when message_count = 0 and created_as = '' and title = $6::text then $5::text
                            else title end
          from asked
         where conversation.user_id = asked.user_id and conversation.id = $1::uuid
        returning conversation.id
    )
    insert into message (id, conversation_id, user_id, seq, role, content, created_at)
    select fresh.id, continued.id, asked.user_id,
           fresh.nth + coalesce((
                select max(seq) from message
                 where user_id = (select signed_in_user()) and conversation_id = $1::uuid
           ), 0),
           fresh.role, fresh.content, asked.at
      from continued, asked, fresh
"""

APPENDED: Final = """
    select id, seq, role, content, sources, status, mode, created_at
      from message
     where user_id = (select signed_in_user()) and conversation_id = $1::uuid and id = any($2::uuid[])
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

GIVE_FEEDBACK: Final = """
    insert into message_feedback (user_id, message_id, value, comment)
    select user_id, id, $2::text, nullif($3::text, '')
      from message
     where user_id = (select signed_in_user()) and id = $1::uuid and role = 'assistant'
        on conflict (user_id, message_id) do update
       set value = excluded.value, updated_at = clock_timestamp(),
           comment = case when $3::text is null then message_feedback.comment else excluded.comment end
     where message_feedback.value <> excluded.value
        or $3::text is not null and message_feedback.comment is distinct from excluded.comment
"""

TAKE_BACK_FEEDBACK: Final = """
    delete from message_feedback
     where user_id = (select signed_in_user()) and message_id = $1::uuid
"""

FEEDBACK: Final = """
    select message.id as message_id, given.value, given.comment
      from message
      left join message_feedback given
        on given.user_id = (select signed_in_user()) and given.message_id = message.id
     where message.user_id = (select signed_in_user()) and message.id = $1::uuid and message.role = 'assistant'
"""
