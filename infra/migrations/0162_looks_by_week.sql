-- What was asked in the days that are looked at, as it is grouped: each of its weeks in the order of the wordings, from an
-- index that holds all that is counted, and the weeks merged. 100,000 questions were else sorted: a third of the work.

-- Rows that were added or deleted since are looked for in the table besides, one by one: with many, to sort all is quicker.
create function is_vacuumed(given regclass) returns boolean
    language sql stable
    set search_path = pg_catalog, pg_temp
    return (
        select pg_stat_get_ins_since_vacuum(given) <= reltuples / 10 and pg_stat_get_dead_tuples(given) <= relpages / 4
          from pg_class
         where oid = given
    );

comment on function is_vacuumed(regclass) is 'Whether an index of this table answers for most of its pages alone';

revoke execute on function is_vacuumed(regclass) from public;

create function asked_by_week(since timestamptz, until timestamptz, show text, with_guests boolean) returns text
    language sql stable
    set search_path = pg_catalog, public, pg_temp
    return (
        select string_agg(format(
                   '(select wording as key, reader, at, mode = ''refused'' as refused'
                   ' from asked where week_of(at) = %L%s%s%s order by wording)',
                   week, case when week < since then ' and at >= $1' end,
                   case when week + interval '168 hours' > until then ' and at < $2' end,
                   case when show = 'unanswered' then ' and mode = ''refused''' end
               ), ' union all ')
          from generate_series(week_of(since), until, interval '168 hours') week
    ) || case when with_guests then format(
        ' union all (select wording, guests_of_day(at), at, mode = ''refused'''
        ' from asked_by_guest where at >= $1 and at < $2%s order by wording)',
        case when show = 'unanswered' then ' and mode = ''refused''' end
    ) else '' end;

comment on function asked_by_week(timestamptz, timestamptz, text, boolean) is
    'SQL for all that was asked from $1 to $2, in the order of its wordings';

revoke execute on function asked_by_week(timestamptz, timestamptz, text, boolean) from public;

-- As in 0147.
create or replace function owner_questions_by_column(since timestamptz, until timestamptz, wanted jsonb) returns json
    language plpgsql stable
    set search_path = pg_catalog, public, pg_temp
    set work_mem = '32MB'  -- what a month's questions are sorted in; less goes over the disk
    set jit = off          -- compiling takes longer than reading
    set enable_mergejoin = off  -- the planner does not know how few votes there are, and would sort all questions for them
    set enable_nestloop = off   -- nor how many: only what is looked up by a key is looked up one by one
as $$
declare
    guests constant boolean := (wanted ->> 'guests')::boolean;
    show constant text := wanted ->> 'show';
    looked_at constant text := 'at >= $1 and at < $2 and ($3 is null or language = $3) and ($4 is null or page = $4)'
        || case show when 'pages' then ' and page is not null' when 'unanswered' then ' and mode = ''refused''' else '' end;
    query text;
    found json;
begin
    -- as texts, so that the filters that nobody asked for cost nothing: the plan knows all values. What is sorted is made
    -- narrow before (offset 0), so that it stays in memory
    query := $grouped$
        with voted as materialized (
            select {key} as key, reader, at, mode = 'refused' as refused, comment from {voted} voted where {looked_at}
        ), rated as materialized (
            select key, count(*) as down, (array_agg(comment) filter (where comment is not null))[1:5] as comments
              from voted
             group by 1
        ), grouped as (
            select key, count(*) as times, array_agg(distinct reader) as readers, max(at) as last,
                   count(*) filter (where refused) as refused
              from {chosen} chosen
             group by 1
             order by 2 desc, 4 desc, 1
             limit $5
        ), shown as (
            select {text} as text, {page} as page, times, cardinality(readers) as readers,
                   date_part('epoch', last) as last, refused, coalesce(down, 0) as down, readers[1:$6] as some_readers,
                   {comments} as comments
              from grouped g
              left join rated using (key)
              {texts}
             order by g.times desc, g.last desc, g.key
            offset 0
        )
        select json_build_array(
                   json_agg(text), json_agg(page), json_agg(times), json_agg(readers), json_agg(last), json_agg(refused),
                   json_agg(down), json_agg(some_readers), json_agg(comments)
               )
          from shown
        having count(*) > 0
    $grouped$;
    query := replace(query, '{chosen}', case
        when show = 'down' then 'voted'
        when show in ('asked', 'unanswered') and coalesce(wanted ->> 'language', wanted ->> 'page') is null
             and is_vacuumed('asked')
        then '(' || asked_by_week(since, until, show, coalesce(guests, false)) || ')'
        else $chosen$(
            select {key} as key, reader, at, mode = 'refused' as refused from {asked} asked where {looked_at} offset 0
        )$chosen$ end);
    if show = 'pages' then
        query := replace(replace(query, '{key}', 'page'), '{text}', 'null::text');
        query := replace(replace(query, '{page}', 'g.key'), '{comments}', 'null::text[]');
        query := replace(query, '{texts}', '');
    else
        query := replace(replace(query, '{key}', 'wording'), '{text}', 'left(coalesce(newest.content, q.content), 500)');
        query := replace(replace(query, '{page}', 'newest.page'), '{comments}', 'comments');
        query := replace(query, '{texts}', $texts$
              -- one by one, by their keys: all together they would be few among very many
             cross join lateral (
                    select a.question_id, a.user_id, a.page, a.content
                      from {asked} a
                     where a.at = g.last and a.wording = g.key and ($4 is null or a.page = $4)
                     limit 1
                   ) newest
              left join lateral (
                    select content from message where id = newest.question_id and user_id = newest.user_id offset 0
                   ) q on true
             where coalesce(newest.content, q.content) is not null
        $texts$);
    end if;
    query := replace(replace(query, '{asked}', asked_source(guests)), '{voted}', voted_source(guests));
    execute replace(query, '{looked_at}', looked_at) into found
      using since, until, wanted ->> 'language', wanted ->> 'page', (wanted ->> 'most')::int,
            (wanted ->> 'readers')::int;
    return coalesce(found, '[]');
end
$$;
