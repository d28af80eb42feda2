"""The statements behind turns.py; owners and locks are as in conversation_queries.py."""

from __future__ import annotations

from typing import Final, LiteralString

BEGIN_TURN: Final = """
    select begin_turn(
        $1::uuid, $2::uuid, $3::text, $4::text, $5::text, $6::integer, $7::integer, $8::integer, $9::uuid
    )
"""
"""A question that replaces nothing and has not waited, with all that is read after it (migration 0156)."""

COMPLETE_TURN: Final = """
    select complete_turn(
        $1::uuid, $2::uuid, $3::uuid, $4::text, $5::jsonb, $6::text, $7::text, $8::text, $9::text
    )
"""
"""`STORE_ANSWER` with what is read after it."""

EVERYTHING_DELETED: Final = """
    select deleted_at from deleted_conversation
     where user_id = (select signed_in_user()) and everything and deleted_at > $1::timestamptz
     limit 1
"""


def _store_question(
    condition: LiteralString = "",
    asked: LiteralString = "",
    counted: LiteralString = "1",
    columns: LiteralString = "",
    values: LiteralString = "",
) -> LiteralString:
    """The question, unless there is one with its id, or its conversation was deleted.

    Its time is later than any that the user's conversations have, whatever the server's clock does: the conversation is
    now the newest. Either it goes on, or it is made; where the id is somebody else's neither happens. One that has no
    title takes it from the first question that is no small talk.
    """
    return f"""
    with asked as (
        select "user".id as user_id,
               greatest(clock_timestamp(), newest.updated_at + interval '1 microsecond') as at{asked}
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
           set message_count = message_count + {counted}, updated_at = asked.at,
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
            on conflict do nothing
        returning id
    ), own as (
        select id from continued union all select id from created
    )
    insert into message (id, conversation_id, user_id, seq, role, content, created_at{columns})
    select $2::uuid, own.id, asked.user_id,
           1 + coalesce((
                select max(seq) from message
                 where user_id = (select signed_in_user()) and conversation_id = $1::uuid
           ), 0),
           'user', $4::text, asked.at{values}
      from own, asked
"""  # noqa: S608 (as its type says, it is made of literals alone)


STORE_QUESTION: Final = _store_question()

STORE_WAITING_QUESTION: Final = _store_question(
    """
           and not exists (
                select from deleted_conversation
                 where user_id = (select signed_in_user()) and everything and deleted_at > $6::timestamptz
               )""",
    # a question that should have taken the place of this one, or of its answer, and was stored before it
    asked=""",
               (
                select taker.id from message taker
                 where taker.user_id = (select signed_in_user()) and taker.conversation_id = $1::uuid
                   and taker.replaces in ($2::uuid, $8::uuid)
                 order by taker.seq
                 limit 1
               ) as taken_by""",
    counted="case when asked.taken_by is null then 1 else 0 end",
    columns=", replaces, replaced_by",
    values=", $7::uuid, asked.taken_by",
)
"""Only if not everything was deleted since the question was asked. Receipts come in any order: it says whose place it
takes, for the one that comes later."""

STORE_REPLACING_QUESTION: Final = _store_question("""
           and exists (
                select from message
                 where user_id = (select signed_in_user()) and id = $6::uuid
                   and conversation_id = $1::uuid and replaced_by = $2::uuid
               )""")
"""Only where it has taken the place of a turn."""


