"""The statements behind archive.py and retention.py; owners and locks are as in conversation_queries.py."""

from __future__ import annotations

from typing import Final

USER: Final = """
    select id, name, email, "emailVerified" as email_verified, image, "createdAt" as created_at,
           exists (select from hidden_reader where user_id = "user".id) as hidden
      from "user" where id = (select signed_in_user())
"""

PROFILE: Final = """
    select consented_at, background, language, theme, text_size
      from user_profile where user_id = (select signed_in_user())
"""

SESSIONS: Final = """
    select "createdAt" as created_at, "expiresAt" as expires_at, "ipAddress" as ip_address, "userAgent" as user_agent
      from session where "userId" = (select signed_in_user())
     order by "createdAt", id
"""

RECORD_EXPORT: Final = """
    select record_export()
"""

CONVERSATIONS: Final = """
    select id, title, pinned, created_at, updated_at, message_count
      from conversation
     where user_id = (select signed_in_user()) and id >= $1::uuid
     order by id
"""

# In an order that nothing changes: what stays meanwhile is neither skipped nor given twice. Cut by size as it is sent
# in JSON, not as it is stored, where it is compressed; the 300 stand for all but the texts.
MESSAGES: Final = """
    select measured.conversation_id, measured.id, measured.seq, measured.role, measured.content, measured.sources,
           measured.status, measured.mode, measured.created_at, measured.replaced_by, measured.size,
           feedback.value as feedback, feedback.comment as feedback_comment
      from (
            select next.*, sum(size) over (order by conversation_id, seq) as total
              from (
                    select conversation_id, id, seq, role, content, sources, status, mode, created_at, replaced_by,
                           octet_length(to_json(content)::text) + octet_length(sources::text) + 300 as size
                      from message
                     where user_id = (select signed_in_user()) and (conversation_id, seq) > ($1::uuid, $2::int)
                     order by conversation_id, seq
                     limit $3::int
                   ) next
           ) measured
      left join message_feedback feedback
             on feedback.user_id = (select signed_in_user()) and feedback.message_id = measured.id
     where measured.total - measured.size < $4::int
     order by measured.conversation_id, measured.seq
"""

# An id that is somebody else's is left alone here, which row-level security hides, and copied by the next statement.
IMPORT_CONVERSATIONS: Final = """
    insert into conversation (id, user_id, title, pinned, created_at, updated_at)
    select given.id, "user".id, given.title, given.pinned,
           least(given.created_at, clock_timestamp()), least(given.updated_at, clock_timestamp())
      from "user",
           jsonb_to_recordset($1::jsonb)
                as given(id uuid, title text, pinned boolean, created_at timestamptz, updated_at timestamptz)
     where "user".id = (select signed_in_user())
       and not exists (
            select from deleted_conversation
             where user_id = (select signed_in_user())
               and conversation_id in (given.id, copied_id((select signed_in_user()), given.id))
           )
       and not exists (
            select from conversation
             where user_id = (select signed_in_user()) and id = copied_id((select signed_in_user()), given.id)
           )
        on conflict do nothing
"""

COPY_CONVERSATIONS: Final = """
    insert into conversation (id, user_id, title, pinned, created_at, updated_at)
    select copied_id("user".id, given.id), "user".id, given.title, given.pinned,
           least(given.created_at, clock_timestamp()), least(given.updated_at, clock_timestamp())
      from "user",
           jsonb_to_recordset($1::jsonb)
                as given(id uuid, title text, pinned boolean, created_at timestamptz, updated_at timestamptz)
     where "user".id = (select signed_in_user())
       and not exists (
            select from deleted_conversation
             where user_id = (select signed_in_user())
               and conversation_id in (given.id, copied_id((select signed_in_user()), given.id))
           )
       and not exists (
            select from conversation where user_id = (select signed_in_user()) and id = given.id
           )
        on conflict do nothing
"""

IMPORT_MESSAGES: Final = """
    with target as materialized (
        select conversation.id, given.messages,
               coalesce((
                    select max(seq) from message
                     where user_id = (select signed_in_user()) and conversation_id = conversation.id
               ), 0) as last
          from jsonb_to_recordset($1::jsonb) as given(id uuid, messages jsonb)
          join conversation on conversation.user_id = (select signed_in_user())
                           and conversation.id in (given.id, copied_id((select signed_in_user()), given.id))
    ), fresh as (
        select distinct on (given.id) target.id as conversation_id, target.last, given.*
          from target
         cross join lateral rows from (
                jsonb_to_recordset(target.messages) as (
                    id uuid, role text, content text, sources jsonb, status text, mode text, created_at timestamptz,
                    replaced_by uuid
                )
               ) with ordinality as given(id, role, content, sources, status, mode, created_at, replaced_by, place)
         where not exists (
                select from message where user_id = (select signed_in_user()) and message.id = given.id
               )
         order by given.id, given.place
    ), stored as (
        insert into message
            (id, conversation_id, user_id, seq, role, content, sources, status, mode, created_at, replaced_by)
        select fresh.id, fresh.conversation_id, "user".id,
               fresh.last + row_number() over (partition by fresh.conversation_id order by fresh.place),
               fresh.role, fresh.content, fresh.sources, fresh.status, fresh.mode,
               least(fresh.created_at, clock_timestamp()), fresh.replaced_by
          from fresh, "user"
         where "user".id = (select signed_in_user())
        returning conversation_id, replaced_by
    )
    update conversation
       set message_count = message_count + counted.shown
      from (
            select conversation_id, count(*)::int as messages, count(*) filter (where replaced_by is null)::int as shown
              from stored
             group by conversation_id
           ) counted
     where conversation.user_id = (select signed_in_user()) and conversation.id = counted.conversation_id
    returning counted.messages
"""

IMPORT_FEEDBACK: Final = """
    insert into message_feedback (user_id, message_id, value, comment)
    select message.user_id, message.id, given.feedback, given.feedback_comment
      from jsonb_to_recordset($1::jsonb) as conversation(messages jsonb)
     cross join lateral jsonb_to_recordset(conversation.messages)
            as given(id uuid, feedback text, feedback_comment text)
      join message on message.user_id = (select signed_in_user()) and message.id = given.id
     where given.feedback is not null and message.role = 'assistant'
        on conflict (user_id, message_id) do nothing
"""

PURGE: Final = """
    select conversations, tombstones from purge_history($1::int, $2::int, $3::int)
"""
