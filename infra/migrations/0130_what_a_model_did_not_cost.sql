-- What a question takes of the day comes back where it did not cost it: a guest's as well, a turn's that was sent again,
-- and that of one which broke off. It comes with a batch that is made anyway, be it the next question's. So it says
-- itself of which day and from whom it was taken. The functions of 0085 stay for those that are still running.

-- What is to be given back to which rows; a taking reads `2026-11-27 3 guest:…`: day, slice, who spent it.
create function rows_of_takings(takings text[], spared bigint[], unasked integer[])
    returns table (day date, key text, tokens bigint, questions bigint)
    language sql immutable
    set search_path = pg_catalog, public, pg_temp
begin atomic
    select split_part(told.taking, ' ', 1)::date, spender.key, sum(told.tokens)::bigint, sum(told.questions)::bigint
      from unnest(takings, spared, unasked) as told (taking, tokens, questions)
     cross join lateral unnest(
            array['everybody:' || split_part(told.taking, ' ', 2), split_part(told.taking, ' ', 3)]
            || case when split_part(told.taking, ' ', 3) like 'guest:%'
                    then array['guests:' || split_part(told.taking, ' ', 2)]
                    else '{}'::text[] end
           ) as spender (key)
     group by 1, 2;
end;

-- All who write these rows lock them first, in one order.
create function settle_with_model(takings text[], spared bigint[], unasked integer[]) returns void
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
           questions = greatest(0, model_spending.questions - told.questions)
      from rows_of_takings(takings, spared, unasked) told
     where model_spending.day = told.day and model_spending.key = told.key;
end
$$;

comment on function settle_with_model(text[], bigint[], integer[]) is
    'Gives back what spend_on_model took too much: tokens, and a question where no model was asked';

create function spend_on_model(
    takings text[], spared bigint[], unasked integer[],
    guest text, answer uuid, wanted bigint, most_tokens bigint, most_questions integer,
    first_slice integer, slices integer, most_slice bigint
) returns text
    language plpgsql volatile security definer
    set search_path = pg_catalog, public, pg_temp
as $$
declare
    today constant date := (clock_timestamp() at time zone 'utc')::date;
    spender constant text := coalesce('guest:' || guest, 'reader:' || md5(current_setting('app.user_id', true)));
    slice integer;
    taken text[];
begin
    select each.slice
      into slice
      from generate_series(0, slices - 1) each (slice)
      left join model_spending everybody on everybody.day = today and everybody.key = 'everybody:' || each.slice
      left join model_spending guests on guests.day = today and guests.key = 'guests:' || each.slice
     where coalesce(everybody.tokens, 0) + wanted <= most_slice
       and (guest is null or coalesce(guests.tokens, 0) + wanted <= most_slice / 2)
     order by (each.slice - first_slice + slices) % slices
     limit 1;
    taken := array['everybody:' || slice, spender]
             || case when guest is null then '{}'::text[] else array['guests:' || slice] end;

    -- a turn that was answered before costs nothing, nor does one for which no slice has enough
    if slice is null or guest is null and exists (
        select from message
         where user_id = current_setting('app.user_id', true) and id = answer and status in ('complete', 'stopped')
    ) then
        perform settle_with_model(takings, spared, unasked);
        return null;
    end if;

    insert into model_spending (day, key)
    select today, each.key from unnest(taken) as each (key) order by each.key collate "C"
        on conflict do nothing;
    perform from model_spending
     where (day = today and key = any (taken))
        or (day, key) in (select told.day, told.key from rows_of_takings(takings, spared, unasked) told)
     order by day, key collate "C"
       for update;
    perform settle_with_model(takings, spared, unasked);

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
       set tokens = tokens + wanted, questions = questions + 1
     where day = today and key = any (taken);
    if random() < 0.01 then
        delete from model_spending where (day, key) in (
            select old.day, old.key from model_spending old where old.day < today - 1 limit 1000 for update skip locked
        );
    end if;
    return to_char(today, 'YYYY-MM-DD') || ' ' || slice || ' ' || spender;
end
$$;

comment on function spend_on_model(
    text[], bigint[], integer[], text, uuid, bigint, bigint, integer, integer, integer, bigint
) is
    'Takes the tokens of one question, and says from whom, or nothing and null; without a guest it is app.user_id''s';

revoke execute on function rows_of_takings(text[], bigint[], integer[]) from public;
revoke execute on function settle_with_model(text[], bigint[], integer[]) from public;
revoke execute on function spend_on_model(
    text[], bigint[], integer[], text, uuid, bigint, bigint, integer, integer, integer, bigint
) from public;
grant execute on function settle_with_model(text[], bigint[], integer[]) to docs_app;
grant execute on function spend_on_model(
    text[], bigint[], integer[], text, uuid, bigint, bigint, integer, integer, integer, bigint
) to docs_app;
