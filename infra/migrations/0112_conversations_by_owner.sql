-- Whose conversation it is is half of its name everywhere, here too: the same id may become two users' one day, when
-- the key over all users goes (specs/decisions/0045-an-id-is-its-owners.md).

create or replace function purge_history(history_days integer, tombstone_days integer, most integer)
    returns table (conversations integer, tombstones integer)
    language plpgsql volatile security definer
    set search_path = pg_catalog, public, pg_temp
as $$
declare
    owners text[];
begin
    if least(history_days, tombstone_days) < 30 then
        raise exception 'what is younger than 30 days is not purged' using errcode = 'invalid_parameter_value';
    end if;
    select array_agg(locked.id) into owners
      from (
            select "user".id
              from "user"
             where "user".id in (
                    select old.user_id
                      from (
                            select user_id from conversation
                             where updated_at < now() - make_interval(days => history_days)
                             order by updated_at
                             limit most
                           ) old
                   )
               for no key update skip locked
           ) locked;
    with expired as (
        select user_id, id from conversation
         where user_id = any (owners) and updated_at < now() - make_interval(days => history_days)
         order by updated_at
         limit most
    ), purged as (
        delete from conversation using expired
         where conversation.user_id = expired.user_id and conversation.id = expired.id
        returning conversation.user_id, conversation.id
    )
    insert into deleted_conversation (user_id, conversation_id) select user_id, id from purged
        on conflict (user_id, conversation_id) do nothing;
    get diagnostics conversations = row_count;
    delete from deleted_conversation
     where (user_id, conversation_id) in (
            select old.user_id, old.conversation_id from deleted_conversation old
             where old.deleted_at < now() - make_interval(days => tombstone_days)
             order by old.deleted_at
             limit most
           );
    get diagnostics tombstones = row_count;
    return next;
end
$$;
