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
)
select id from new_user
"""
"""User, account and session, or none of them where the e-mail address is taken."""

USER_IS_STORED: Final = """
select id from "user" where id = $1::text
"""
"""Asked after `SIGN_UP`: also true when an earlier try of the same request had come through."""

CREDENTIALS: Final = """
select
    u.id, u.name, u.email, u."emailVerified", u.image, u."createdAt", u."updatedAt", a.password
from "user" u
left join account a on a."userId" = u.id and a."accountId" = u.id and a."providerId" = 'credential'
where u.email = $1::text
limit 1
"""

START_SESSION: Final = """
insert into session (id, token, "userId", "expiresAt", "createdAt", "updatedAt", "ipAddress", "userAgent")
select $4::text, $5::text, "userId", $6::timestamptz, $3::timestamptz, $3::timestamptz, $7::text, $8::text
from account
where "userId" = $1::text and "accountId" = $1::text and "providerId" = 'credential' and password = $2::text
limit 1
on conflict do nothing
"""
"""Nothing where the password that was checked has been changed, or its user deleted, meanwhile."""

SESSION_IS_STORED: Final = """
select id from session where id = $1::text
"""
"""Asked after `START_SESSION`: also true when an earlier try of the same request had come through."""

REPLACE_HASH: Final = """
update account set password = $3::text, "updatedAt" = $4::timestamptz
where "userId" = $1::text and "accountId" = $1::text and "providerId" = 'credential' and password = $2::text
"""

END_SESSION: Final = """
delete from session where token = $1::text
"""

LOOK_UP_SESSION: Final = """
with found as (
    select
        u.id as user_id, u.name, u.email, u."emailVerified", u.image,
        u."createdAt" as user_created_at, u."updatedAt" as user_updated_at,
        s.id as session_id, s.token, s."expiresAt", s."createdAt", s."updatedAt", s."ipAddress", s."userAgent"
    from session s
    join "user" u on u.id = s."userId"
    where s.token = $1::text
), ended as (
    delete from session where token = $1::text and "expiresAt" < $2::timestamptz
), prolonged as (
    update session set "expiresAt" = $4::timestamptz, "updatedAt" = $2::timestamptz
    where token = $1::text and "expiresAt" >= $2::timestamptz and "expiresAt" <= $3::timestamptz
    returning "expiresAt", "updatedAt"
)
select
    f.user_id, f.name, f.email, f."emailVerified", f.image, f.user_created_at, f.user_updated_at,
    f.session_id, f.token, f.user_id, coalesce(p."expiresAt", f."expiresAt"), f."createdAt",
    coalesce(p."updatedAt", f."updatedAt"), f."ipAddress", f."userAgent", p."expiresAt" is not null
from found f
left join prolonged p on true
where f."expiresAt" >= $2::timestamptz
"""
"""The live session of a token, prolonged where it is due; one that has expired is removed on the way."""

IDENTIFY: Final = """
select
    u.id, u.name, u.email, u."emailVerified", u.image, u."createdAt", u."updatedAt",
    s.id, s.token, s."userId", s."expiresAt", s."createdAt", s."updatedAt", s."ipAddress", s."userAgent",
    set_config('app.user_id', u.id, true)
from session s
join "user" u on u.id = s."userId"
where s.token = $1::text and s."expiresAt" >= $2::timestamptz
"""
"""Who has the token. For the rest of the batch row-level security sees that user, and nobody where there is no row."""

IDENTIFY_BY_ID: Final = """
select
    u.id, u.name, u.email, u."emailVerified", u.image, u."createdAt", u."updatedAt",
    set_config('app.user_id', u.id, true)
from "user" u
where u.id = $1::text
"""
"""As `IDENTIFY`, for a user whom another server vouches for."""

COUNT_REQUEST: Final = """
select count_request($1::text, $2::integer, $3::integer)
"""
"""At the head of a batch: where it is one request too many, nothing of the batch happens."""

FORGIVE_REQUESTS: Final = """
delete from "rateLimit" where key = $1::text
"""
