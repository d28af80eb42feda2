-- As in 0145, with the messages of the ids looked up one by one, by their key (limit 1), however many the planner expects:
-- its plan is for everybody, and for the many with few messages it read all that its owner has, which for somebody with
-- 50,000 took five times as long as before.
create or replace function append_messages(
    into_conversation uuid, ids uuid[], roles text[], contents text[], first_title text, untitled text
) returns table (
    deleted boolean, conversation_id uuid, title text, pinned boolean, begun_at timestamptz, updated_at timestamptz,
    message_count integer, message_id uuid, seq integer, role text, content text, created_at timestamptz, status text,
    sources jsonb, mode text
)
    language plpgsql volatile
    set plan_cache_mode = force_generic_plan  -- each would else be planned for the number of ids
as $$
#variable_conflict use_column
declare
    owner constant text := signed_in_user();
begin
    with given as (
        select given.id, given.role, given.content, given.place, there.id is null as is_new,
               (there.conversation_id, there.role, there.content)
               is distinct from (into_conversation, given.role, given.content) as is_another
          from unnest(ids, roles, contents) with ordinality as given(id, role, content, place)
          left join lateral (
                select * from message where user_id = owner and message.id = given.id limit 1
               ) there on true
    ), fresh as (
        select id, role, content, row_number() over (order by place)::int as nth from given where is_new
    ), continued as (
        update conversation
           set message_count = message_count + (select count(*)::int from fresh),
               updated_at = greatest(clock_timestamp(), (
                    select max(updated_at) from conversation where user_id = owner
               ) + interval '1 microsecond'),
               title = case when message_count = 0 and created_as = '' and title = untitled then first_title
                            else title end
         where user_id = owner and id = into_conversation
           and exists (select from fresh)
           and not exists (select from given where is_another and not is_new)
        returning id, user_id, updated_at
    )
    insert into message (id, conversation_id, user_id, seq, role, content, created_at)
    select fresh.id, continued.id, continued.user_id,
           fresh.nth + coalesce((
                select max(seq) from message where user_id = owner and conversation_id = into_conversation
           ), 0),
           fresh.role, fresh.content, continued.updated_at
      from continued, fresh;

    return query
    select exists (
                select from deleted_conversation
                 where user_id = owner and deleted_conversation.conversation_id = into_conversation and was_there
           ),
           thread.id, thread.title, thread.pinned, thread.created_at, thread.updated_at, thread.message_count,
           said.id, said.seq, said.role, said.content, said.created_at, said.status, said.sources, said.mode
      from (select) as asked
      left join conversation thread on thread.user_id = owner and thread.id = into_conversation
      left join lateral (
                select message.*
                  from unnest(ids) as given(id)
                 cross join lateral (select * from message where user_id = owner and message.id = given.id limit 1) message
                 where message.conversation_id = thread.id
               ) said on true;
end
$$;
