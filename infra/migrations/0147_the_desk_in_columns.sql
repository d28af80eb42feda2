-- The owner's desk with less work: votes are found from themselves and not by asking each question for one, and what is
-- found leaves as one list a column, in place of one of nine values a row. `owner_questions` stays for the code of before.

-- All guests of one day (UTC) are one reader: its number, which is made for each of their questions.
create function guests_of_day(at timestamptz) returns integer
    language sql stable parallel safe
    return floor(date_part('epoch', at) / 86400)::integer;

comment on function guests_of_day(timestamptz) is 'Stands for all guests of that day, among the numbers of readers';

create or replace function asked_source(with_guests boolean) returns text
    language sql immutable
    return case when coalesce(with_guests, false) then $source$(
        select wording, reader, at, mode, page, language, answer_id, question_id, user_id, null::text as content
          from asked
         union all
        select wording, guests_of_day(at), at, mode, page, language, id, null::uuid, ''::text, content
          from asked_by_guest
    )$source$ else $source$(
        select wording, reader, at, mode, page, language, answer_id, question_id, user_id, null::text as content
          from asked
    )$source$ end;

-- What was asked and rated down, one by one by the answer's key (offset 0): votes are few among questions.
create function voted_source(with_guests boolean) returns text
    language sql immutable
    return $source$(
        select voted.*, vote.comment
          from (select message_id, user_id, comment from message_feedback
                 where value = 'down' and updated_at >= $1 - interval '1 hour') vote
         cross join lateral (
                select wording, reader, at, mode, page, language
                  from asked where answer_id = vote.message_id and user_id = vote.user_id offset 0
               ) voted
    $source$ || case when coalesce(with_guests, false) then $source$
         union all
        select voted.wording, guests_of_day(voted.at), voted.at, voted.mode, voted.page, voted.language, vote.comment
          from guest_feedback vote
          join asked_by_guest voted on voted.id = vote.message_id
         where vote.value = 'down' and vote.updated_at >= $1 - interval '1 hour'
           and voted.at >= $1 and voted.at < $2
    $source$ else '' end || ')';

revoke execute on function voted_source(boolean) from public;

create function owner_questions_by_column(since timestamptz, until timestamptz, wanted jsonb) returns json
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
    query := replace(query, '{chosen}', case when show = 'down' then 'voted' else $chosen$(
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

comment on function owner_questions_by_column(timestamptz, timestamptz, jsonb) is
    'Groups of one wording or page, the largest first: texts, pages, times, readers, when last (seconds), refused, rated '
    'down, numbers of some readers, reasons; nothing where there is none';

revoke execute on function owner_questions_by_column(timestamptz, timestamptz, jsonb) from public;

-- As in 0142; JSON as text, since nobody here asks what is in it.
drop function owner_desk(text, text[], text, timestamptz, timestamptz, jsonb);

create function owner_desk(
    given_token text, owners text[], what text, since timestamptz, until timestamptz, wanted jsonb
) returns json
    language plpgsql stable security definer
    set search_path = pg_catalog, public, pg_temp
as $$
declare
    looker constant text := owner_with(given_token, owners);
    guests constant boolean := (wanted ->> 'guests')::boolean;
    found json;
begin
    if looker is null then
        return null;
    end if;
    if what = 'questions' and (wanted ->> 'columns')::boolean then
        found := owner_questions_by_column(since, until, wanted);
    elsif what = 'questions' then
        found := owner_questions(since, until, wanted);
    elsif what = 'usage' and (wanted ->> 'told')::boolean then
        found := owner_usage_and_tokens(since, until, guests);
    elsif what = 'usage' then
        found := owner_usage(since, until, guests);
    end if;
    return json_build_object('looker', looker, 'found', found);
end
$$;

comment on function owner_desk(text, text[], text, timestamptz, timestamptz, jsonb) is
    'Null to everybody but an owner; else who looked, and what was looked at between two times';

revoke execute on function owner_desk(text, text[], text, timestamptz, timestamptz, jsonb) from public;
grant execute on function owner_desk(text, text[], text, timestamptz, timestamptz, jsonb) to docs_app;
