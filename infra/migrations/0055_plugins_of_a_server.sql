-- What plug-ins of a Better Auth server add to its tables: rules that guard signing in, and fields that clients are told.
-- Rows are looked at as JSON and other tables by dynamic SQL, so it does not matter which of them are there, nor that the
-- server's own migrations add some later.

create table returned_field (
    of_table text    not null check (of_table in ('user', 'session')),
    name     text    not null,
    is_time  boolean not null default false,
    primary key (of_table, name)
);

comment on table returned_field is
    'Columns beyond the core that get-session and tokens tell, where they exist; add those of your server that are `returned`';
comment on column returned_field.is_time is 'Told as `2026-11-22T10:00:00.000Z`';

insert into returned_field (of_table, name, is_time) values
    ('user', 'role', false), ('user', 'banned', false), ('user', 'banReason', false), ('user', 'banExpires', true),
    ('user', 'twoFactorEnabled', false), ('user', 'username', false), ('user', 'displayUsername', false),
    ('user', 'phoneNumber', false), ('user', 'phoneNumberVerified', false), ('user', 'isAnonymous', false),
    ('user', 'lastLoginMethod', false),
    ('session', 'impersonatedBy', false), ('session', 'activeOrganizationId', false), ('session', 'activeTeamId', false);

grant select on returned_field to docs_app;


create function further_fields(given_table text, given jsonb) returns jsonb
    language sql stable
    return (
        select coalesce(jsonb_object_agg(field.name, case
            when field.is_time and given ->> field.name is not null then to_jsonb(
                to_char((given ->> field.name)::timestamptz at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
            else given -> field.name
        end), '{}')
          from returned_field field
         where field.of_table = given_table and jsonb_exists(given, field.name)
    );

comment on function further_fields is 'Of a row of "user" or session, what clients are told beyond the core';


create function is_banned(given_user jsonb, moment timestamptz) returns boolean
    language sql stable
    return coalesce((given_user ->> 'banned')::boolean, false)
       and coalesce((given_user ->> 'banExpires')::timestamptz >= moment, true);

comment on function is_banned is 'Whether the admin plug-in would let this user have no session at that moment';


create function lift_ban(given_user text, moment timestamptz) returns void
    language plpgsql volatile as $$
begin
    execute 'update "user" set banned = false, "banReason" = null, "banExpires" = null, "updatedAt" = $2
              where id = $1 and banned and "banExpires" < $2' using given_user, moment;
end
$$;

comment on function lift_ban is 'What the admin plug-in does at the first sign-in after a ban has expired';


create function second_factor(given_user jsonb) returns jsonb
    language plpgsql stable as $$
declare
    found jsonb;
begin
    if not coalesce((given_user ->> 'twoFactorEnabled')::boolean, false) then
        return null;
    end if;
    if to_regclass('"twoFactor"') is not null then
        execute 'select to_jsonb(factor) from "twoFactor" factor where "userId" = $1 limit 1'
           into found using given_user ->> 'id';
    end if;
    return coalesce(found, '{}');
end
$$;

comment on function second_factor is
    'The row of the two-factor plug-in for a user who has to show more than a password; empty where it is gone, else null';


create function has_usernames() returns boolean
    language sql stable
    return exists (
        select from pg_attribute
         where attrelid = '"user"'::regclass and attname = 'username' and attnum > 0 and not attisdropped
    );

create function user_named(given text) returns text
    language plpgsql stable as $$
declare
    found text;
begin
    if has_usernames() then
        execute 'select id from "user" where username = $1 limit 1' into found using given;
    end if;
    return found;
end
$$;

comment on function user_named is 'Id of the user with this username of the username plug-in, or null';
