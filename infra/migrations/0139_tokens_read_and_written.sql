-- What a day cost: tokens that the model read and tokens that it wrote have prices of their own. Both are counted where a
-- taking is settled, in the rows of everybody, which are locked there already. Nothing is known of what was never settled,
-- and of the days before this. The functions of 0130 and 0132 stay for those that are still running.

alter table model_spending add column read bigint, add column written bigint;
alter table model_day add column read bigint, add column written bigint;

comment on column model_spending.read is
    'Of everybody: tokens that the model read, as far as answers have told; null while none has';
comment on column model_spending.written is 'The same of those that it wrote';
comment on column model_day.read is 'Tokens that the model read, as far as answers have told; null where none has';
comment on column model_day.written is 'The same of those that it wrote';

create or replace function keep_model_day() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, public, pg_temp
as $$
begin
    insert into model_day as kept (day, tokens, read, written) values (old.day, old.tokens, old.read, old.written)
        on conflict (day) do update
       set tokens = kept.tokens + excluded.tokens,
           read = coalesce(kept.read + excluded.read, kept.read, excluded.read),
           written = coalesce(kept.written + excluded.written, kept.written, excluded.written);
    delete from model_day where day < old.day - 400;
    return null;
end
$$;

-- What comes back of takings that are still open, each once, by the rows that it comes back to.
create function rows_of_open_takings(
    takings text[], spared bigint[], unasked integer[], tokens_read bigint[], tokens_written bigint[]
) returns table (day date, key text, tokens bigint, questions bigint, read bigint, written bigint, given text[])
    language sql stable security definer
    set search_path = pg_catalog, public, pg_temp
begin atomic
    with told as (
        select distinct on (each.taking, case when split_part(each.taking, ' ', 4) = '' then each.place end)
               split_part(each.taking, ' ', 1)::date as day, split_part(each.taking, ' ', 2) as slice,
               split_part(each.taking, ' ', 3) as spender, split_part(each.taking, ' ', 4) as word,
               each.tokens, each.questions, each.read, each.written
          from unnest(takings, spared, unasked, tokens_read, tokens_written) with ordinality
            as each (taking, tokens, questions, read, written, place)
    ), still_open as (
        select told.*
          from told
         where told.word = ''
            or exists (select from model_spending spender
                        where spender.day = told.day and spender.key = told.spender
                          and told.slice || ' ' || told.word = any (spender.held))
    )
    select o.day, of_row.key, sum(o.tokens)::bigint, sum(o.questions)::bigint,
           sum(o.read) filter (where of_row.is_everybody)::bigint,
           sum(o.written) filter (where of_row.is_everybody)::bigint,
           array_agg(o.slice || ' ' || o.word) filter (where of_row.key = o.spender)
      from still_open o
     cross join lateral (values ('everybody:' || o.slice, true), (o.spender, false),
                                (case when o.spender like 'guest:%' then 'guests:' || o.slice end, false))
        as of_row (key, is_everybody)
     where of_row.key is not null
     group by o.day, of_row.key;
end;

-- All who write these rows lock them first, in one order.
create function settle_with_model(
    takings text[], spared bigint[], unasked integer[], tokens_read bigint[], tokens_written bigint[]
) returns void
    language plpgsql volatile security definer
    set search_path = pg_catalog, public, pg_temp
as $$
begin
    perform from model_spending
     where (day, key) in (select told.day, told.key from rows_of_takings(takings, spared, unasked) told)
     order by day, key collate "C"
       for update;
    update model_spending
       set tokens = greatest(0, model_spending.tokens - told.tokens),
           questions = greatest(0, model_spending.questions - told.questions),
           read = coalesce(model_spending.read + told.read, model_spending.read, told.read),
           written = coalesce(model_spending.written + told.written, model_spending.written, told.written),
           held = array(
                select each.taking from unnest(model_spending.held) with ordinality as each (taking, place)
                 where each.taking <> all (coalesce(told.given, '{}')) order by each.place
           )
      from rows_of_open_takings(takings, spared, unasked, tokens_read, tokens_written) told
     where model_spending.day = told.day and model_spending.key = told.key;
end
$$;

comment on function settle_with_model(text[], bigint[], integer[], bigint[], bigint[]) is
    'Gives back what spend_on_model took too much, and keeps what the model read and wrote of the rest';

create or replace function settle_with_model(takings text[], spared bigint[], unasked integer[]) returns void
    language sql volatile security definer
    set search_path = pg_catalog, public, pg_temp
as $$
    select settle_with_model(takings, spared, unasked, '{}'::bigint[], '{}'::bigint[]);
$$;

drop function takings_that_are_open(text[], bigint[], integer[]);

