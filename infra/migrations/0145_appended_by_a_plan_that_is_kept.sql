-- Messages are appended, under the lock that the caller has taken, by plans that the server's connection keeps: half of what
-- it cost was to plan four statements for each call anew (specs/decisions/0047-an-append-is-planned-once-a-connection.md).
-- With the caller's rights, under row-level security.

-- All or none: where one of the ids means something else already, nothing is appended. One row for each message that is
-- there then; one without a message where there is none, and without a conversation where that is missing.
create function append_messages(
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
          left join message there on there.user_id = owner and there.id = given.id
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
      left join message said on said.user_id = owner and said.conversation_id = thread.id and said.id = any (ids);
end
$$;

comment on function append_messages(uuid, uuid[], text[], text[], text, text) is
    'Appends to a conversation of the signed-in user what is not there yet, behind the lock of its owner; what is there then';

revoke execute on function append_messages(uuid, uuid[], text[], text[], text, text) from public;
grant execute on function append_messages(uuid, uuid[], text[], text[], text, text) to docs_app;
