-- A turn is appended by statements with less in them. Where the conversation is there and none of the messages, which is
-- nearly always, one statement reads what its owner has and counts, and one stores; what belongs to repeated requests is left to
-- the function of before. The answer says where the messages begin, as whoever sent them has the rest. And the words of
-- messages are found where they are stored, by one query for all, in place of a trigger that starts one for each.
-- With the caller's rights, under row-level security.

-- [was deleted, conversation or null, its last place before, messages that are not just what was sent, or null]; null
-- without a user.
create function append_to_conversation(
    into_conversation uuid, ids uuid[], roles text[], contents text[], first_title text, untitled text
) returns json
    language plpgsql volatile
    set plan_cache_mode = force_generic_plan  -- each would else be planned for the number of ids
as $$
declare
    owner constant text := signed_in_user();
    added constant bigint := (select sum(message_bytes(said, '[]')) from unnest(contents) said);
    thread record;
    counting text;  -- what a setting was set to, which nobody asks for
begin
    perform from "user" where id = owner for no key update;
    if not found then
        return null;
    end if;
    -- a statement of its own, so it sees what the lock has waited for
    update conversation
       set message_count = message_count + cardinality(ids),
           content_bytes = content_bytes + added,
           updated_at = greatest(clock_timestamp(), owned.newest + interval '1 microsecond')
      from (
            select max(updated_at) as newest, sum(content_bytes) as bytes from conversation where user_id = owner
           ) owned
     where user_id = owner and id = into_conversation and cardinality(ids) > 0
       and not exists (
                select from unnest(ids) as given(id)
                 cross join lateral (select from message where user_id = owner and message.id = given.id limit 1) there
           )
    returning conversation.*, owned.bytes as bytes_before, coalesce((
                select max(seq) from message where user_id = owner and conversation_id = into_conversation
              ), 0) as latest
         into thread;
    if not found then
        return (
            select json_build_array(
                       bool_or(deleted),
                       (array_agg(json_build_array(
                            conversation_id, title, pinned, begun_at, updated_at, message_count
                        )) filter (where conversation_id is not null))[1],
                       null,
                       coalesce(json_agg(json_build_array(
                           message_id, seq, role, content, created_at, status, sources, mode
                       )) filter (where message_id is not null), '[]')
                   )
              from append_messages(into_conversation, ids, roles, contents, first_title, untitled)
            having count(*) > 0
        );
    end if;
    if coalesce(thread.bytes_before, 0) + added > history_bytes() then
        perform refuse_beyond_quota(owner);
    end if;
    counting := set_config('app.bytes_are_counted', 'yes', true);
    insert into message (id, conversation_id, user_id, seq, role, content, created_at, words, search_keys)
    select ids[place], into_conversation, owner, thread.latest + place, roles[place], contents[place], thread.updated_at,
           said.words, found.keys
      from generate_series(1, cardinality(ids)) place
     cross join lateral (select search_words(contents[place]) as words offset 0) said
     cross join lateral keys_of_words(said.words) found;
    counting := set_config('app.bytes_are_counted', '', true);
    if thread.message_count = cardinality(ids) and thread.created_as = '' and thread.title = untitled then
        update conversation set title = first_title where user_id = owner and id = into_conversation;
        thread.title := first_title;
    end if;
    return json_build_array(
        false,
        json_build_array(
            thread.id, thread.title, thread.pinned, thread.created_at, thread.updated_at, thread.message_count
        ),
        thread.latest,
        null
    );
end
$$;

comment on function append_to_conversation(uuid, uuid[], text[], text[], text, text) is
    'Locks the signed-in user and appends to a conversation of theirs what is not there yet; where that begins, or what is there';

revoke execute on function append_to_conversation(uuid, uuid[], text[], text[], text, text) from public;
grant execute on function append_to_conversation(uuid, uuid[], text[], text[], text, text) to docs_app;

-- A statement that brings the words with a new message has found them, and so has one that restores a dump.
create or replace trigger words_of_content before update of content on message
    for each row execute function set_message_words();
create trigger words_of_new_content before insert on message
    for each row when (new.words is null) execute function set_message_words();