create function spend_on_model(
    takings text[], spared bigint[], unasked integer[], tokens_read bigint[], tokens_written bigint[],
    guest text, answer uuid, wanted bigint, most_tokens bigint, most_questions integer,
    first_slice integer, slices integer, most_slice bigint, word text
) returns text
    language plpgsql volatile security definer
    set search_path = pg_catalog, public, pg_temp
as $$
declare
    today constant date := (clock_timestamp() at time zone 'utc')::date;
    spender constant text := coalesce('guest:' || guest, 'reader:' || md5(current_setting('app.user_id', true)));
    slice integer;
    taken text[];
    taking text;
begin
    -- where the first one is still under way, the second one waits for it
    perform pg_advisory_xact_lock(hashtextextended(spender || word, 0));
    taking := taking_of(today, spender, word);
    if taking is null then
        select each.slice
          into slice
          from generate_series(0, slices - 1) each (slice)
          left join model_spending everybody on everybody.day = today and everybody.key = 'everybody:' || each.slice
          left join model_spending guests on guests.day = today and guests.key = 'guests:' || each.slice
         where coalesce(everybody.tokens, 0) + wanted <= most_slice
           and (guest is null or coalesce(guests.tokens, 0) + wanted <= most_slice / 2)
         order by (each.slice - first_slice + slices) % slices
         limit 1;
    end if;

    -- a turn that was answered before costs nothing, nor does one for which no slice has enough
    if slice is null or guest is null and exists (
        select from message
         where user_id = current_setting('app.user_id', true) and id = answer and status in ('complete', 'stopped')
    ) then
        perform settle_with_model(takings, spared, unasked, tokens_read, tokens_written);
        return taking;
    end if;

    taken := array['everybody:' || slice, spender]
             || case when guest is null then '{}'::text[] else array['guests:' || slice] end;
    insert into model_spending (day, key)
    select today, each.key from unnest(taken) as each (key) order by each.key collate "C"
        on conflict do nothing;
    perform from model_spending
     where (day = today and key = any (taken))
        or (day, key) in (select told.day, told.key from rows_of_takings(takings, spared, unasked) told)
     order by day, key collate "C"
       for update;
    perform settle_with_model(takings, spared, unasked, tokens_read, tokens_written);

    if exists (
        select from model_spending
         where day = today and key = any (taken)
           and (tokens + wanted > case when key = spender then most_tokens
                                       when key like 'guests:%' then most_slice / 2 else most_slice end
                or (key = spender and questions >= most_questions))
    ) then
        return null;
    end if;
    update model_spending
       set tokens = tokens + wanted,
           questions = questions + 1,
           held = case when key = spender
                       then (array_append(model_spending.held, slice || ' ' || word))
                                [greatest(1, cardinality(model_spending.held) - 198):]
                       else model_spending.held end
     where day = today and key = any (taken);
    if random() < 0.01 then
        delete from model_spending where (day, key) in (
            select old.day, old.key from model_spending old where old.day < today - 1 limit 1000 for update skip locked
        );
    end if;
    return to_char(today, 'YYYY-MM-DD') || ' ' || slice || ' ' || spender || ' ' || word;
end
$$;

comment on function spend_on_model(
    text[], bigint[], integer[], bigint[], bigint[], text, uuid, bigint, bigint, integer, integer, integer, bigint, text
) is
    'Takes the tokens of one question once, however often its batch is sent, and says from whom, or nothing and null';

revoke execute on function rows_of_open_takings(text[], bigint[], integer[], bigint[], bigint[]) from public;
revoke execute on function settle_with_model(text[], bigint[], integer[], bigint[], bigint[]) from public;
revoke execute on function spend_on_model(
    text[], bigint[], integer[], bigint[], bigint[], text, uuid, bigint, bigint, integer, integer, integer, bigint, text
) from public;
grant execute on function settle_with_model(text[], bigint[], integer[], bigint[], bigint[]) to docs_app;
grant execute on function spend_on_model(
    text[], bigint[], integer[], bigint[], bigint[], text, uuid, bigint, bigint, integer, integer, integer, bigint, text
) to docs_app;

-- As in 0122, with what was read and written of a day's tokens.
create or replace function owner_usage(since timestamptz, until timestamptz, guests boolean) returns jsonb
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
            select day, sum(tokens) as tokens, sum(read) as read, sum(written) as written
              from (select day, tokens, read, written from model_spending where key like 'everybody:%'
                     union all
                    select day, tokens, read, written from model_day) each
             where day >= $1::date and day <= $2::date
             group by day
            having sum(tokens) > 0 or sum(read) > 0
        )
        select jsonb_build_array(
                   (select readers from counted where level = 3),
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
