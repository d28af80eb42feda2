-- Conversations that exist before their first question, and what readers think of answers.

alter table conversation add column created_as text check (char_length(created_as) <= 200);

comment on column conversation.created_as is
    'Title in the request that created it, '''' if it gave none, so that the request can be told from another one with '
    'the same id; null where a question or an import made the conversation';
comment on column deleted_conversation.evicted_for is
    'Id of the message or conversation that made room for itself, so that sending it again reports the same eviction; '
    'null if deleted';


create table message_feedback (
    user_id    text        not null,
    message_id uuid        not null,
    value      text        not null check (value in ('up', 'down')),
    comment    text        check (char_length(comment) between 1 and 2000),
    created_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz not null default clock_timestamp(),
    primary key (user_id, message_id),
    foreign key (message_id, user_id) references message (id, user_id) on delete cascade
);

comment on table message_feedback is 'What a reader thinks of an answer: one opinion each, the latest';

alter table message_feedback enable row level security;

create policy owner_only on message_feedback to docs_app
    using (user_id = (select signed_in_user())) with check (user_id = (select signed_in_user()));

grant select, insert, update on message_feedback to docs_app;
