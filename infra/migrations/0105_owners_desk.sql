-- What the owner of the site may see of what was asked: which questions, how often, how they were answered; never by whom.

-- What the functions know of a turn beyond its texts. Of answers alone.
alter table message
    add column answers uuid,
    add column page text check (char_length(page) between 1 and 500),
    add column language text check (char_length(language) between 2 and 35);

comment on column message.answers is 'Of an answer that the functions gave: id of its question; null for what a client brought';
comment on column message.page is 'Of such an answer: path of the page that its reader was on, without query and fragment';
comment on column message.language is 'Of such an answer: language that its reader was spoken to in';


create table hidden_reader (
    user_id text        not null primary key references "user" (id) on delete cascade,
    since   timestamptz not null default clock_timestamp()
);

comment on table hidden_reader is 'Users whose questions the owner does not see, as they wish';

alter table hidden_reader enable row level security;

create policy owner_only on hidden_reader to docs_app
    using (user_id = (select signed_in_user())) with check (user_id = (select signed_in_user()));

grant select, insert, delete on hidden_reader to docs_app;


-- Questions that were answered, one row a turn: all that is counted, so that nobody reads `message` for it. The functions
-- can neither read nor write it; a trigger fills it, in the statement that stores the answer.
create table asked (
    answer_id   uuid        not null,
    user_id     text        not null,
    question_id uuid        not null,
    at          timestamptz not null,
    mode        text        not null,
    wording     bigint      not null,
    reader      integer     not null,
    page        text,
    language    text,
    primary key (answer_id, user_id),
    foreign key (answer_id, user_id) references message (id, user_id) on delete cascade
);

create index asked_newest_first on asked (at desc);
create index asked_of_a_user on asked (user_id);

comment on table asked is 'What was asked and how it was answered, for the owner of the site; goes with the message';
comment on column asked.wording is 'The same for questions of the same words: in any order, with any ending, without the small ones';
comment on column asked.reader is 'Follows from user_id, for counting; two readers in four thousand million share theirs';

alter table asked enable row level security;

create index message_feedback_down on message_feedback (user_id, message_id) where value = 'down';


create function wording_of(question text) returns bigint
    language plpgsql immutable strict parallel safe
as $$
declare
    words constant text[] := pg_catalog.tsvector_to_array(
        pg_catalog.to_tsvector('pg_catalog.english'::pg_catalog.regconfig, public.folded(pg_catalog.left(question, 2000))));
begin
    if words = '{}' then  -- small words alone, or none: as it was typed
        return pg_catalog.hashtextextended(pg_catalog.lower(question), 0);
    end if;
    return pg_catalog.hashtextextended(pg_catalog.array_to_string(words, ' '), 0);
end
$$;

comment on function wording_of(text) is 'One number for all questions of the same words';


create function note_asked() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, public, pg_temp
as $$
begin
    if new.replaced_by is not null then
        delete from asked where answer_id = new.id and user_id = new.user_id;
        return null;
    end if;
    insert into asked (answer_id, user_id, question_id, at, mode, wording, reader, page, language)
    select new.id, new.user_id, question.id, question.created_at, new.mode, wording_of(question.content),
           hashtext(new.user_id), new.page, new.language
      from message question
     where question.id = new.answers and question.user_id = new.user_id
       and not exists (select from hidden_reader where hidden_reader.user_id = new.user_id)
        on conflict (answer_id, user_id) do update set mode = excluded.mode;
    return null;
end
$$;

-- Greetings are no questions.
create trigger note_asked after insert or update of mode, replaced_by on message
    for each row when (new.answers is not null and new.mode <> 'smalltalk') execute function note_asked();


create function hide_asked() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, public, pg_temp
as $$
begin
    delete from asked where user_id = new.user_id;
    return null;
end
$$;

create trigger hide_asked after insert on hidden_reader for each row execute function hide_asked();


-- Whose session it is, if that user may sit at the owner's desk. Asked of the tables each time: neither a cookie nor a
-- token of somebody else's making says so.
create function owner_with(given_token text, owners text[]) returns text
    language sql stable
    set search_path = pg_catalog, public, pg_temp
    return (
        select u.id
          from session s
          join "user" u on u.id = s."userId"
         where s.token = given_token and s."expiresAt" > clock_timestamp() and u."emailVerified"
           and not is_banned(to_jsonb(u), clock_timestamp())
           and (lower(u.email) = any (owners)
                or 'admin' = any (string_to_array(replace(to_jsonb(u) ->> 'role', ' ', ''), ',')))
    );

