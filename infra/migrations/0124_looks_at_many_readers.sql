-- The desk over many readers and guests: one reading of what was asked in the days that are looked at, and nothing of a
-- whole table. What each look reads is in specs/insight.md.

-- A vote is given after its question was asked, so a period's votes are found by their time.
create index message_feedback_down_since on message_feedback (updated_at) where value = 'down';
create index guest_feedback_down_since on guest_feedback (updated_at) where value = 'down';
drop index guest_feedback_down;

-- All that is counted of guests' questions without their texts, which are the most of the table.
create index asked_by_guest_counted on asked_by_guest (at desc, wording) include (mode, page, language, id);
drop index asked_by_guest_newest_first;

-- Each reader of a day has a row there; the desk wants those of everybody.
create index model_spending_of_everybody on model_spending (day) where key like 'everybody:%';

-- As in 0123, of a period. An hour more, since times of questions and of votes come from two clocks.
create or replace function down_source(with_guests boolean) returns text
    language sql immutable
    return $source$
        select message_id, user_id, comment from message_feedback
         where value = 'down' and updated_at >= $1 - interval '1 hour'
    $source$ || case when coalesce(with_guests, false) then $source$
         union all
        select message_id, ''::text, comment from guest_feedback
         where value = 'down' and updated_at >= $1 - interval '1 hour'
    $source$ else '' end;

-- As in 0123.
create or replace function owner_questions(since timestamptz, until timestamptz, wanted jsonb) returns jsonb
    language plpgsql stable
    set search_path = pg_catalog, public, pg_temp
    set work_mem = '32MB'  -- what a month's questions are sorted in; less goes over the disk
    set jit = off          -- compiling takes longer than reading
    set enable_mergejoin = off  -- the planner does not know how few votes there are, and would sort all questions for them
as $$
declare
    guests constant boolean := (wanted ->> 'guests')::boolean;
    show constant text := wanted ->> 'show';
    query text;
    found jsonb;
begin
    -- as texts, so that the filters that nobody asked for cost nothing: the plan knows all values. What is sorted is made
    -- narrow before (offset 0), so that it stays in memory
    query := case when show = 'pages' then $of_pages$
        with down as materialized ({down}), chosen as (
            select page, reader, at, mode = 'refused' as refused, down.message_id is not null as down
              from {asked} asked
              left join down on down.message_id = asked.answer_id and down.user_id = asked.user_id
             where at >= $1 and at < $2 and page is not null
               and ($3 is null or language = $3) and ($4 is null or page = $4)
            offset 0
        ), grouped as (
            select page, count(*) as times, array_agg(distinct reader) as readers, max(at) as last,
                   count(*) filter (where refused) as refused, count(*) filter (where down) as down
              from chosen
             group by 1
             order by 2 desc, 4 desc, 1
             limit $5
        )
        select jsonb_agg(jsonb_build_array(
                   null, page, times, cardinality(readers), extract(epoch from last), refused, down, readers[1:$6],
                   '[]'::jsonb
               ) order by times desc, last desc, page)
          from grouped
    $of_pages$ else $of_wordings$
        with down as materialized ({down}), chosen as (
            select wording, reader, at, mode = 'refused' as refused, down.message_id is not null as down, down.comment
              from {asked} asked
              {join} down on down.message_id = asked.answer_id and down.user_id = asked.user_id
             where at >= $1 and at < $2
               and ($3 is null or language = $3) and ($4 is null or page = $4) {unanswered}
            offset 0
        ), grouped as (
            select wording, count(*) as times, array_agg(distinct reader) as readers, max(at) as last,
                   count(*) filter (where refused) as refused, count(*) filter (where down) as down,
                   (array_agg(comment) filter (where comment is not null))[1:5] as comments
              from chosen
             group by 1
             order by 2 desc, 4 desc, 1
             limit $5
        )
        select jsonb_agg(jsonb_build_array(
                   left(coalesce(newest.content, q.content), 500), newest.page, g.times, cardinality(g.readers),
                   extract(epoch from g.last), g.refused, g.down, g.readers[1:$6],
                   coalesce(to_jsonb(g.comments), '[]')
               ) order by g.times desc, g.last desc, g.wording)
          from grouped g
          -- one by one, by their keys: all together they would be few among very many
         cross join lateral (
                select a.question_id, a.user_id, a.page, a.content
                  from {asked} a
                 where a.at = g.last and a.wording = g.wording and ($4 is null or a.page = $4)
                 limit 1
               ) newest
          left join lateral (
                select content from message where id = newest.question_id and user_id = newest.user_id offset 0
               ) q on true
         where coalesce(newest.content, q.content) is not null
    $of_wordings$ end;
    query := replace(query, '{join}', case when show = 'down' then 'join' else 'left join' end);
    query := replace(query, '{unanswered}', case when show = 'unanswered' then 'and mode = ''refused''' else '' end);
    query := replace(replace(query, '{asked}', asked_source(guests)), '{down}', down_source(guests));
    execute query into found
      using since, until, wanted ->> 'language', wanted ->> 'page', (wanted ->> 'most')::int,
            (wanted ->> 'readers')::int;
    return coalesce(found, '[]');
end
$$;
