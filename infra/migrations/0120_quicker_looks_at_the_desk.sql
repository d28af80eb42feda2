-- The owner's desk over many questions: what is looked at is read once, by a plan that is made for its days and filters.

-- Groups of one wording, or of one page, the largest first. A group that fewest readers did not ask may still belong to one
-- that they did: so all leave for the functions, with no more of their readers than a number for each of a few.
create or replace function owner_questions(since timestamptz, until timestamptz, wanted jsonb) returns jsonb
    language plpgsql stable
    set search_path = pg_catalog, public, pg_temp
    set work_mem = '32MB'  -- what a month's questions are sorted in; less goes over the disk
    set jit = off          -- compiling takes longer than reading
as $$
declare
    found jsonb;
begin
    -- as texts, so that the filters that nobody asked for cost nothing: the plan knows all values
    execute case when wanted ->> 'show' = 'pages' then $of_pages$
        with chosen as not materialized (
            select page, reader, at, mode, answer_id, user_id
              from asked
             where at >= $1 and at < $2 and page is not null
               and ($3 is null or language = $3) and ($4 is null or page = $4)
        ), rated as (
            select chosen.page, count(*) as times
              from message_feedback f
              join chosen on chosen.answer_id = f.message_id and chosen.user_id = f.user_id
             where f.value = 'down'
             group by 1
        ), grouped as (
            select page, count(*) as times, array_agg(distinct reader) as readers, max(at) as last,
                   count(*) filter (where mode = 'refused') as refused
              from chosen
             group by 1
             order by 2 desc, 4 desc, 1
             limit $6
        )
        select jsonb_agg(jsonb_build_array(
                   null, page, g.times, cardinality(g.readers), extract(epoch from g.last), g.refused,
                   coalesce(rated.times, 0), g.readers[1:$7], '[]'::jsonb
               ) order by g.times desc, g.last desc, page)
          from grouped g
          left join rated using (page)
    $of_pages$ else $of_wordings$
        with chosen as not materialized (
            select wording, reader, at, mode, page, answer_id, question_id, user_id
              from asked
             where at >= $1 and at < $2
               and ($3 is null or language = $3) and ($4 is null or page = $4)
               and ($5 <> 'unanswered' or mode = 'refused')
               and ($5 <> 'down' or exists (select from message_feedback f where f.value = 'down'
                                               and f.message_id = answer_id and f.user_id = asked.user_id))
        ), rated as (
            select chosen.wording, count(*) as times,
                   (array_agg(f.comment) filter (where f.comment is not null))[1:5] as comments
              from message_feedback f
              join chosen on chosen.answer_id = f.message_id and chosen.user_id = f.user_id
             where f.value = 'down'
             group by 1
        ), grouped as (
            select wording, count(*) as times, array_agg(distinct reader) as readers, max(at) as last,
                   count(*) filter (where mode = 'refused') as refused
              from chosen
             group by 1
             order by 2 desc, 4 desc, 1
             limit $6
        )
        select jsonb_agg(jsonb_build_array(
                   left(q.content, 500), newest.page, g.times, cardinality(g.readers), extract(epoch from g.last), g.refused,
                   coalesce(rated.times, 0), g.readers[1:$7], coalesce(to_jsonb(rated.comments), '[]')
               ) order by g.times desc, g.last desc, g.wording)
          from grouped g
          left join rated using (wording)
          -- one by one, by their keys: all together they would be few among very many
         cross join lateral (
                select a.question_id, a.user_id, a.page
                  from asked a
                 where a.at = g.last and a.wording = g.wording and ($4 is null or a.page = $4)
                 limit 1
               ) newest
         cross join lateral (
                select content from message where id = newest.question_id and user_id = newest.user_id offset 0
               ) q
    $of_wordings$ end
       into found
      using since, until, wanted ->> 'language', wanted ->> 'page', wanted ->> 'show', (wanted ->> 'most')::int,
            (wanted ->> 'readers')::int;
    return coalesce(found, '[]');
end
$$;

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
        )
        select jsonb_build_array(
                   (select readers from counted where level = 3),
                   coalesce(jsonb_agg(jsonb_build_array(day, times, readers, modes) order by day), '[]'))
          from counted
          join modes using (day)
         where level = 1
    $of_days$ into found using since, until;
    return found;
end
$$;
