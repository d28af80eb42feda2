-- As in 0113, with the oldest trace that is kept looked up once for each writer. Compared row by row, it was looked up
-- for each of a writer's traces where the planner joined the other way round: 25 million rows read for one deletion.

create or replace function forget_old_traces() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, public, pg_temp
as $$
begin
    with oldest as materialized (
        select writer.user_id, (
                select newer.deleted_at from deleted_conversation newer
                 where newer.user_id = writer.user_id
                 order by newer.deleted_at desc
                offset history_traces() - 1
                 limit 1
               ) as deleted_at
          from (select distinct user_id from added) writer
    )
    delete from deleted_conversation trace
     using oldest
     where trace.user_id = oldest.user_id and trace.deleted_at < oldest.deleted_at;
    return null;
end
$$;