def _replace(condition: LiteralString = "") -> LiteralString:
    """Mark the turn, question and answer, that the message `$3` belongs to: the question `$2` takes its place.

    Answers name their questions: of two that were asked at once, both may stand before their answers. What a client
    brought belongs to the question before it.
    """
    return f"""
    with named as (
        select seq, answers
          from message
         where user_id = (select signed_in_user()) and id = $3::uuid
           and conversation_id = $1::uuid and replaced_by is null
    ), first as (
        select question.id, question.seq
          from message question, named
         where user_id = (select signed_in_user()) and conversation_id = $1::uuid
           and role = 'user' and replaced_by is null
           and case when named.answers is null then question.seq <= named.seq else question.id = named.answers end
         order by question.seq desc
         limit 1
    ), next as (
        select min(message.seq) as seq
          from message, first
         where user_id = (select signed_in_user()) and conversation_id = $1::uuid
           and role = 'user' and replaced_by is null and message.seq > first.seq
    ), replaced as (
        update message
           set replaced_by = $2::uuid
          from first, next
         where user_id = (select signed_in_user()) and conversation_id = $1::uuid and replaced_by is null
           and case when answers is null
                    then message.seq >= first.seq and message.seq < coalesce(next.seq, 2147483647)
                    else answers = first.id end{condition}
           and not exists (
                select from message where user_id = (select signed_in_user()) and id = $2::uuid
               )
        returning message.conversation_id
    )
    update conversation
       set message_count = message_count - counted.messages
      from (select conversation_id, count(*)::int as messages from replaced group by conversation_id) counted
     where conversation.user_id = (select signed_in_user()) and conversation.id = counted.conversation_id
"""  # noqa: S608 (as above)


REPLACE_LAST: Final = _replace(" and next.seq is null")

REPLACE_WAITING: Final = _replace()
"""Whatever came after it while the question waited."""


def _question_outcome(further: LiteralString = "") -> LiteralString:
    return f"""
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
           ) as evicted{further}
"""  # noqa: S608 (as above)


QUESTION_OUTCOME: Final = _question_outcome()

REPLACING_OUTCOME: Final = _question_outcome(""",
           exists (
                select from message
                 where user_id = (select signed_in_user()) and id = $4::uuid and conversation_id = $1::uuid
           ) as replaced_known""")

# Counted first, measured then: a long conversation is never read as a whole.
WINDOW: Final = """
    select id, seq, role, content, status, mode, created_at
      from (
            select last.*, sum(char_length(content)) over (order by seq desc) as characters
              from (
                    select id, seq, role, content, status, mode, created_at
                      from message
                     where user_id = (select signed_in_user()) and conversation_id = $1::uuid
                       and replaced_by is null
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

# Of the turn whose place the question takes: what an answer that is continued begins with.
REPLACED_ANSWER: Final = """
    select id, seq, role, content, sources, status, mode, created_at
      from message
     where user_id = (select signed_in_user()) and conversation_id = $1::uuid
       and replaced_by = $2::uuid and role = 'assistant'
     order by seq desc
     limit 1
"""

# An answer that is not complete gives way to a better one, in its place; a complete one stays as it is, and so does one
# that its reader stopped. An answer that comes after its question was replaced is replaced as well.
STORE_ANSWER: Final = """
    with asked as (
        select question.user_id, question.conversation_id, question.replaced_by,
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
           and message.conversation_id = asked.conversation_id and message.status not in ('complete', 'stopped')
    ), continued as (
        update conversation
           set message_count = message_count + case when asked.replaced_by is null then 1 else 0 end,
               updated_at = asked.at
          from asked
         where conversation.user_id = asked.user_id and conversation.id = asked.conversation_id
           and not exists (
                select from message where user_id = (select signed_in_user()) and id = $3::uuid
               )
        returning conversation.id
    )
    insert into message
        (id, conversation_id, user_id, seq, role, content, sources, status, mode, created_at, replaced_by,
         answers, page, language)
    select $3::uuid, continued.id, asked.user_id,
           1 + (
                select max(seq) from message
                 where user_id = (select signed_in_user()) and conversation_id = $1::uuid
           ),
           'assistant', $4::text, $5::jsonb, $6::text, $7::text, asked.at, asked.replaced_by,
           $2::uuid, $8::text, $9::text
      from continued, asked
"""

ASK_TO_STOP: Final = """
    update message
       set stop_asked = true
     where user_id = (select signed_in_user()) and id = $1::uuid and role = 'user' and not stop_asked
"""

STOPPING: Final = """
    select question.id,
           not exists (
                select from message answer
                 where answer.user_id = (select signed_in_user()) and answer.id = $2::uuid
                   and answer.status in ('complete', 'stopped')
           ) as stopping
      from message question
     where question.user_id = (select signed_in_user()) and question.id = $1::uuid and question.role = 'user'
"""

STOP_ASKED: Final = """
    select stop_asked from message where user_id = (select signed_in_user()) and id = $1::uuid
"""