comment on function owner_with(text, text[]) is
    'The user with this session, verified address and an address among these or the role `admin`; else null';

-- Groups of one wording, the largest first. A group that fewest readers did not ask may still belong to one that they did:
-- so all leave for the functions, with no more of their readers than a number for each of a few.
create function owner_questions(since timestamptz, until timestamptz, wanted jsonb) returns jsonb
    language sql stable
    set search_path = pg_catalog, public, pg_temp
    return (
        with turn as (
            select a.wording, a.reader, a.at, a.mode, a.page, a.question_id, a.user_id,
                   f.message_id is not null as down, f.comment
              from asked a
              left join message_feedback f
                     on f.user_id = a.user_id and f.message_id = a.answer_id and f.value = 'down'
             where a.at >= since and a.at < until
               and (wanted ->> 'language' is null or a.language = wanted ->> 'language')
               and (wanted ->> 'page' is null or a.page = wanted ->> 'page')
               and (wanted ->> 'show' <> 'unanswered' or a.mode = 'refused')
               and (wanted ->> 'show' <> 'down' or f.message_id is not null)
               and (wanted ->> 'show' <> 'pages' or a.page is not null)
        ), of_reader as (
            select case when wanted ->> 'show' = 'pages' then hashtextextended(page, 0) else wording end as wording,
                   reader, count(*) as times, max(at) as last, count(*) filter (where mode = 'refused') as refused,
                   count(*) filter (where down) as down, max(page) as page,
                   array_agg(comment) filter (where comment is not null) as comments,
                   (array_agg(question_id))[1] as question_id, (array_agg(user_id))[1] as user_id
              from turn
             group by 1, 2
        ), grouped as (
            select wording, sum(times) as times, count(*) as readers, max(last) as last, sum(refused) as refused,
                   sum(down) as down, mode() within group (order by page) as page,
                   (array_agg(reader))[1:(wanted ->> 'readers')::int] as some_readers,
                   (array_agg(array_to_json(comments)) filter (where comments is not null))[1:5] as comments,
                   (array_agg(question_id))[1] as question_id, (array_agg(user_id))[1] as user_id
              from of_reader
             group by wording
             order by 2 desc, 4 desc, 1
             limit (wanted ->> 'most')::int
        )
        select coalesce(jsonb_agg(jsonb_build_array(
                   case when wanted ->> 'show' <> 'pages' then left(q.content, 500) end,
                   g.page, g.times, g.readers, extract(epoch from g.last), g.refused, g.down,
                   to_jsonb(g.some_readers), coalesce(to_jsonb(g.comments), '[]')
               ) order by g.times desc, g.last desc, g.wording), '[]')
          from grouped g
          -- one by one, by their key: all together they would be few among very many
         cross join lateral (
                select content from message where id = g.question_id and user_id = g.user_id offset 0
               ) q
    );

create function owner_usage(since timestamptz, until timestamptz) returns jsonb
    language sql stable
    set search_path = pg_catalog, public, pg_temp
    return (
        with of_reader as (
            select (asked.at at time zone 'UTC')::date as day, reader, mode, count(*) as times
              from asked
             where at >= since and at < until
             group by 1, 2, 3
        ), of_mode as (
            select day, mode, sum(times) as times from of_reader group by 1, 2
        ), days as (
            select day, jsonb_object_agg(mode, times) as modes, sum(times) as times from of_mode group by 1
        ), readers as (
            select day, count(*) as readers from (select distinct day, reader from of_reader) each group by 1
        )
        select jsonb_build_array(
                   (select count(distinct reader) from of_reader),
                   coalesce(jsonb_agg(jsonb_build_array(days.day, days.times, readers.readers, days.modes)
                                      order by days.day), '[]'))
          from days join readers using (day)
    );

-- The one door of the owner's desk.
create function owner_desk(
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
        when 'usage' then owner_usage(since, until)
    end);
end
$$;

comment on function owner_desk(text, text[], text, timestamptz, timestamptz, jsonb) is
    'Null to everybody but an owner; else who looked, and what was looked at between two times';

revoke execute on function note_asked(), hide_asked(), owner_with(text, text[]) from public;
revoke execute on function owner_questions(timestamptz, timestamptz, jsonb) from public;
revoke execute on function owner_usage(timestamptz, timestamptz) from public;
revoke execute on function owner_desk(text, text[], text, timestamptz, timestamptz, jsonb) from public;
grant execute on function owner_desk(text, text[], text, timestamptz, timestamptz, jsonb) to docs_app;
