-- The desk's days: all that was asked was sorted once by day and mode, and once more for the readers of each mode, of each
-- day and of all. Now it is gathered by day and mode without being sorted, with its readers, who are then counted.

-- As in 0139 and 0142.
create or replace function owner_usage_and_tokens(since timestamptz, until timestamptz, guests boolean) returns jsonb
    language plpgsql stable
    set search_path = pg_catalog, public, pg_temp
    set timezone = 'UTC'
    set work_mem = '32MB'
    set jit = off
as $$
declare
    found jsonb;
begin
    execute replace($of_days$
        with counted as materialized (
            -- apart (offset 0), as the planner takes the days of an expression for as many as there are moments
            select day, mode, count(*) as times, array_agg(reader) as readers
              from (
                    select at::date as day, mode, reader from {asked} asked where at >= $1 and at < $2 offset 0
                   ) each
             group by 1, 2
        ), asked_days as (
            select day, sum(times)::bigint as times, jsonb_object_agg(mode, times) as modes,
                   (
                        select count(distinct reader) from counted of_day cross join unnest(of_day.readers) reader
                         where of_day.day = counted.day
                   ) as readers
              from counted
             group by day
        ), spent as (
            select day, sum(tokens) as tokens, sum(read) as read, sum(written) as written
              from (select day, tokens, read, written from model_spending where key like 'everybody:%'
                     union all
                    select day, tokens, read, written from model_day) each
             where day >= $1::date and day <= $2::date
             group by day
            having sum(tokens) > 0 or sum(read) > 0
        )
        select jsonb_build_array(
                   (select count(distinct reader) from counted cross join unnest(readers) reader),
                   coalesce(jsonb_agg(jsonb_build_array(
                       day, coalesce(times, 0), coalesce(readers, 0), coalesce(modes, '{}'), coalesce(tokens, 0),
                       read, written
                   ) order by day), '[]'))
          from asked_days
          full join spent using (day)
    $of_days$, '{asked}', asked_source(guests)) into found using since, until;
    return found;
end
$$;
