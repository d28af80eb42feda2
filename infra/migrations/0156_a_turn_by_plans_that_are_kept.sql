-- The chat's two batches, a question and its answer, by plans that the server's connection keeps, as messages are appended
-- (0145, 0155): five statements for each were parsed and planned anew, which took more than to run them. What they do is told
-- in shared/history/turn_queries.py, whose statements go on storing what waited and what replaces a turn. With the caller's
-- rights, under row-level security.

-- [is stored, its id is used, its conversation was deleted, what had to go for it, what was said before, its answer]; null
-- without a user.
create function begin_turn(
    in_conversation uuid, question uuid, first_title text, said text, untitled text, keep integer,
    window_messages integer, window_characters integer, answer uuid
) returns json
    language plpgsql volatile
    set plan_cache_mode = force_generic_plan
as $$
declare
    owner constant text := signed_in_user();
    added constant bigint := message_bytes(said, '[]');
    owned record;
    thread record;
    stored boolean;
    counting text;  -- what a setting was set to, which nobody asks for
begin
    perform from "user" where id = owner for no key update;
    if not found then
        return null;
    end if;
    -- statements of their own, so they see what the lock has waited for
    select greatest(clock_timestamp(), max(updated_at) + interval '1 microsecond') as at,
           coalesce(sum(content_bytes), 0) as bytes, count(*) as conversations,
           exists (select from message where user_id = owner and id = question)
           or exists (
                select from deleted_conversation where user_id = owner and conversation_id = in_conversation
              ) as not_now
      into owned
      from conversation
     where user_id = owner;
    if not owned.not_now then
        update conversation
           set message_count = message_count + 1, content_bytes = content_bytes + added, updated_at = owned.at
         where user_id = owner and id = in_conversation
        returning title, created_as into thread;
        stored := found;
        if not stored then
            insert into conversation (id, user_id, title, message_count, content_bytes, created_at, updated_at)
            values (in_conversation, owner, first_title, 1, added, owned.at, owned.at)
                on conflict do nothing;
            stored := found;
            owned.conversations := owned.conversations + 1;
        elsif thread.title = untitled and coalesce(thread.created_as, '') = '' and not exists (
            select from message
             where user_id = owner and conversation_id = in_conversation
               and role = 'assistant' and mode is distinct from 'smalltalk'
        ) then
            update conversation set title = first_title where user_id = owner and id = in_conversation;
        end if;
        if stored then
            if owned.bytes + added > history_bytes() then
                perform refuse_beyond_quota(owner);
            end if;
            counting := set_config('app.bytes_are_counted', 'yes', true);
            insert into message (id, conversation_id, user_id, seq, role, content, created_at)
            values (
                question, in_conversation, owner,
                1 + coalesce((
                    select max(seq) from message where user_id = owner and conversation_id = in_conversation
                ), 0),
                'user', said, owned.at
            );
            counting := set_config('app.bytes_are_counted', '', true);
        end if;
    end if;

    if owned.conversations > greatest(keep, 1) then
        with surplus as (
            select id
              from conversation
             where user_id = owner
             order by id = in_conversation desc, pinned desc, updated_at desc, id desc
            offset greatest(keep, 1)
        ), evicted as (
            delete from conversation
             using surplus
             where conversation.user_id = owner and conversation.id = surplus.id
            returning conversation.user_id, conversation.id
        )
        insert into deleted_conversation (user_id, conversation_id, evicted_for)
        select user_id, id, question from evicted
            on conflict (user_id, conversation_id) do nothing;
    end if;

    return json_build_array(
        exists (
            select from message
             where user_id = owner and id = question
               and conversation_id = in_conversation and role = 'user' and content = said
        ),
        exists (select from message where user_id = owner and id = question),
        exists (select from deleted_conversation where user_id = owner and conversation_id = in_conversation),
        (
            select conversation_id from deleted_conversation
             where user_id = owner and evicted_for = question
             order by deleted_at, conversation_id
             limit 1
        ),
        (
            select coalesce(
                       json_agg(json_build_array(id, seq, role, content, created_at, status, null, mode) order by seq), '[]'
                   )
              from (
                    select last.*, sum(char_length(content)) over (order by seq desc) as characters
                      from (
                            select id, seq, role, content, status, mode, created_at
                              from message
                             where user_id = owner and conversation_id = in_conversation and replaced_by is null
                               and seq < (select seq from message where user_id = owner and id = question)
                             order by seq desc
                             limit window_messages
                           ) last
                   ) measured
             where characters <= window_characters
        ),
        (
            select json_build_array(id, seq, role, content, created_at, status, sources, mode)
              from message
             where user_id = owner and id = answer and conversation_id = in_conversation
        )
    );
