-- Counts a use of what costs money or time, in the table of Better Auth's rate limits, or refuses it as count_request does.
--
-- Another rule, though: a use comes back every so often, so that whoever asks steadily goes on (the generic cell rate
-- algorithm). "lastRequest" is the moment at which all of them will have come back.

create function count_use(counted_key text, at_once integer, milliseconds_each integer) returns bigint
    language plpgsql volatile as $$
declare
    moment bigint := floor(extract(epoch from clock_timestamp()) * 1000);
    ahead bigint := (at_once - 1) * milliseconds_each::bigint;
    full_at bigint;
begin
    insert into "rateLimit" as row (id, key, count, "lastRequest")
    values (replace(gen_random_uuid()::text, '-', ''), counted_key, 1, moment + milliseconds_each)
    on conflict (key) do update set
        count = case when row."lastRequest" <= moment then 1 else row.count + 1 end,
        "lastRequest" = greatest(moment, row."lastRequest") + milliseconds_each
    where row."lastRequest" <= moment + ahead
    returning row."lastRequest" into full_at;

    if full_at is null then
        select "lastRequest" into full_at from "rateLimit" where key = counted_key;
        raise exception 'over the rate limit' using
            errcode = 'RL429',
            constraint = greatest(1, ceil((coalesce(full_at, moment) - ahead - moment) / 1000.0)) || ' ' || counted_key;
    end if;
    return full_at;
end
$$;

comment on function count_use is
    'When all uses of the key will have come back; raises RL429 with "<seconds to wait> <key>" as constraint where none is left';

grant execute on function count_use to docs_app;
