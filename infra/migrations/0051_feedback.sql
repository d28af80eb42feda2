-- Opinions that are taken back, and those of readers who are not signed in.
grant delete on message_feedback to docs_app;


-- Whose answer it was is not known: it was stored nowhere. Only a token that came with the answer leads here.
create table guest_feedback (
    message_id uuid        not null primary key,
    value      text        not null check (value in ('up', 'down')),
    comment    text        check (char_length(comment) between 1 and 2000),
    mode       text        not null check (char_length(mode) <= 20),
    url        text        check (char_length(url) <= 500),
    updated_at timestamptz not null default clock_timestamp()
);

create index guest_feedback_oldest_first on guest_feedback (updated_at);

comment on table guest_feedback is 'What readers who are not signed in think of answers, for 180 days; it names nobody';
comment on column guest_feedback.message_id is 'Id of the answer, which is stored nowhere';
comment on column guest_feedback.url is 'The first section that the answer cited';

alter table guest_feedback enable row level security;

-- The functions can neither read nor write the table but through this, one answer at a time.
create function give_guest_feedback(answer uuid, vote text, said text, how text, cited text)
    returns table (message_id uuid, value text, comment text)
    language plpgsql volatile security definer
    set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_column
begin
    if vote is null then
        delete from guest_feedback where guest_feedback.message_id = answer;
        return query select answer, null::text, null::text;
    else
        return query
        insert into guest_feedback as given (message_id, value, comment, mode, url)
        values (answer, vote, nullif(said, ''), how, cited)
            on conflict (message_id) do update
           set value = excluded.value, updated_at = clock_timestamp(),
               comment = case when said is null then given.comment else excluded.comment end
        returning given.message_id, given.value, given.comment;
    end if;
    if random() < 0.01 then
        delete from guest_feedback where message_id in (
            select old.message_id from guest_feedback old
             where old.updated_at < now() - interval '180 days' limit 1000 for update skip locked
        );
    end if;
end
$$;

comment on function give_guest_feedback(uuid, text, text, text, text) is
    'Keeps or, without a vote, deletes one opinion; a vote without a comment (null) leaves the comment as it is';

revoke execute on function give_guest_feedback(uuid, text, text, text, text) from public;
grant execute on function give_guest_feedback(uuid, text, text, text, text) to docs_app;
