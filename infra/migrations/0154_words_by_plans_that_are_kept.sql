-- What a message can be found by costs less to find. The functions that spell a text were planned anew in each transaction,
-- as SQL functions are that cannot become part of a query; in PL/pgSQL they keep their plans. And the keys of a text are
-- gathered without being sorted.

-- As in 0033. Every name with its schema, as PL/pgSQL looks them up where it runs.
create or replace function separated(text) returns text
    language plpgsql immutable strict parallel safe as $$
begin
    return case
        when pg_catalog.octet_length($1) = pg_catalog.char_length($1) then $1
        else pg_catalog.regexp_replace(
            $1,
            '([\u0e01-\u0e46\u0e81-\u0ec6\u0edc-\u0edf\u1000-\u109f\u1780-\u17b3\u17d7\u17dc\u3005-\u3007\u3041-\u30ff'
            '\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]'
            '[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u1056-\u1059\u105e-\u1060'
            '\u1062-\u1064\u1067-\u106d\u1071-\u1074\u1082-\u108d\u108f\u109a-\u109d\u17b4-\u17d3\u17dd]*)',
            E'\ufdd3\\1\ufdd3',
            'g'
        )
    end;
end
$$;

-- As in 0152.
create or replace function folded(text) returns text
    language plpgsql immutable strict parallel safe as $$
begin
    return case
        when pg_catalog.octet_length($1) = pg_catalog.char_length($1)
        then pg_catalog.replace(pg_catalog.replace($1, '<', ' '), '>', ' ')
        else public.separated(pg_catalog.replace(pg_catalog.replace(
            pg_catalog.translate(
                pg_catalog.normalize($1, 'nfkc'),
                E'<>\u064a\u0649\u0643\u0647\u0623\u0625'
                '\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669'
                '\u06f0\u06f1\u06f2\u06f3\u06f4\u06f5\u06f6\u06f7\u06f8\u06f9'
                '\u0640\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0670\u200c\u200d\u200e\u200f',
                E'  \u06cc\u06cc\u06a9\u06c1\u0627\u0627'
                '0123456789'
                '0123456789'
            ),
            E'\u0e4d\u0e32', E'\u0e33'), E'\u0ecd\u0eb2', E'\u0eb3'))
    end;
end
$$;

-- A function that becomes part of the query that names it. One key for each word, and one for each three letters that some
-- begin with, which a text vector tells apart; where two of them have one key, it stands there twice.
create function keys_of_words(words tsvector) returns table (keys smallint[])
    language sql immutable parallel safe
begin atomic
    select case when cardinality(found.keys) > 800 then null else coalesce(found.keys, '{}') end
      from (
            select array_agg(each.key) as keys
              from (
                    select word_key(word) as key
                      from (select unnest(tsvector_to_array(keys_of_words.words)) as word) whole
                     union all
                    select word_key(start || '*')
                      from (
                            select unnest(tsvector_to_array(array_to_tsvector(
                                       tsvector_to_array(keys_of_words.words)::varchar(3)[]
                                   ))) as start
                           ) begun
                     where length(start) = 3
                   ) each
           ) found;
end;

comment on function keys_of_words(tsvector) is 'Keys of the words and of their first three letters; null for very many';

-- As in 0140; the keys come in another order than before.
create or replace function search_keys(tsvector) returns smallint[]
    language plpgsql immutable strict parallel safe as $$
begin
    return (select found.keys from public.keys_of_words($1) found);
end
$$;

-- An answer of some paragraphs has 2 to 3 KB with its words, which went to a table of their own beyond 2: a row and an
-- entry of an index more to write, and a look more for each message that a search reads.
alter table message set (toast_tuple_target = 4080);
