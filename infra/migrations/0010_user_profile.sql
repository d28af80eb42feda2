-- What a reader tells the site about themselves, in a table of ours: Better Auth's own tables stay as they are.
-- There is a row only while the user consents to it, so that nothing can be kept without consent.

create table user_profile (
    user_id      text        not null primary key references "user" (id) on delete cascade,
    consented_at timestamptz not null,
    background   text        check (char_length(background) between 1 and 2000),
    language     text        check (language ~ '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$'),
    theme        text        check (theme in ('light', 'dark', 'system')),
    text_size    text        check (text_size in ('small', 'medium', 'large')),
    updated_at   timestamptz not null
);

comment on table user_profile is 'What a reader tells the site about themselves; a row exists only with consent';
comment on column user_profile.consented_at is 'When the user agreed that this is kept; withdrawing deletes the row';
comment on column user_profile.background is 'What the reader knows already, in their own words';
comment on column user_profile.language is 'Of answers and pages, as in BCP 47, such as `en` or `pt-BR`';

alter table user_profile enable row level security;

create policy owner_only on user_profile to docs_app
    using (user_id = (select signed_in_user())) with check (user_id = (select signed_in_user()));

grant select, insert, update, delete on user_profile to docs_app;
