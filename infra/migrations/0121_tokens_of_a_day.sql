-- What the model cost a day, after model_spending has forgotten it: one row a day, written when its rows are deleted.

create table model_day (
    day date not null primary key,
    tokens bigint not null
);

comment on table model_day is 'Tokens of the model of a day, of all readers and guests together, for 400 days; it names nobody';

alter table model_day enable row level security;

create function keep_model_day() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, public, pg_temp
as $$
begin
    insert into model_day as kept (day, tokens) values (old.day, old.tokens)
        on conflict (day) do update set tokens = kept.tokens + excluded.tokens;
    delete from model_day where day < old.day - 400;
    return null;
end
$$;

revoke execute on function keep_model_day() from public;

create trigger keep_model_day after delete on model_spending
    for each row when (old.key like 'everybody:%') execute function keep_model_day();


-- As in 0120, with the tokens of each day; a day on which guests alone asked a model has no questions.
create or replace function owner_usage(since timestamptz, until timestamptz) returns jsonb
    language plpgsql stable
    set search_path = pg_catalog, public, pg_temp
    set timezone = 'UTC'
    set work_mem = '32MB'
    set jit = off
as $$
declare
    found jsonb;
begin
    execute $of_days$
        with counted as (
            select at::date as day, mode, count(*) as times, count(distinct reader) as readers,
                   grouping(at::date, mode) as level
              from asked
             where at >= $1 and at < $2
             group by grouping sets ((at::date, mode), (at::date), ())
        ), modes as (
            select day, jsonb_object_agg(mode, times) as modes from counted where level = 0 group by day
        ), asked_days as (
            select day, times, readers, modes from counted join modes using (day) where level = 1
        ), spent as (
            select day, sum(tokens) as tokens
              from (select day, tokens from model_spending where key like 'everybody:%'
                     union all
                    select day, tokens from model_day) each
             where day >= $1::date and day <= $2::date
             group by day
            having sum(tokens) > 0
        )
        select jsonb_build_array(
                   (select readers from counted where level = 3),
                   coalesce(jsonb_agg(jsonb_build_array(
                       day, coalesce(times, 0), coalesce(readers, 0), coalesce(modes, '{}'), coalesce(tokens, 0)
                   ) order by day), '[]'))
          from asked_days
          full join spent using (day)
    $of_days$ into found using since, until;
    return found;
end
$$;
