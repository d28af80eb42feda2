-- An append with less work around its rows: it locks its owner itself, counts the bytes of what it stores where it
-- counts the messages, in place of a trigger that writes the conversation once more, and keys of a text are made distinct
-- by sorting two bytes each.

-- As in 0146, behind a lock of its own; code of before takes it first, which changes nothing. Without its owner there is no
-- row.
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
    perform from "user" where id = owner for no key update;
    if not found then
        return;
    end if;
    perform set_config('app.bytes_are_counted', 'yes', true);
    -- a statement of its own, so it sees what the lock has waited for
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
               content_bytes = content_bytes + (select sum(message_bytes(content, '[]')) from fresh),
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
    if found then
        perform refuse_beyond_quota(owner);
    end if;
    perform set_config('app.bytes_are_counted', '', true);

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

comment on function append_messages(uuid, uuid[], text[], text[], text, text) is
    'Locks the signed-in user and appends to a conversation of theirs what is not there yet; what is there then, one row at '
    'least, or none where there is no such user';

-- As in 0110, but for a statement that has counted what it stores.
drop trigger measured_when_stored on message;
create trigger measured_when_stored after insert on message
    referencing new table as given for each statement
    when (coalesce(current_setting('app.bytes_are_counted', true), '') = '') execute function measure_messages();

-- What it gives stays as in 0144.
create or replace function search_keys(tsvector) returns smallint[]
    language plpgsql immutable strict parallel safe as $$
declare
    keys constant smallint[] := (
        select pg_catalog.array_agg(distinct key)
          from (
                select pg_catalog.array_agg(public.word_key(word))
                       || pg_catalog.array_agg(public.word_key(pg_catalog."left"(word, 3) || '*'))
                          filter (where pg_catalog.length(word) >= 3) as keys
                  from pg_catalog.unnest(pg_catalog.tsvector_to_array($1)) word
               ) of_words
         cross join pg_catalog.unnest(keys) key
    );
begin
    return case when pg_catalog.cardinality(keys) > 800 then null else coalesce(keys, '{}') end;
end
$$;
