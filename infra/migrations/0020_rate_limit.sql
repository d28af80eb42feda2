-- Counts a request in Better Auth's table, by Better Auth's rule, or refuses it: in one statement that can stand at the
-- head of any batch. A refusal is an error, so that nothing else of the batch happens; the count stays as it was, which
-- is the rule: refused requests do not prolong their own refusal.

create function count_request(counted_key text, seconds integer, most integer) returns integer
    language plpgsql volatile as $$
declare
    moment bigint := floor(extract(epoch from clock_timestamp()) * 1000);
    period bigint := seconds * 1000::bigint;
    counted integer;
    latest bigint;
begin
    insert into "rateLimit" as row (id, key, count, "lastRequest")
    values (replace(gen_random_uuid()::text, '-', ''), counted_key, 1, moment)
    on conflict (key) do update set
        count = case when moment - row."lastRequest" >= period then 1 else row.count + 1 end,
        "lastRequest" = greatest(moment, row."lastRequest")
    where moment - row."lastRequest" >= period or row.count < most
    returning row.count into counted;

    if counted is null then
        select "lastRequest" into latest from "rateLimit" where key = counted_key;
        raise exception 'over the rate limit' using
            errcode = 'RL429',
            constraint = greatest(1, ceil((coalesce(latest, moment) + period - moment) / 1000.0)) || ' ' || counted_key;
    end if;

    if random() < 0.01 then
        -- whoever holds one of these rows is counting in it, and waiting for him could be waiting for each other
        delete from "rateLimit" where id in (
            select id from "rateLimit" where "lastRequest" < moment - 86400000 limit 1000 for update skip locked
        );
    end if;
    return counted;
end
$$;

comment on function count_request is
    'How often the key was counted in its window; raises RL429 with "<seconds to wait> <key>" as constraint when that is too often';

grant execute on function count_request to docs_app;
