"""Every SQL text of users and sessions.

Where a user or a session is selected, its columns stand in the order of the fields in models.py, the user's first.
"""

from __future__ import annotations

from typing import Final

SIGN_UP: Final = """
with new_user as (
    insert into "user" (id, name, email, "emailVerified", image, "createdAt", "updatedAt")
    values ($1::text, $2::text, $3::text, false, $4::text, $5::timestamptz, $5::timestamptz)
    on conflict do nothing
    returning id
), new_account as (
    insert into account (id, "accountId", "providerId", "userId", password, "createdAt", "updatedAt")
    select $6::text, id, 'credential', id, $7::text, $5::timestamptz, $5::timestamptz from new_user
), new_session as (
    insert into session
        (id, token, "userId", "expiresAt", "createdAt", "updatedAt", "ipAddress", "userAgent")
    select $8::text, $9::text, id, $10::timestamptz, $5::timestamptz, $5::timestamptz, $11::text, $12::text
    from new_user
    where $8::text is not null
)
select id from new_user
"""
"""User, account and, where it has an id, session; or none of them where the e-mail address is taken."""

USER_IS_STORED: Final = """
with replaced as (
    delete from session
    where token = any(string_to_array($2::text, ' ')) and exists (select from "user" where id = $1::text)
)
select further_fields('user', to_jsonb(u)) from "user" u where u.id = $1::text
"""
"""Asked after `SIGN_UP`: also there when an earlier try of the same request had come through.

If so, the sessions that the same browser had before have been replaced.
"""

CREDENTIALS: Final = """
select
    u.id, u.name, u.email, u."emailVerified", u.image, u."createdAt", u."updatedAt",
    further_fields('user', to_jsonb(u)), a.password, is_banned(to_jsonb(u), $2::timestamptz),
    coalesce((to_jsonb(u) ->> 'banned')::boolean, false), second_factor(to_jsonb(u))
from "user" u
left join account a on a."userId" = u.id and a."accountId" = u.id and a."providerId" = 'credential'
where u.email = $1::text
limit 1
"""

CREDENTIALS_BY_USERNAME: Final = """
select
    u.id, u.name, u.email, u."emailVerified", u.image, u."createdAt", u."updatedAt",
    further_fields('user', to_jsonb(u)), a.password, is_banned(to_jsonb(u), $2::timestamptz),
    coalesce((to_jsonb(u) ->> 'banned')::boolean, false), second_factor(to_jsonb(u))
from "user" u
left join account a on a."userId" = u.id and a."accountId" = u.id and a."providerId" = 'credential'
where u.id = user_named($1::text)
limit 1
"""

EMAIL_OF_USERNAME: Final = """
select email from "user" where id = user_named($1::text)
"""

HAS_USERNAMES: Final = """
select has_usernames()
"""

LIFT_BAN: Final = """
select lift_ban($1::text, $2::timestamptz)
"""

START_SESSION: Final = """
insert into session (id, token, "userId", "expiresAt", "createdAt", "updatedAt", "ipAddress", "userAgent")
select $4::text, $5::text, u.id, $6::timestamptz, $3::timestamptz, $3::timestamptz, $7::text, $8::text
from account a
join "user" u on u.id = a."userId"
where u.id = $1::text and a."accountId" = $1::text and a."providerId" = 'credential' and a.password = $2::text
    and not is_banned(to_jsonb(u), $3::timestamptz)
limit 1
on conflict do nothing
"""
"""Nothing where the password that was checked has been changed, or its user deleted or banned, meanwhile."""

SESSION_IS_STORED: Final = """
with replaced as (
    delete from session
    where token = any(string_to_array($2::text, ' ')) and exists (select from session where id = $1::text)
)
select id from session where id = $1::text
"""
"""Asked after `START_SESSION`, as `USER_IS_STORED` after `SIGN_UP`."""

REPLACE_HASH: Final = """
update account set password = $3::text, "updatedAt" = $4::timestamptz
where "userId" = $1::text and "accountId" = $1::text and "providerId" = 'credential' and password = $2::text
"""

END_SESSION: Final = """
delete from session where token = $1::text
"""

LIVE_SESSIONS: Final = """
select s.token, s."userId" from session s
where s.token = any(string_to_array($1::text, ' ')) and s."expiresAt" >= $2::timestamptz
order by s."createdAt" desc
"""
"""Asked where a browser sends several tokens, which have no blanks."""

