-- Words of conversations and messages, to be searched by their owner.

-- Ships with PostgreSQL and is on Neon; lets one GIN index hold owners and words.
create extension if not exists btree_gin;

-- Ways to write the same: compatibility forms (NFKC), Arabic letters where Urdu has its own, digits; vowel signs,
-- tatweel and joiners vanish. Angle brackets are spaces: what stands between them is words here, and not a tag.
create function folded(text) returns text
    language sql immutable strict parallel safe
    return translate(
        normalize($1, nfkc),
        E'<>\u064a\u0649\u0643\u0647\u0623\u0625'
        '\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669'
        '\u06f0\u06f1\u06f2\u06f3\u06f4\u06f5\u06f6\u06f7\u06f8\u06f9'
        '\u0640\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0670\u200c\u200d\u200e\u200f',
        E'  \u06cc\u06cc\u06a9\u06c1\u0627\u0627'
        '0123456789'
        '0123456789'
    );

comment on function folded(text) is 'The text with one spelling for what readers take for the same';

-- Twice: as English, where "calibrating" finds "calibrate", and word for word, which serves every other language that
-- puts spaces between words, and finds the words that English leaves out.
create function search_words(text) returns tsvector
    language sql immutable strict parallel safe
    return to_tsvector('english', folded($1)) || to_tsvector('simple', folded($1));

create function search_query(text) returns tsquery
    language sql immutable strict parallel safe
    return websearch_to_tsquery('english', folded($1)) || websearch_to_tsquery('simple', folded($1));

comment on function search_words(text) is 'What a text can be found by';
comment on function search_query(text) is 'What a reader typed, with "phrases", or, and -exclusions, as a query';


alter table conversation add column title_words tsvector generated always as (search_words(title)) stored;
alter table message add column words tsvector generated always as (search_words(content)) stored;

-- The owner as an expression that no other index has: most users say little, so the planner would read all that somebody
-- said through another index, however much that is. No pending list: a search would read it from end to end.
create index message_words on message using gin ((user_id || ''), words) with (fastupdate = off);

comment on column conversation.title_words is 'What the title can be found by';
comment on column message.words is 'What the content can be found by';


-- Under row-level security Postgres may not use the index: the policy has to be checked before any operator that could
-- leak what it compares, and @@ counts as one. So this function finds with its owner's rights, for the signed-in user
-- alone, and gives away nothing but ids and ranks; the caller reads the messages under row-level security.
create function found_messages(query tsquery, most integer)
    returns table (message_id uuid, conversation_id uuid, rank real)
    language sql stable security definer
    set search_path = pg_catalog, public, pg_temp
begin atomic
    select best.id, best.conversation_id, best.rank
      from (
            select distinct on (message.conversation_id)
                   message.id, message.conversation_id, ts_rank_cd(message.words, found_messages.query, 1) as rank
              from message
             where message.user_id || '' = (select signed_in_user()) and message.words @@ found_messages.query
             order by message.conversation_id, ts_rank_cd(message.words, found_messages.query, 1) desc, message.seq desc
           ) best
     order by best.rank desc, best.conversation_id desc
     limit least(greatest(most, 0), 1000);
end;

comment on function found_messages(tsquery, integer) is
    'The message that matches best in each conversation of the signed-in user, best first';

revoke execute on function found_messages(tsquery, integer) from public;
grant execute on function found_messages(tsquery, integer) to docs_app;
