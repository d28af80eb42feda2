-- outside a transaction
-- Messages from before 0140 get their keys, some at a time. Those of more words than have room in an index stay without.

drop index concurrently if exists message_without_keys;

create index concurrently message_without_keys on message (id) where search_keys is null;

-- again until nothing changes
update message set search_keys = search_keys(words)
 where id in (select id from message where search_keys is null and search_keys(words) is not null limit 1000);

drop index concurrently if exists message_without_keys;
