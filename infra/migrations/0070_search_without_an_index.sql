-- A reader's words are searched in the reader's own messages, without an index of words.
--
-- The index cost every stored turn fifty kilobytes of write-ahead log and most of its time, for a search that looks at a
-- thousand messages at most; their words stand beside them (specs/decisions/0044). Dropping it takes a moment.
drop index message_words;

create or replace function found_messages(query tsquery, most integer)
    returns table (message_id uuid, conversation_id uuid, rank real)
    language sql stable security definer
    set search_path = pg_catalog, public, pg_temp
begin atomic
    select best.id, best.conversation_id, best.rank
      from (
            select distinct on (message.conversation_id)
                   message.id, message.conversation_id, ts_rank_cd(message.words, found_messages.query, 1) as rank
              from message
             where message.user_id = (select signed_in_user()) and message.words @@ found_messages.query
             order by message.conversation_id, ts_rank_cd(message.words, found_messages.query, 1) desc, message.seq desc
           ) best
     order by best.rank desc, best.conversation_id desc
     limit least(greatest(most, 0), 1000);
end;

-- Of a query that ends in the middle of a word: the same, with all words that begin so. Words before it are English
-- where nothing but words was typed, "or" not being one; a closed phrase, an exclusion and what ends with a space are complete.
create function begun_query(text) returns tsquery
    language sql immutable strict parallel safe
    return case
        when $1 ~ '^[[:alnum:][:space:]]*[[:alnum:]]$' and $1 !~* '\mor\M' then
            websearch_to_tsquery('english', regexp_replace($1, '[[:alnum:]]+$', ''))
            && to_tsquery('simple', substring($1 from '[[:alnum:]]+$') || ':*')
        when $1 ~ '[[:alnum:]]$' and websearch_to_tsquery('simple', $1)::text ~ '(^|[^!])''([^'']|'''')+''$' then
            (websearch_to_tsquery('simple', $1)::text || ':*')::tsquery
        else ''::tsquery
    end;

comment on function begun_query(text) is 'What was typed so far, as a query for what it may become';

create or replace function search_query(text) returns tsquery
    language sql immutable strict parallel safe
    return websearch_to_tsquery('english', folded($1)) || websearch_to_tsquery('simple', folded($1))
        || begun_query(folded($1));