LOOK_UP_SESSION: Final = """
with found as (
    select
        u.id as user_id, u.name, u.email, u."emailVerified", u.image,
        u."createdAt" as user_created_at, u."updatedAt" as user_updated_at,
        s.id as session_id, s.token, s."expiresAt", s."createdAt", s."updatedAt", s."ipAddress", s."userAgent",
        to_jsonb(u) as user_row, to_jsonb(s) as session_row
    from session s
    join "user" u on u.id = s."userId"
    where s.token = $1::text
), ended as (
    delete from session where token = $1::text and "expiresAt" < $2::timestamptz
), prolonged as (
    update session
    set "expiresAt" = least($4::timestamptz, "createdAt" + $5::interval),
        "updatedAt" = $2::timestamptz
    where token = $1::text and "expiresAt" >= $2::timestamptz and "expiresAt" <= $3::timestamptz
        and "expiresAt" < least($4::timestamptz, "createdAt" + $5::interval)
    returning "expiresAt", "updatedAt"
)
select
    f.user_id, f.name, f.email, f."emailVerified", f.image, f.user_created_at, f.user_updated_at,
    f.session_id, f.token, f.user_id, coalesce(p."expiresAt", f."expiresAt"), f."createdAt",
    coalesce(p."updatedAt", f."updatedAt"), f."ipAddress", f."userAgent", p."expiresAt" is not null,
    further_fields('user', f.user_row), further_fields('session', f.session_row),
    set_config('app.user_id', f.user_id, true)
from found f
left join prolonged p on true
where f."expiresAt" >= $2::timestamptz and not is_banned(f.user_row, $2::timestamptz)
"""
"""The live session of a token, prolonged where it is due; one that has expired is removed on the way.

So many days after it began it ends for good, where there is such a number. A banned user has none, whoever made it.

For the rest of the batch `signed_in_user()` is the session's user, and null where there is no such session.
"""

IDENTIFY: Final = """
select
    u.id, u.name, u.email, u."emailVerified", u.image, u."createdAt", u."updatedAt",
    s.id, s.token, s."userId", s."expiresAt", s."createdAt", s."updatedAt", s."ipAddress", s."userAgent",
    set_config('app.user_id', u.id, true)
from session s
join "user" u on u.id = s."userId"
where s.token = $1::text and s."expiresAt" >= $2::timestamptz and not is_banned(to_jsonb(u), $2::timestamptz)
"""
"""Who has the token, and is not banned.

For the rest of the batch row-level security sees that user, and nobody where there is no row.
"""

IDENTIFY_BY_ID: Final = """
select
    u.id, u.name, u.email, u."emailVerified", u.image, u."createdAt", u."updatedAt",
    set_config('app.user_id', u.id, true)
from "user" u
where u.id = $1::text and not is_banned(to_jsonb(u), $2::timestamptz)
"""
"""As `IDENTIFY`, for a user whom another server vouches for."""

USE: Final = """
select
    u.id, u.name, u.email, u."emailVerified", u.image, u."createdAt", u."updatedAt",
    s.id, s.token, s."userId", s."expiresAt", s."createdAt", s."updatedAt", s."ipAddress", s."userAgent",
    set_config('app.user_id', u.id, true), count_use('use|' || $3::text || '|' || u.id, $4::integer, $5::integer)
from session s
join "user" u on u.id = s."userId"
where s.token = $1::text and s."expiresAt" >= $2::timestamptz and not is_banned(to_jsonb(u), $2::timestamptz)
"""
"""As `IDENTIFY`, and counts that user's use of something; where it is one too many, nothing of the batch happens."""

USE_BY_ID: Final = """
select
    u.id, u.name, u.email, u."emailVerified", u.image, u."createdAt", u."updatedAt",
    set_config('app.user_id', u.id, true), count_use('use|' || $3::text || '|' || u.id, $4::integer, $5::integer)
from "user" u
where u.id = $1::text and not is_banned(to_jsonb(u), $2::timestamptz)
"""
"""As `USE`, for a user whom another server vouches for."""

OVER_LIMIT: Final = "RL429"
"""SQLSTATE of `count_request` and `count_use` (infra/migrations/0020_rate_limit.sql, 0090_uses.sql)."""

COUNT_REQUEST: Final = """
select count_request($1::text, $2::integer, $3::integer)
"""
"""At the head of a batch: where it is one request too many, nothing of the batch happens."""

FORGIVE_REQUESTS: Final = """
delete from "rateLimit" where key = $1::text
"""
# After LOOK_UP_SESSION, in the same batch. Without a live session there is no `signed_in_user()`, and nothing happens.

