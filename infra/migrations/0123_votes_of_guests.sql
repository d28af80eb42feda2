-- Guests' votes count where the owner sees guests: those on an answer whose question is kept. A vote knows its answer's id,
-- which is that of the question in `asked_by_guest`, and nothing of who gave it.

create index guest_feedback_down on guest_feedback (message_id) where value = 'down';

-- As in 0122; what guests asked has the id of its answer, and a user without a name, so that votes are found alike.
create or replace function asked_source(with_guests boolean) returns text
    language sql immutable
    return case when coalesce(with_guests, false) then $source$(
        select wording, reader, at, mode, page, language, answer_id, question_id, user_id, null::text as content
          from asked
         union all
        select wording, hashtext('guests of ' || date_trunc('day', at at time zone 'UTC')::text), at, mode, page, language,
               id, null::uuid, ''::text, content
          from asked_by_guest
    )$source$ else $source$(
        select wording, reader, at, mode, page, language, answer_id, question_id, user_id, null::text as content
          from asked
    )$source$ end;

create function down_source(with_guests boolean) returns text
    language sql immutable
    return case when coalesce(with_guests, false) then $source$(
        select message_id, user_id, comment from message_feedback where value = 'down'
         union all
        select message_id, ''::text, comment from guest_feedback where value = 'down'
    )$source$ else $source$(
        select message_id, user_id, comment from message_feedback where value = 'down'
    )$source$ end;

revoke execute on function down_source(boolean) from public;

-- As in 0122, with their votes.
create or replace function owner_questions(since timestamptz, until timestamptz, wanted jsonb) returns jsonb
    language plpgsql stable
    set search_path = pg_catalog, public, pg_temp
    set work_mem = '32MB'  -- what a month's questions are sorted in; less goes over the disk
    set jit = off          -- compiling takes longer than reading
as $$
declare
    guests constant boolean := (wanted ->> 'guests')::boolean;
    found jsonb;
begin
    -- as texts, so that the filters that nobody asked for cost nothing: the plan knows all values
    execute replace(replace(case when wanted ->> 'show' = 'pages' then $of_pages$
        with chosen as not materialized (
            select page, reader, at, mode, answer_id, user_id
              from {asked} asked
             where at >= $1 and at < $2 and page is not null
               and ($3 is null or language = $3) and ($4 is null or page = $4)
        ), rated as (
            select chosen.page, count(*) as times
              from {down} f
              join chosen on chosen.answer_id = f.message_id and chosen.user_id = f.user_id
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
              from {asked} asked
             where at >= $1 and at < $2
               and ($3 is null or language = $3) and ($4 is null or page = $4)
               and ($5 <> 'unanswered' or mode = 'refused')
               and ($5 <> 'down' or exists (select from {down} f
                                              where f.message_id = answer_id and f.user_id = asked.user_id))
        ), rated as (
            select chosen.wording, count(*) as times,
                   (array_agg(f.comment) filter (where f.comment is not null))[1:5] as comments
              from {down} f
              join chosen on chosen.answer_id = f.message_id and chosen.user_id = f.user_id
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
                   left(coalesce(newest.content, q.content), 500), newest.page, g.times, cardinality(g.readers), extract(epoch from g.last), g.refused,
                   coalesce(rated.times, 0), g.readers[1:$7], coalesce(to_jsonb(rated.comments), '[]')
               ) order by g.times desc, g.last desc, g.wording)
          from grouped g
          left join rated using (wording)
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
    $of_wordings$ end, '{asked}', asked_source(guests)), '{down}', down_source(guests))
       into found
      using since, until, wanted ->> 'language', wanted ->> 'page', wanted ->> 'show', (wanted ->> 'most')::int,
            (wanted ->> 'readers')::int;
    return coalesce(found, '[]');
end
$$;
