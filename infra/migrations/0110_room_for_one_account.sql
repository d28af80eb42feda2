-- How much of a history one account may store: in bytes as an export sends them, so that nobody fills the database, and
-- every history and every export stays readable. Kept for each conversation beside its number of messages, by triggers,
-- because every statement that stores something has to count, and code of the version before has to as well.

alter table conversation add column content_bytes bigint;
alter table conversation alter column content_bytes set default 0;

comment on column conversation.content_bytes is
    'Of its messages and what was said of them, as JSON, by triggers; null where 0111 has yet to count what was there before';

create function history_bytes() returns bigint
    language sql immutable parallel safe
    return 64 * 1024 * 1024;

comment on function history_bytes() is 'What one account may store; a site that wants another number replaces it';

-- The 300 stand for all but the texts, as in an export.
create function message_bytes(content text, sources jsonb) returns bigint
    language sql stable parallel safe
    return octet_length(to_json(content)::text) + octet_length(sources::text) + 300;

create function opinion_bytes(comment text) returns bigint
    language sql stable parallel safe
    return coalesce(octet_length(to_json(comment)::text), 0) + 50;

-- An answer gets in wherever its question did, else a reader would wait for a model in vain; there is one for each.
create function measure_messages() returns trigger
    language plpgsql as $$
declare
    asks boolean;
begin
    if tg_op = 'INSERT' then
        update conversation
           set content_bytes = content_bytes + added.bytes
          from (
                select user_id, conversation_id, sum(message_bytes(content, sources)) as bytes
                  from given group by user_id, conversation_id
               ) added
         where conversation.user_id = added.user_id and conversation.id = added.conversation_id;
        select exists (select from given where answers is null) into asks;
        if asks then
            perform refuse_beyond_quota(user_id) from (select distinct user_id from given) whose;
        end if;
    else
        update conversation
           set content_bytes = content_bytes + added.bytes
          from (
                select given.user_id, given.conversation_id,
                       sum(message_bytes(given.content, given.sources) - message_bytes(taken.content, taken.sources))
                       as bytes
                  from given join taken on taken.id = given.id and taken.user_id = given.user_id
                 where (given.content, given.sources) is distinct from (taken.content, taken.sources)
                 group by given.user_id, given.conversation_id
               ) added
         where conversation.user_id = added.user_id and conversation.id = added.conversation_id;
    end if;
    return null;
end
$$;

create function measure_opinions() returns trigger
    language plpgsql as $$
begin
    if tg_op <> 'DELETE' then
        update conversation
           set content_bytes = content_bytes + added.bytes
          from (
                select message.user_id, message.conversation_id, sum(opinion_bytes(given.comment)) as bytes
                  from given join message on message.id = given.message_id and message.user_id = given.user_id
                 group by message.user_id, message.conversation_id
               ) added
         where conversation.user_id = added.user_id and conversation.id = added.conversation_id;
    end if;
    if tg_op <> 'INSERT' then
        if not exists (select from taken) then
            return null;
        end if;
        update conversation
           set content_bytes = content_bytes - least(content_bytes, gone.bytes)
          from (
                select message.user_id, message.conversation_id, sum(opinion_bytes(taken.comment)) as bytes
                  from taken join message on message.id = taken.message_id and message.user_id = taken.user_id
                 group by message.user_id, message.conversation_id
               ) gone
         where conversation.user_id = gone.user_id and conversation.id = gone.conversation_id;
    end if;
    if tg_op <> 'DELETE' then
        perform refuse_beyond_quota(user_id) from (select distinct user_id from given) whose;
    end if;
    return null;
end
$$;

create function refuse_beyond_quota(owner text) returns void
    language plpgsql volatile as $$
begin
    if (select sum(content_bytes) from conversation where user_id = owner) > history_bytes() then
        raise exception 'the history of one account is full' using errcode = 'RL413';
    end if;
end
$$;

comment on function refuse_beyond_quota(text) is 'Raises RL413 where the conversations of a user hold more than one may store';

create trigger measured_when_stored after insert on message
    referencing new table as given for each statement execute function measure_messages();
create trigger measured_when_bettered after update on message
    referencing new table as given old table as taken for each statement execute function measure_messages();

create trigger measured_when_given after insert on message_feedback
    referencing new table as given for each statement execute function measure_opinions();
create trigger measured_when_changed after update on message_feedback
    referencing new table as given old table as taken for each statement execute function measure_opinions();
create trigger measured_when_taken_back after delete on message_feedback
    referencing old table as taken for each statement execute function measure_opinions();
