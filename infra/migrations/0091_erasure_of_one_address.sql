-- Whose verifications go when a user does: those that name this very address or id, and not a longer one that holds it.
-- The identifiers of Better Auth's plug-ins: `<what>-otp-<address>`, and a token whose value is JSON with the address.

create or replace function complete_erasure() returns trigger
    language plpgsql security definer
    set search_path = pg_catalog, public, pg_temp
as $$
declare
    this_id text := '(^|[^A-Za-z0-9])' || regexp_replace(old.id, '([^A-Za-z0-9])', '\\\1', 'g') || '($|[^A-Za-z0-9])';
begin
    delete from verification
     where value = old.id
        or identifier in (
            old.email, 'sign-in-otp-' || old.email, 'email-verification-otp-' || old.email,
            'forget-password-otp-' || old.email, 'change-email-otp-' || old.email)
        or strpos(value, '"email":' || to_json(old.email)::text) > 0
        or identifier ~ this_id;
    insert into audit_event (what, subject) values ('erase', audit_subject(old.id));
    return null;
end
$$;