end
$$;

comment on function begin_turn(uuid, uuid, text, text, text, integer, integer, integer, uuid) is
    'Locks the signed-in user and stores a question of theirs, in a new conversation unless there is one; what came of that';

-- [the answer as it is stored or null, its conversation was deleted]; null without a user.
create function complete_turn(
    in_conversation uuid, question uuid, answer uuid, said text, cited jsonb, given_status text, given_mode text,
    asked_on text, answered_in text
) returns json
    language plpgsql volatile
    set plan_cache_mode = force_generic_plan
as $$
declare
    owner constant text := signed_in_user();
    asked record;
    moment timestamptz;
    counting text;  -- as above
begin
    perform from "user" where id = owner for no key update;
    if not found then
        return null;
    end if;
    select replaced_by, exists (select from message where user_id = owner and id = answer) as answered
      into asked
      from message
     where user_id = owner and id = question and conversation_id = in_conversation and role = 'user';
    if asked.answered then
        update message
           set content = said, sources = cited, status = given_status, mode = given_mode
         where user_id = owner and id = answer
           and conversation_id = in_conversation and status not in ('complete', 'stopped');
    elsif found then
        update conversation
           set message_count = message_count + case when asked.replaced_by is null then 1 else 0 end,
               content_bytes = content_bytes + message_bytes(said, cited),
               updated_at = greatest(clock_timestamp(), (
                    select max(updated_at) from conversation where user_id = owner
               ) + interval '1 microsecond')
         where user_id = owner and id = in_conversation
        returning updated_at into moment;
        counting := set_config('app.bytes_are_counted', 'yes', true);
        insert into message
            (id, conversation_id, user_id, seq, role, content, sources, status, mode, created_at, replaced_by,
             answers, page, language)
        values (
            answer, in_conversation, owner,
            1 + (select max(seq) from message where user_id = owner and conversation_id = in_conversation),
            'assistant', said, cited, given_status, given_mode, moment, asked.replaced_by,
            question, asked_on, answered_in
        );
        counting := set_config('app.bytes_are_counted', '', true);
    end if;
    return json_build_array(
        (
            select json_build_array(id, seq, role, content, created_at, status, sources, mode)
              from message
             where user_id = owner and id = answer and conversation_id = in_conversation
        ),
        exists (
            select from deleted_conversation
             where user_id = owner and conversation_id = in_conversation and was_there
        )
    );
end
$$;

comment on function complete_turn(uuid, uuid, uuid, text, jsonb, text, text, text, text) is
    'Locks the signed-in user and stores the answer to a question of theirs, in place of one that is not final; what is there then';

revoke execute on function begin_turn(uuid, uuid, text, text, text, integer, integer, integer, uuid) from public;
grant execute on function begin_turn(uuid, uuid, text, text, text, integer, integer, integer, uuid) to docs_app;
revoke execute on function complete_turn(uuid, uuid, uuid, text, jsonb, text, text, text, text) from public;
grant execute on function complete_turn(uuid, uuid, uuid, text, jsonb, text, text, text, text) to docs_app;
