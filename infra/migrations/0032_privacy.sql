-- What was exported and erased, and what is purged with age.

-- Who an audit row is about: not the id, but a hash of it with a key that never leaves this table. Whoever has the
-- owner's rights and an id can ask whether its rows are there; nobody can read an id out of them.
create table audit_key (
    only_row boolean not null primary key default true check (only_row),
    key      bytea   not null
);

insert into audit_key (key) values (uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));

create table audit_event (
    id      bigint      not null generated always as identity primary key,
    at      timestamptz not null default clock_timestamp(),
    what    text        not null check (what in ('export', 'erase')),
    subject text        not null
);

create index audit_event_subject on audit_event (subject, at);

comment on table audit_key is 'Makes the subjects of audit_event; the functions cannot read it';
comment on table audit_event is 'That somebody''s data was exported or erased, and when; it outlives the user';
comment on column audit_event.subject is 'audit_subject() of the user''s id';

create function audit_subject(user_id text) returns text
    language sql stable security definer
    set search_path = pg_catalog, public, pg_temp
    return (select encode(sha256(key || sha256(key || convert_to(audit_subject.user_id, 'UTF8'))), 'hex') from audit_key);

create function record_export() returns boolean
    language sql volatile security definer
    set search_path = pg_catalog, public, pg_temp
begin atomic
    insert into audit_event (what, subject)
    select 'export', audit_subject(signed_in_user()) where signed_in_user() is not null
    returning true;
end;

comment on function record_export() is 'Notes that the signed-in user exported their data';

-- Beside what cascades: Better Auth's verifications name a user without referring to one. A trigger, so that it holds
-- whoever deletes the user, a Better Auth server too.
create function complete_erasure() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, public, pg_temp
as $$
begin
    delete from verification where value = old.id or strpos(identifier, old.email) > 0 or strpos(identifier, old.id) > 0;
    insert into audit_event (what, subject) values ('erase', audit_subject(old.id));
    return null;
end
$$;

create trigger complete_erasure after delete on "user" for each row execute function complete_erasure();


create index conversation_oldest_first on conversation (updated_at);
create index deleted_conversation_oldest_first on deleted_conversation (deleted_at);

-- Runs for nobody, so not under row-level security; what it can do is all that it is given to do, and it refuses to
-- touch what is younger than 30 days, whoever asks. Owners are locked first, as every writer does; the busy ones are
-- left for the next time.
create function purge_history(history_days integer, tombstone_days integer, most integer)
    returns table (conversations integer, tombstones integer)
    language plpgsql volatile security definer
    set search_path = pg_catalog, public, pg_temp
as $$
declare
    owners text[];
begin
    if least(history_days, tombstone_days) < 30 then
        raise exception 'what is younger than 30 days is not purged' using errcode = 'invalid_parameter_value';
    end if;
    select array_agg(locked.id) into owners
      from (
            select "user".id
              from "user"
             where "user".id in (
                    select old.user_id
                      from (
                            select user_id from conversation
                             where updated_at < now() - make_interval(days => history_days)
                             order by updated_at
                             limit most
                           ) old
                   )
               for no key update skip locked
           ) locked;
    with expired as (
        select id from conversation
         where user_id = any (owners) and updated_at < now() - make_interval(days => history_days)
         order by updated_at
         limit most
    ), purged as (
        delete from conversation using expired where conversation.id = expired.id returning user_id, conversation.id
    )
    insert into deleted_conversation (user_id, conversation_id) select user_id, id from purged
        on conflict (user_id, conversation_id) do nothing;
    get diagnostics conversations = row_count;
    delete from deleted_conversation
     where (user_id, conversation_id) in (
            select old.user_id, old.conversation_id from deleted_conversation old
             where old.deleted_at < now() - make_interval(days => tombstone_days)
             order by old.deleted_at
             limit most
           );
    get diagnostics tombstones = row_count;
    return next;
end
$$;

comment on function purge_history(integer, integer, integer) is
    'Deletes up to so many conversations without a message for so many days (null: none), and old tombstones';


-- Whose data it is when an export is read into an account while the one that it came from still has its ids.
create function copied_id(user_id text, original uuid) returns uuid
    language sql immutable strict parallel safe
    return md5(copied_id.user_id || original::text)::uuid;

comment on function copied_id(text, uuid) is 'The id of the user''s copy of a conversation that is somebody else''s';


revoke execute on function audit_subject(text), record_export(), complete_erasure() from public;
revoke execute on function purge_history(integer, integer, integer) from public;
grant execute on function record_export() to docs_app;
grant execute on function purge_history(integer, integer, integer) to docs_app;
