-- A search reads the messages that may hold the words, and no longer all of the reader's.
--
-- To compare the words of a thousand messages took a thousand pages and more, which a large site has on a disk, or in
-- another data centre. Now each message has keys, numbers of two bytes for the words in it; they travel in the index by
-- which a conversation is read, where a reader's lie side by side (specs/decisions/0046). Messages that are there already
-- have none, and are read as before until their content is set again.

-- Two words in 65,536 have the same: a key says that a word may be there, `words` says whether it is.
create function word_key(text) returns smallint
    language sql immutable strict parallel safe
    return ((hashtext($1) & 65535) - 32768)::smallint;

comment on function word_key(text) is 'Two bytes for a word of a text vector';

-- Of the words, and of how they begin, as the last word of a search may be begun only. A row of an index has 2,700
-- bytes: a text of more words than most answers have goes without keys, and is always read.
create function search_keys(tsvector) returns smallint[]
    language sql immutable strict parallel safe
begin atomic
    select case when count(*) <= 800 then coalesce(array_agg(one.key order by one.key), '{}') end
      from (
            select word_key(word) as key from unnest(tsvector_to_array($1)) word
             union
            select word_key(left(word, 3) || '*') from unnest(tsvector_to_array($1)) word where length(word) >= 3
           ) one;
end;

comment on function search_keys(tsvector) is 'Keys of the words and of their first three letters; null for very many';

-- One row for each alternative: what matches the query has all keys of one of them. What must not be there, the order of
-- words and beginnings of fewer than three letters are not asked for; where alternatives stand within one, nothing is.
create function needed_keys(query tsquery) returns table (keys smallint[])
    language sql immutable strict parallel safe
begin atomic
    select coalesce(
               array_agg(case when starts then word_key(left(word, 3) || '*') else word_key(word) end)
               filter (where not starts or length(word) >= 3), '{}'
           )
      from (
            select querytree(needed_keys.query) as positive
           ) tree
     cross join regexp_split_to_table(
                case when regexp_replace(positive, '''(?:[^'']|'''')+''', '', 'g') ~ '[(]' then '' else positive end, ' \| '
           ) with ordinality alternative (words, number)
      left join lateral (
                select replace(replace(found[1], '''''', ''''), '\\', '\') as word, found[2] is not null as starts
                  from regexp_matches(alternative.words, '''((?:[^'']|'''')+)''(:\*)?', 'g') found
           ) operand on true
     group by alternative.number;
end;

comment on function needed_keys(tsquery) is 'Alternatives of keys, of which a message that matches has all of one';


alter table message alter column words drop expression;
alter table message add column search_keys smallint[];

comment on column message.search_keys is 'Of its words; null where it must be read to know what it says';

-- A generated column cannot be made of another one, and to find the words is what costs most when a turn is stored.
create function set_message_words() returns trigger
    language plpgsql as $$
begin
    new.words := public.search_words(new.content);
    new.search_keys := public.search_keys(new.words);
    return new;
end
$$;

comment on function set_message_words() is 'Keeps what a message can be found by as its content says';

create trigger words_of_content before insert or update of content on message
    for each row execute function set_message_words();

alter table message drop constraint message_user_id_conversation_id_seq_key;
alter table message add constraint message_user_id_conversation_id_seq_key
    unique (user_id, conversation_id, seq) include (search_keys);

comment on constraint message_user_id_conversation_id_seq_key on message is
    'The owner leads, as in every condition: a page of a long conversation is then read in order, whatever the statistics. '
    'A search reads the keys here and not in the rows';

-- The index answers alone where a page is known to be visible to everybody, which a vacuum notes: not only after a fifth
-- of the table is new.
alter table message set (autovacuum_vacuum_insert_scale_factor = 0.02);


create or replace function found_messages(query tsquery, most integer)
    returns table (message_id uuid, conversation_id uuid, rank real)
    language sql stable security definer
    set search_path = pg_catalog, public, pg_temp
begin atomic
    with alternative as materialized (
        select keys from needed_keys(found_messages.query)
    ), candidate as materialized (
        select message.conversation_id, message.seq
          from message
         where message.user_id = (select signed_in_user())
           and (
                message.search_keys is null
                or exists (select from alternative where message.search_keys @> alternative.keys)
               )
    )
    select best.id, best.conversation_id, best.rank
      from (
            select distinct on (said.conversation_id)
                   said.id, said.conversation_id, ts_rank_cd(said.words, found_messages.query, 1) as rank
              from candidate
             cross join lateral (
                    -- one by one, however many the planner expects: else it would read all of the reader's again
                    select message.id, message.conversation_id, message.seq, message.words
                      from message
                     where message.user_id = (select signed_in_user())
                       and message.conversation_id = candidate.conversation_id and message.seq = candidate.seq
                       and message.words @@ found_messages.query and message.replaced_by is null
                     limit 1
                   ) said
             order by said.conversation_id, ts_rank_cd(said.words, found_messages.query, 1) desc, said.seq desc
           ) best
     order by best.rank desc, best.conversation_id desc
     limit least(greatest(most, 0), 1000);
end;
