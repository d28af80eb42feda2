-- What guests ask, where the owner of the site wants to see it (OWNER_SEES_GUESTS) and for ninety days: the question as
-- it was masked before it left the chat, the hour, and how it was answered; nothing of who asked.

create table asked_by_guest (
    id       uuid        not null primary key,
    at       timestamptz not null,
    mode     text        not null check (char_length(mode) <= 20),
    wording  bigint      not null,
    content  text        not null check (char_length(content) <= 500),
    page     text        check (char_length(page) between 1 and 500),
    language text        check (char_length(language) between 2 and 35)
);

create index asked_by_guest_newest_first on asked_by_guest (at desc, wording);

comment on table asked_by_guest is
    'Questions of guests, for the owner of the site, for 90 days; written only while OWNER_SEES_GUESTS is on';
comment on column asked_by_guest.at is 'The hour: a minute could be found again in a log';

alter table asked_by_guest enable row level security;


create function guest_question_days() returns integer
    language sql immutable parallel safe
    return 90;

create function guest_questions_a_day() returns integer
    language sql immutable parallel safe
    return 5000;

comment on function guest_questions_a_day() is 'Strangers write here: so many of one day are kept, and no more';

create function keep_guest_question(
    id uuid, replaces uuid[], asked_at timestamptz, mode text, content text, page text, language text
) returns boolean
    language plpgsql volatile security definer
    set search_path = pg_catalog, public, pg_temp
    set timezone = 'UTC'
as $$
declare
    hour constant timestamptz := date_trunc('hour', least(asked_at, clock_timestamp()));
begin
    delete from asked_by_guest kept where kept.id = any (replaces);
    if hour < clock_timestamp() - make_interval(days => guest_question_days())
       or (select count(*) from asked_by_guest kept
            where kept.at >= date_trunc('day', hour) and kept.at < date_trunc('day', hour) + interval '1 day')
          >= guest_questions_a_day() then
        return false;
    end if;
    insert into asked_by_guest (id, at, mode, wording, content, page, language)
    values (id, hour, mode, wording_of(content), left(content, 500), page, language)
        on conflict do nothing;
    return true;
end
$$;

comment on function keep_guest_question(uuid, uuid[], timestamptz, text, text, text, text) is
    'Whether the question is kept, in the place of another one; not where the day has too many already';

create function purge_guest_questions(most integer) returns integer
    language plpgsql volatile security definer
    set search_path = pg_catalog, public, pg_temp
as $$
declare
    went integer;
begin
    delete from asked_by_guest where id in (
        select too_old.id from asked_by_guest too_old
         where too_old.at < clock_timestamp() - make_interval(days => guest_question_days())
         limit most
    );
    get diagnostics went = row_count;
    return went;
end
$$;

revoke execute on function keep_guest_question(uuid, uuid[], timestamptz, text, text, text, text) from public;
revoke execute on function purge_guest_questions(integer) from public;
grant execute on function keep_guest_question(uuid, uuid[], timestamptz, text, text, text, text) to docs_app;
grant execute on function purge_guest_questions(integer) to docs_app;


-- All that is looked at: with guests, whose days count as one reader each, only where the owner wants to see them.
create function asked_source(with_guests boolean) returns text
    language sql immutable
    return case when coalesce(with_guests, false) then $source$(
        select wording, reader, at, mode, page, language, answer_id, question_id, user_id, null::text as content
          from asked
         union all
        select wording, hashtext('guests of ' || date_trunc('day', at at time zone 'UTC')::text), at, mode, page, language,
               null::uuid, null::uuid, null::text, content
          from asked_by_guest
    )$source$ else $source$(
        select wording, reader, at, mode, page, language, answer_id, question_id, user_id, null::text as content
          from asked
    )$source$ end;

revoke execute on function asked_source(boolean) from public;

-- As in 0120.
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
    execute replace(case when wanted ->> 'show' = 'pages' then $of_pages$
        with chosen as not materialized (
            select page, reader, at, mode, answer_id, user_id
              from {asked} asked
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
              from {asked} asked
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
    $of_wordings$ end, '{asked}', asked_source((wanted ->> 'guests')::boolean))
       into found
      using since, until, wanted ->> 'language', wanted ->> 'page', wanted ->> 'show', (wanted ->> 'most')::int,
            (wanted ->> 'readers')::int;
    return coalesce(found, '[]');
end
$$;

-- As in 0121.
create function owner_usage(since timestamptz, until timestamptz, guests boolean) returns jsonb
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
        with counted as (
            select at::date as day, mode, count(*) as times, count(distinct reader) as readers,
                   grouping(at::date, mode) as level
              from {asked} asked
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
    $of_days$, '{asked}', asked_source(guests)) into found using since, until;
    return found;
end
$$;

revoke execute on function owner_usage(timestamptz, timestamptz, boolean) from public;

-- The one door of the owner's desk.
create or replace function owner_desk(
    given_token text, owners text[], what text, since timestamptz, until timestamptz, wanted jsonb
) returns jsonb
    language plpgsql stable security definer
    set search_path = pg_catalog, public, pg_temp
as $$
declare
    looker constant text := owner_with(given_token, owners);
begin
    if looker is null then
        return null;
    end if;
    return jsonb_build_object('looker', looker, 'found', case what
        when 'questions' then owner_questions(since, until, wanted)
        when 'usage' then owner_usage(since, until, (wanted ->> 'guests')::boolean)
    end);
end
$$;
