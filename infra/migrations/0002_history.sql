-- Conversations and their messages, owned by one user each, under row-level security.
--
-- Every write of the history locks the owner's row of "user" first (see shared/history/queries.py), so the writes of one
-- user happen one after the other, and those of different users never wait for each other.

-- The signed-in user of the running transaction. A setting that was once set locally reads '' and not null for the rest
-- of the connection's life, hence nullif. Write `(select signed_in_user())`: it is then evaluated once, not once a row.
create function signed_in_user() returns text
    language sql stable parallel safe
    return nullif(current_setting('app.user_id', true), '');

comment on function signed_in_user() is 'Id of the user whom the first statement of the batch found, or null';


create table conversation (
    id            uuid        not null primary key,
    user_id       text        not null references "user" (id) on delete cascade,
    title         text        not null check (char_length(title) between 1 and 200),
    pinned        boolean     not null default false,
    message_count integer     not null default 0 check (message_count >= 0),
    created_at    timestamptz not null,
    updated_at    timestamptz not null check (updated_at >= created_at),
    unique (user_id, id)
);

create index conversation_newest_first on conversation (user_id, updated_at desc, id desc);

comment on table conversation is 'A thread of one user; a user keeps the newest ones (HISTORY_CONVERSATIONS)';
comment on column conversation.id is 'UUID made by the client or, if absent, by the server; unique over all users';
comment on column conversation.message_count is 'Kept by the statements that add messages, so that a list reads no message';
comment on column conversation.updated_at is
    'When the last message came, later than that of any other conversation of the user then; renaming and pinning leave it';
comment on constraint conversation_user_id_id_key on conversation is 'What message refers to, so that both have one owner';


create table message (
    id              uuid        not null,
    conversation_id uuid        not null,
    user_id         text        not null,
    seq             integer     not null check (seq > 0),
    role            text        not null check (role in ('user', 'assistant')),
    content         text        not null check (char_length(content) <= 32000),
    sources         jsonb       not null default '[]' check (jsonb_typeof(sources) = 'array'),
    status          text        not null default 'complete' check (status in ('complete', 'partial', 'failed')),
    mode            text        check (mode in ('generated', 'extractive', 'refused', 'unavailable')),
    created_at      timestamptz not null,
    primary key (id, user_id),
    unique (user_id, conversation_id, seq),
    foreign key (user_id, conversation_id) references conversation (user_id, id) on delete cascade
);

comment on table message is 'One utterance in a conversation';
comment on column message.id is 'UUID made by the client or, if absent, by the server; unique among the messages of the user';
comment on column message.user_id is 'Owner of the conversation, so that row-level security needs no join';
comment on column message.seq is '1, 2, 3 in the order in which messages were stored; the order of a conversation';
comment on column message.sources is 'What an answer cites, as the client was shown it: [{n, title, url, snippet}]';
comment on constraint message_user_id_conversation_id_seq_key on message is
    'The owner leads, as in every condition: a page of a long conversation is then read in order, whatever the statistics';
comment on column message.mode is 'How an answer came about; null for questions';


create table deleted_conversation (
    user_id         text        not null references "user" (id) on delete cascade,
    conversation_id uuid        not null,
    deleted_at      timestamptz not null default clock_timestamp(),
    evicted_for     uuid,
    primary key (user_id, conversation_id)
);

create index deleted_conversation_evicted_for on deleted_conversation (user_id, evicted_for) where evicted_for is not null;

comment on table deleted_conversation is 'What was deleted or evicted, so that it stays deleted whatever arrives late';
comment on column deleted_conversation.evicted_for is
    'Id of the message that made room for itself, so that sending it again reports the same eviction; null if deleted';


alter table conversation enable row level security;
alter table message enable row level security;
alter table deleted_conversation enable row level security;

create policy owner_only on conversation to docs_app
    using (user_id = (select signed_in_user())) with check (user_id = (select signed_in_user()));
create policy owner_only on message to docs_app
    using (user_id = (select signed_in_user())) with check (user_id = (select signed_in_user()));
create policy owner_only on deleted_conversation to docs_app
    using (user_id = (select signed_in_user())) with check (user_id = (select signed_in_user()));

grant select, insert, update, delete on conversation, message to docs_app;
grant select, insert on deleted_conversation to docs_app;
