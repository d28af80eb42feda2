-- The keys of a text, in half the time: SQL planned its query anew for each message that was stored, and took the words
-- apart twice. What it gives stays as it is. Every name with its schema, as PL/pgSQL looks them up where it runs.
create or replace function search_keys(tsvector) returns smallint[]
    language plpgsql immutable strict parallel safe as $$
declare
    words constant text[] := pg_catalog.tsvector_to_array($1);
begin
    return (
        select case when pg_catalog.count(*) <= 800 then coalesce(pg_catalog.array_agg(one.key order by one.key), '{}') end
          from (
                select public.word_key(word) as key from pg_catalog.unnest(words) word
                 union
                select public.word_key(pg_catalog."left"(word, 3) || '*') from pg_catalog.unnest(words) word
                 where pg_catalog.length(word) >= 3
               ) one
    );
end
$$;
