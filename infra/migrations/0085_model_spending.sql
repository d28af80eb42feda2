-- What a model's answers may cost a day: tokens and questions of each reader and each guest's address, tokens of guests
-- together and of everybody. What many spend from at once is several rows of which each request takes one at random, so
-- that nobody waits for a row that everybody writes.

create table model_spending (
    day date not null,
    key text not null,
    tokens bigint not null default 0,
    questions integer not null default 0,
    primary key (day, key)
);

comment on table model_spending is 'Tokens and questions of a day, by who spent them; yesterday''s are deleted';
comment on column model_spending.key is
    '`reader:` or `guest:` and a hash, `everybody:` or `guests:` and a number of the slice';

alter table model_spending enable row level security;

-- Takes the tokens of one question, or nothing: it goes as one, in the order that all callers keep to.
create function spend_on_model(
    guest text, wanted bigint, most_tokens bigint, most_questions integer, slice integer, most_slice bigint
) returns boolean
    language plpgsql volatile security definer
    set search_path = pg_catalog, public, pg_temp
as $$
declare
    today date := (clock_timestamp() at time zone 'utc')::date;
    spender text := coalesce('guest:' || guest, 'reader:' || md5(current_setting('app.user_id')));
    taken text[] := '{}';
    each text;
begin
    foreach each in array array[spender, 'everybody:' || slice]
        || case when guest is null then '{}'::text[] else array['guests:' || slice] end
    loop
        insert into model_spending as spent (day, key, tokens, questions)
        select today, each, wanted, 1
         where wanted <= case when each = spender then most_tokens
                              when each like 'guests:%' then most_slice / 2 else most_slice end
            on conflict (day, key) do update
           set tokens = spent.tokens + wanted, questions = spent.questions + 1
         where spent.tokens + wanted <= case when each = spender then most_tokens
                                             when each like 'guests:%' then most_slice / 2 else most_slice end
           and (each <> spender or spent.questions < most_questions);
        if not found then
            update model_spending set tokens = tokens - wanted, questions = questions - 1
             where day = today and key = any (taken);
            return false;
        end if;
        taken := taken || each;
    end loop;
    if random() < 0.01 then
        delete from model_spending where (day, key) in (
            select old.day, old.key from model_spending old where old.day < today - 1 limit 1000 for update skip locked
        );
    end if;
    return true;
end
$$;

comment on function spend_on_model(text, bigint, bigint, integer, integer, bigint) is
    'Whether a question may cost that many tokens; they are then taken. Without a guest it is the reader of app.user_id';

-- What an answer cost in truth: the difference goes back, and a question that no model was asked does not count.
create function settle_with_model(spared bigint, unasked integer, slice integer) returns void
    language sql volatile security definer
    set search_path = pg_catalog, public, pg_temp
as $$
    update model_spending
       set tokens = greatest(0, tokens - spared), questions = greatest(0, questions - unasked)
     where day = (clock_timestamp() at time zone 'utc')::date
       and key = any (array['reader:' || md5(current_setting('app.user_id')), 'everybody:' || slice]);
$$;

comment on function settle_with_model(bigint, integer, integer) is
    'Gives the reader of app.user_id back what spend_on_model took too much';

revoke execute on function spend_on_model(text, bigint, bigint, integer, integer, bigint) from public;
revoke execute on function settle_with_model(bigint, integer, integer) from public;
grant execute on function spend_on_model(text, bigint, bigint, integer, integer, bigint) to docs_app;
grant execute on function settle_with_model(bigint, integer, integer) to docs_app;
