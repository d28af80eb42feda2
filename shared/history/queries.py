"""Every statement of the history.

Whose rows they are stands in each of them, and row-level security says it again (infra/migrations/0002_history.sql).

A batch that writes begins with `LOCK_OWNER`. Under READ COMMITTED each statement sees what was committed before it
began, so whatever follows sees everything that the lock waited for: nothing is counted or numbered twice, and the cap
is exact. One lock, always taken first, cannot deadlock. Without a session it finds no row, and nor do the others.
"""

from __future__ import annotations

from typing import Final, LiteralString

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
                     order by seq desc
                     limit $3::int
                   ) next
           ) measured
     where before is null or before < $4::int
     order by seq desc
"""

LOCK_OWNER: Final = """
    select id from "user" where id = (select signed_in_user()) for no key update
"""

EVERYTHING_DELETED: Final = """
    select deleted_at from deleted_conversation
     where user_id = (select signed_in_user()) and everything and deleted_at > $1::timestamptz
     limit 1
"""


def _store_question(condition: LiteralString = "") -> LiteralString:
    """The question, unless there is one with its id, or its conversation was deleted.

    Its time is later than any that the user's conversations have, whatever the server's clock does: the conversation is
    now the newest. Either it goes on, or it is made; where the id is somebody else's neither happens. One that has no
    title takes it from the first question that is no small talk.
    """
    return f"""
    with asked as (
        select "user".id as user_id, greatest(clock_timestamp(), newest.updated_at + interval '1 microsecond') as at
          from "user"
         cross join (
                select max(updated_at) as updated_at from conversation where user_id = (select signed_in_user())
               ) newest
         where "user".id = (select signed_in_user())
           and not exists (
                select from message where user_id = (select signed_in_user()) and id = $2::uuid
               )
           and not exists (
                select from deleted_conversation
                 where user_id = (select signed_in_user()) and conversation_id = $1::uuid
               ){condition}
    ), continued as (
        update conversation
           set message_count = message_count + 1, updated_at = asked.at,
               title = case when title = $5::text and coalesce(created_as, '') = '' and not exists (
                                select from message
                                 where user_id = (select signed_in_user()) and conversation_id = $1::uuid
                                   and role = 'assistant' and mode is distinct from 'smalltalk'
                            ) then $3::text
                            else title end
          from asked
         where conversation.user_id = asked.user_id and conversation.id = $1::uuid
        returning conversation.id
    ), created as (
        insert into conversation (id, user_id, title, message_count, created_at, updated_at)
        select $1::uuid, asked.user_id, $3::text, 1, asked.at, asked.at
          from asked
         where not exists (select from continued)
            on conflict (id) do nothing
        returning id
    ), own as (
        select id from continued union all select id from created
    )
    insert into message (id, conversation_id, user_id, seq, role, content, created_at)
    select $2::uuid, own.id, asked.user_id,
           1 + coalesce((
                select max(seq) from message
                 where user_id = (select signed_in_user()) and conversation_id = $1::uuid
           ), 0),
           'user', $4::text, asked.at
      from own, asked
"""  # noqa: S608 (as its type says, it is made of literals alone)


STORE_QUESTION: Final = _store_question()

STORE_WAITING_QUESTION: Final = _store_question("""
           and not exists (
                select from deleted_conversation
                 where user_id = (select signed_in_user()) and everything and deleted_at > $6::timestamptz
               )""")
"""Only if not everything was deleted since the question was asked."""

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

QUESTION_OUTCOME: Final = """
    select exists (
                select from message
                 where user_id = (select signed_in_user()) and id = $2::uuid
                   and conversation_id = $1::uuid and role = 'user' and content = $3::text
           ) as stored,
           exists (
                select from message where user_id = (select signed_in_user()) and id = $2::uuid
           ) as id_used,
           exists (
                select from deleted_conversation
                 where user_id = (select signed_in_user()) and conversation_id = $1::uuid
           ) as deleted,
           (
                select conversation_id from deleted_conversation
                 where user_id = (select signed_in_user()) and evicted_for = $2::uuid
                 order by deleted_at, conversation_id
                 limit 1
           ) as evicted
"""

# Counted first, measured then: a long conversation is never read as a whole.
WINDOW: Final = """
    select id, seq, role, content, status, mode, created_at
      from (
            select last.*, sum(char_length(content)) over (order by seq desc) as characters
              from (
                    select id, seq, role, content, status, mode, created_at
                      from message
                     where user_id = (select signed_in_user()) and conversation_id = $1::uuid
                       and seq < (
                            select seq from message where user_id = (select signed_in_user()) and id = $2::uuid
                           )
                     order by seq desc
                     limit $3::int
                   ) last
           ) measured
     where characters <= $4::int
     order by seq
"""

ANSWER: Final = """
    select id, seq, role, content, sources, status, mode, created_at
      from message
     where user_id = (select signed_in_user()) and id = $2::uuid
       and conversation_id = $1::uuid
"""

# An answer that is not complete gives way to a better one, in its place; a complete one stays as it is.
STORE_ANSWER: Final = """
    with asked as (
        select question.user_id, question.conversation_id,
               greatest(clock_timestamp(), newest.updated_at + interval '1 microsecond') as at
          from message question
         cross join (
                select max(updated_at) as updated_at from conversation where user_id = (select signed_in_user())
               ) newest
         where question.user_id = (select signed_in_user()) and question.id = $2::uuid
           and question.conversation_id = $1::uuid and question.role = 'user'
    ), bettered as (
        update message
           set content = $4::text, sources = $5::jsonb, status = $6::text, mode = $7::text
          from asked
         where message.user_id = asked.user_id and message.id = $3::uuid
           and message.conversation_id = asked.conversation_id and message.status <> 'complete'
    ), continued as (
        update conversation
           set message_count = message_count + 1, updated_at = asked.at
          from asked
         where conversation.user_id = asked.user_id and conversation.id = asked.conversation_id
           and not exists (
                select from message where user_id = (select signed_in_user()) and id = $3::uuid
               )
        returning conversation.id
    )
    insert into message (id, conversation_id, user_id, seq, role, content, sources, status, mode, created_at)
    select $3::uuid, continued.id, asked.user_id,
           1 + (
                select max(seq) from message
                 where user_id = (select signed_in_user()) and conversation_id = $1::uuid
           ),
           'assistant', $4::text, $5::jsonb, $6::text, $7::text, asked.at
      from continued, asked
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