COUNT_FOR_USER: Final = """
select count_request($1::text, $2::integer, $3::integer) where signed_in_user() is not null
"""

COUNT_FOR_OWNER: Final = """
select count_request($1::text, $2::integer, $3::integer)
where signed_in_user() is null
    or exists (select from "user" where id = signed_in_user() and lower(email) = $4::text)
"""
"""For guests, too, but not for somebody who has another address."""

COUNT_OWN_WISHES: Final = """
select count_request('wish|' || $1::text || '|' || signed_in_user(), $2::integer, $3::integer)
where signed_in_user() is not null
"""

LIST_SESSIONS: Final = """
select
    id, token, "userId", "expiresAt", "createdAt", "updatedAt", "ipAddress", "userAgent",
    further_fields('session', to_jsonb(s))
from session s
where "userId" = signed_in_user() and "expiresAt" > $1::timestamptz and to_jsonb(s) ->> 'impersonatedBy' is null
order by "createdAt", id
"""
"""Those that an administrator of the admin plug-in has opened are left out, as it does."""

END_OWN_SESSION: Final = """
delete from session where "userId" = signed_in_user() and token = $1::text
"""

END_OWN_SESSIONS: Final = """
delete from session where "userId" = signed_in_user()
"""

END_OTHER_SESSIONS: Final = """
delete from session where "userId" = signed_in_user() and token <> $1::text
"""

END_LINKS: Final = """
with thrown_out as (
    select signed_in_user() as id
    where $3::text is null or exists (select from session where "userId" = signed_in_user() and token = $3::text)
), forgotten as (
    delete from verification v using thrown_out t
    where v.value = t.id and v.identifier similar to '(2fa-|delete-account-)%'
)
insert into verification (id, identifier, value, "expiresAt", "createdAt", "updatedAt")
select $1::text, 'links-ended:' || id, '', $2::timestamptz + interval '1 hour', $2::timestamptz, $2::timestamptz
from thrown_out
where id is not null
on conflict do nothing
"""
"""Ends what somebody may have begun in sessions that are ended, all or this one of the user's: see BOUND_USER.

Links to choose another password stay: they went to the user's own address.
"""

LIST_ACCOUNTS: Final = """
select id, "accountId", "providerId", "userId", "createdAt", "updatedAt", scope
from account
where "userId" = signed_in_user()
order by "createdAt", id
"""

OWN_HASH: Final = """
select password from account
where "userId" = signed_in_user() and "accountId" = signed_in_user() and "providerId" = 'credential'
limit 1
"""

REPLACE_OWN_HASH: Final = """
update account set password = $2::text, "updatedAt" = $3::timestamptz
where "userId" = signed_in_user() and "accountId" = signed_in_user() and "providerId" = 'credential'
    and password = $1::text
returning id
"""
"""Nothing where the password that was checked has been changed meanwhile."""

REPLACE_OWN_HASH_AND_SESSIONS: Final = """
with changed as (
    update account set password = $2::text, "updatedAt" = $3::timestamptz
    where "userId" = signed_in_user() and "accountId" = signed_in_user() and "providerId" = 'credential'
        and password = $1::text
    returning "userId"
), ended as (
    delete from session s using changed c where s."userId" = c."userId"
), started as (
    insert into session (id, token, "userId", "expiresAt", "createdAt", "updatedAt", "ipAddress", "userAgent")
    select $4::text, $5::text, "userId", $6::timestamptz, $3::timestamptz, $3::timestamptz, $7::text, $8::text
    from changed
)
select "userId" from changed
"""
"""One new session takes the place of all others."""

UPDATE_USER: Final = """
update "user" set
    name = case when $1::boolean then $2::text else name end,
    image = case when $3::boolean then $4::text else image end,
    "updatedAt" = $5::timestamptz
where id = signed_in_user()
"""

DELETE_FRESH_USER: Final = """
delete from "user"
where id = signed_in_user()
    and exists (select from session s where s.token = $1::text and s."createdAt" > $2::timestamptz)
returning id
"""
"""Everything that belongs to the user goes along: each table refers to it with `on delete cascade`."""

DELETE_USER_BY_HASH: Final = """
delete from "user" u
where u.id = signed_in_user() and exists (
    select from account a
    where a."userId" = u.id and a."accountId" = u.id and a."providerId" = 'credential' and a.password = $1::text
)
returning u.id
"""

SPEND_DELETION: Final = """
with consumed as (
    delete from verification
    where identifier = $1::text and value = signed_in_user() and "expiresAt" >= $2::timestamptz
    returning value
)
delete from "user" where id in (select value from consumed)
returning id
"""

