-- A batch whose answer was lost is sent once more. What it takes of the day for a question is then taken once, and what it
-- gives back comes back once: the row of whoever spends remembers what is taken and not yet given back, by a word of the
-- question's own. A taking reads `2026-11-27 3 reader:… word`; those of 0130, which have no word, are settled as before.

alter table model_spending add column held text[] not null default '{}';

comment on column model_spending.held is
    'Of whoever spends: what was taken and not yet given back, slice and word, the newest 200; for what is sent twice';

-- What of this has not been given back yet, each once.
create function takings_that_are_open(takings text[], spared bigint[], unasked integer[])
    returns table (taking text, tokens bigint, questions integer)
    language sql stable security definer
    set search_path = pg_catalog, public, pg_temp
begin atomic
    select distinct on (told.taking, case when split_part(told.taking, ' ', 4) = '' then told.place end)
           told.taking, told.tokens, told.questions
      from unnest(takings, spared, unasked) with ordinality as told (taking, tokens, questions, place)
     where split_part(told.taking, ' ', 4) = ''
        or exists (
            select from model_spending spender
             where spender.day = split_part(told.taking, ' ', 1)::date
               and spender.key = split_part(told.taking, ' ', 3)
               and split_part(told.taking, ' ', 2) || ' ' || split_part(told.taking, ' ', 4) = any (spender.held)
           );
end;

create or replace function settle_with_model(takings text[], spared bigint[], unasked integer[]) returns void
    language plpgsql volatile security definer
    set search_path = pg_catalog, public, pg_temp
as $$
declare
    open_takings text[];
    open_spared bigint[];
    open_unasked integer[];
begin
    perform from model_spending
     where (day, key) in (select told.day, told.key from rows_of_takings(takings, spared, unasked) told)
     order by day, key collate "C"
       for update;
    select array_agg(told.taking), array_agg(told.tokens), array_agg(told.questions)
      into open_takings, open_spared, open_unasked
      from takings_that_are_open(takings, spared, unasked) told;
    update model_spending
       set tokens = greatest(0, model_spending.tokens - told.tokens),
           questions = greatest(0, model_spending.questions - told.questions),
           held = array(
                select each.taking from unnest(model_spending.held) with ordinality as each (taking, place)
                 where not exists (
                        select from unnest(open_takings) as given (taking)
                         where split_part(given.taking, ' ', 1)::date = model_spending.day
                           and split_part(given.taking, ' ', 3) = model_spending.key
                           and split_part(given.taking, ' ', 2) || ' ' || split_part(given.taking, ' ', 4) = each.taking
                       )
                 order by each.place
           )
      from rows_of_takings(open_takings, open_spared, open_unasked) told
     where model_spending.day = told.day and model_spending.key = told.key;
end
$$;

-- What was taken for this question before, if it was.
create function taking_of(today date, spender text, word text) returns text
    language sql stable security definer
    set search_path = pg_catalog, public, pg_temp
begin atomic
    select to_char(today, 'YYYY-MM-DD') || ' ' || split_part(each.taking, ' ', 1) || ' ' || spender || ' ' || word
      from model_spending, unnest(model_spending.held) as each (taking)
     where model_spending.day = today and model_spending.key = spender and split_part(each.taking, ' ', 2) = word
     limit 1;
end;

create function spend_on_model(
    takings text[], spared bigint[], unasked integer[],
    guest text, answer uuid, wanted bigint, most_tokens bigint, most_questions integer,
    first_slice integer, slices integer, most_slice bigint, word text
) returns text
    language plpgsql volatile security definer
    set search_path = pg_catalog, public, pg_temp
as $$
declare
    today constant date := (clock_timestamp() at time zone 'utc')::date;
    spender constant text := coalesce('guest:' || guest, 'reader:' || md5(current_setting('app.user_id', true)));
    taking text;
begin
    -- where the first one is still under way, the second one waits for it
    perform pg_advisory_xact_lock(hashtextextended(spender || word, 0));
    taking := taking_of(today, spender, word);
    if taking is not null then
        perform settle_with_model(takings, spared, unasked);
        return taking;
    end if;
    taking := spend_on_model(takings, spared, unasked, guest, answer, wanted, most_tokens, most_questions,
                             first_slice, slices, most_slice);
    if taking is null then
        return null;
    end if;
    update model_spending
       set held = (array_append(model_spending.held, split_part(taking, ' ', 2) || ' ' || word))
                     [greatest(1, cardinality(model_spending.held) - 198):]
     where day = today and key = spender;
    return taking || ' ' || word;
end
$$;

comment on function spend_on_model(
    text[], bigint[], integer[], text, uuid, bigint, bigint, integer, integer, integer, bigint, text
) is
    'Takes the tokens of one question once, however often its batch is sent, and says from whom, or nothing and null';

revoke execute on function takings_that_are_open(text[], bigint[], integer[]) from public;
revoke execute on function taking_of(date, text, text) from public;
revoke execute on function spend_on_model(
    text[], bigint[], integer[], text, uuid, bigint, bigint, integer, integer, integer, bigint, text
) from public;
grant execute on function spend_on_model(
    text[], bigint[], integer[], text, uuid, bigint, bigint, integer, integer, integer, bigint, text
) to docs_app;
