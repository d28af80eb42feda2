-- Whoever deletes what never was, or makes and deletes without end, leaves a trace each time. Of one user the newest
-- thousands are kept: what comes late is a turn that waited for minutes, in a bad outage for days.

create index deleted_conversation_of_a_user on deleted_conversation (user_id, deleted_at desc);

create function history_traces() returns integer
    language sql immutable parallel safe
    return 5000;

comment on function history_traces() is 'How many deleted conversations of one user are remembered';

create function forget_old_traces() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, public, pg_temp
as $$
begin
    delete from deleted_conversation trace
     using (select distinct user_id from added) writer
     where trace.user_id = writer.user_id
       and trace.deleted_at < (
            select newer.deleted_at from deleted_conversation newer
             where newer.user_id = writer.user_id
             order by newer.deleted_at desc
            offset history_traces() - 1
             limit 1
           );
    return null;
end
$$;

revoke execute on function forget_old_traces() from public;

create trigger forget_old_traces after insert on deleted_conversation
    referencing new table as added
    for each statement execute function forget_old_traces();