ADD_OWN_VERIFICATION: Final = """
insert into verification (id, identifier, value, "expiresAt", "createdAt", "updatedAt")
select $1::text, $2::text, signed_in_user(), $3::timestamptz, $4::timestamptz, $4::timestamptz
where signed_in_user() is not null
on conflict do nothing
"""

# Whoever asks.

USER_BY_EMAIL: Final = """
select id, name, email, "emailVerified", image, "createdAt", "updatedAt" from "user" where email = $1::text
"""

BOUND_USER: Final = """
select
    id, name, email, "emailVerified", image, "createdAt", "updatedAt",
    exists (
        select from account
        where "userId" = $1::text and "providerId" = 'credential'
            and date_trunc('second', "updatedAt") > $2::timestamptz
    ) or exists (
        select from verification where identifier = 'links-ended:' || $1::text and "createdAt" >= $2::timestamptz
    )
from "user" where id = $1::text
"""
"""Whose link it is, and whether they have thrown everybody out since it was made: somebody else may have asked for it.

They have chosen a password or an address, or ended sessions. Such links live an hour, and are no rows that could be
deleted: a row says since when they are over.
"""

ADD_VERIFICATION: Final = """
insert into verification (id, identifier, value, "expiresAt", "createdAt", "updatedAt")
select $1::text, $2::text, id, $3::timestamptz, $4::timestamptz, $4::timestamptz
from "user"
where email = $5::text
on conflict do nothing
"""

VERIFICATION_IS_STORED: Final = """
select value from verification where id = $1::text
"""
"""Asked after `ADD_VERIFICATION`: also true when an earlier try of the same request had come through."""

SWEEP_VERIFICATIONS: Final = """
delete from verification where "expiresAt" < $1::timestamptz
"""

LOOK_UP_VERIFICATION: Final = """
select value from verification where identifier = $1::text and "expiresAt" >= $2::timestamptz limit 1
"""

SPEND_RESET: Final = """
with asked as (
    select u.id from verification v left join "user" u on u.id = v.value
    where v.identifier = $1::text and v."expiresAt" >= $2::timestamptz
), consumed as (
    delete from verification v using "user" u
    where v.identifier = $1::text and v."expiresAt" >= $2::timestamptz and u.id = v.value
    returning u.id
), changed as (
    update account a set password = $4::text, "updatedAt" = $2::timestamptz
    from consumed c
    where a."userId" = c.id and a."accountId" = c.id and a."providerId" = 'credential'
), added as (
    insert into account (id, "accountId", "providerId", "userId", password, "createdAt", "updatedAt")
    select $3::text, c.id, 'credential', c.id, $4::text, $2::timestamptz, $2::timestamptz
    from consumed c
    where not exists (
        select from account a where a."userId" = c.id and a."accountId" = c.id and a."providerId" = 'credential'
    )
), ended as (
    delete from session s using consumed c where s."userId" = c.id and $5::boolean
), forgotten as (
    delete from verification v using consumed c
    where v.value = c.id and v.identifier similar to '(reset-password:|2fa-|delete-account-)%'
        and v.identifier <> $1::text and $6::boolean
)
select
    exists (select from consumed), exists (select from asked where id is null),
    (select u.email from consumed c join "user" u on u.id = c.id)
"""
"""Spends the token and writes the password in one statement, so that of two at once only one succeeds.

Says whether it did, whether the token's user is gone, and which address they have.
"""

THROW_OUT_AFTER_CHANGE: Final = """
with changed as (
    select "userId" as id from account
    where "userId" = signed_in_user() and "providerId" = 'credential' and password = $1::text
), forgotten as (
    delete from verification v using changed c
    where v.value = c.id and v.identifier similar to '(reset-password:|2fa-|delete-account-)%'
)
delete from session s using changed c where s."userId" = c.id and s.token <> $2::text and $3::boolean
"""
"""Once this hash is stored: links to choose another password, what the old one began, and other sessions are over."""

THROW_OUT_AFTER_MOVE: Final = """
with changed as (
    select id from "user" where id = $1::text and email = $2::text
), forgotten as (
    delete from verification v using changed c
    where v.value = c.id and v.identifier similar to '(reset-password:|2fa-|delete-account-)%'
), ended as (
    insert into verification (id, identifier, value, "expiresAt", "createdAt", "updatedAt")
    select $4::text, 'links-ended:' || id, '', $5::timestamptz + interval '1 hour', $5::timestamptz, $5::timestamptz
    from changed
    on conflict do nothing
)
delete from session s using changed c where s."userId" = c.id and s.token <> $3::text
"""
"""The same once this address is stored: such links went to the old one."""

