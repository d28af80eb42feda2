-- What has ended by itself and is of use to nobody goes once a day. As purge_history, it runs for nobody and has all the
-- rights that it needs; it refuses to touch what could still be of use. A day of grace, because a Better Auth server on
-- the same tables tells "expired" from "invalid".
create function purge_expired(audit_days integer, most integer)
    returns table (sessions integer, verifications integer, audit_events integer, rate_limits integer)
    language plpgsql volatile security definer
    set search_path = pg_catalog, public, pg_temp
as $$
declare
    yesterday timestamptz := now() - interval '1 day';
begin
    if audit_days < 365 then
        raise exception 'audit rows are kept for a year' using errcode = 'invalid_parameter_value';
    end if;
    delete from session where id in (
        select id from session where "expiresAt" < yesterday limit most for update skip locked
    );
    get diagnostics sessions = row_count;
    delete from verification where id in (
        select id from verification where "expiresAt" < yesterday limit most for update skip locked
    );
    get diagnostics verifications = row_count;
    delete from audit_event where id in (
        select id from audit_event where at < now() - make_interval(days => audit_days) order by id limit most
    );
    get diagnostics audit_events = row_count;
    delete from "rateLimit" where id in (
        select id from "rateLimit"
         where "lastRequest" < extract(epoch from yesterday) * 1000
         limit most for update skip locked
    );
    get diagnostics rate_limits = row_count;
    return next;
end
$$;

comment on function purge_expired(integer, integer) is
    'Deletes up to so many rows of each kind that ended more than a day ago, and audit rows older than so many days';

revoke execute on function purge_expired(integer, integer) from public;
grant execute on function purge_expired(integer, integer) to docs_app;