VERIFY_EMAIL: Final = """
with found as (
    select id, "emailVerified" from "user" where email = $1::text
), verified as (
    update "user" set "emailVerified" = true, "updatedAt" = $3::timestamptz
    where email = $1::text and id = coalesce($2::text, id) and not "emailVerified"
)
select id, "emailVerified" from found
"""
"""Whose address it is, and whether that had been known before."""

CHANGE_EMAIL: Final = """
update "user" set email = $3::text, "emailVerified" = "emailVerified" and $4::boolean, "updatedAt" = $5::timestamptz
where id = $1::text and lower(email) = $2::text and id = coalesce(signed_in_user(), id)
    and not exists (select from "user" where email = $3::text)
    and not exists (
        select from account
        where "userId" = $1::text and "providerId" = 'credential'
            and date_trunc('second', "updatedAt") > $6::timestamptz
    )
    and not exists (
        select from verification where identifier = 'links-ended:' || $1::text and "createdAt" >= $6::timestamptz
    )
returning id, name, email, "emailVerified", image, "createdAt", "updatedAt", further_fields('user', to_jsonb("user"))
"""
"""Nothing where the address has changed already, is somebody else's, or another user is signed in; see BOUND_USER."""

# Between a right password and a second factor.

ADD_CHALLENGE: Final = """
insert into verification (id, identifier, value, "expiresAt", "createdAt", "updatedAt")
values
    ($1::text, $3::text, $4::text, $5::timestamptz, $6::timestamptz, $6::timestamptz),
    ($2::text, '2fa-attempts-' || $3::text, '0', $5::timestamptz, $6::timestamptz, $6::timestamptz)
on conflict do nothing
"""

TRY_CHALLENGE: Final = """
with tried as (
    update verification
    set value = (value::integer + 1)::text, "updatedAt" = $2::timestamptz
    where identifier = '2fa-attempts-' || $1::text and "expiresAt" >= $2::timestamptz
        and case when value ~ '^[0-9]{1,4}$' then value::integer < $3::integer else false end
    returning id
)
select
    u.id, u.name, u.email, u."emailVerified", u.image, u."createdAt", u."updatedAt",
    further_fields('user', to_jsonb(u)), null::text, is_banned(to_jsonb(u), $2::timestamptz),
    coalesce((to_jsonb(u) ->> 'banned')::boolean, false), second_factor(to_jsonb(u)), exists (select from tried)
from verification v
join "user" u on u.id = v.value
where v.identifier = $1::text and v."expiresAt" >= $2::timestamptz
limit 1
"""
"""Whose challenge it is, and whether this try is among those that it allows."""

MEET_CHALLENGE: Final = """
with spent as (
    delete from verification where identifier = $1::text and value = $2::text and "expiresAt" >= $3::timestamptz
    returning value
), forgotten as (
    delete from verification where identifier = '2fa-attempts-' || $1::text
)
insert into session (id, token, "userId", "expiresAt", "createdAt", "updatedAt", "ipAddress", "userAgent")
select $4::text, $5::text, u.id, $6::timestamptz, $3::timestamptz, $3::timestamptz, $7::text, $8::text
from spent
join "user" u on u.id = spent.value
where not is_banned(to_jsonb(u), $3::timestamptz)
    and ($9::text is null or spend_backup_code(u.id, $9::text, $10::text))
returning id
"""
"""A session in place of the challenge; nothing where that, or the backup code, was spent meanwhile."""

COUNT_SECOND_FACTOR: Final = """
select count_second_factor($1::text, $2::boolean, $3::timestamptz)
"""

END_CHALLENGE: Final = """
delete from verification where identifier in ($1::text, '2fa-attempts-' || $1::text)
"""

# Keys that sign tokens.

SIGNING_KEY: Final = """
select id, "privateKey" from jwks
where coalesce(alg, 'EdDSA') = 'EdDSA' and ("expiresAt" is null or "expiresAt" > $1::timestamptz)
order by "createdAt" desc, id
limit 1
"""

ADD_KEY: Final = """
insert into jwks (id, "publicKey", "privateKey", "createdAt", alg, crv)
values ($1::text, $2::text, $3::text, $4::timestamptz, $5::text, $6::text)
on conflict do nothing
"""

PUBLISHED_KEYS: Final = """
select id, "publicKey", alg, crv from jwks
where "expiresAt" is null or "expiresAt" > $1::timestamptz
order by "createdAt", id
"""
