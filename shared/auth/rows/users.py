"""Users in Postgres: stored, found by what they sign in with, and given a session.

Every function is one round trip, and every write may be sent twice.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, LiteralString

from shared.auth.identifiers import new_identifier
from shared.auth.models import Credentials, User
from shared.auth.refusals import (
    FAILED_TO_CREATE_USER,
    INVALID_EMAIL_OR_PASSWORD,
    NO_USERNAMES,
    USER_ALREADY_EXISTS,
    Refused,
    refusing_unstorable,
)
from shared.auth.rows.sessions import USER_WIDTH
from shared.db import Statement

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from shared.auth.models import Session
    from shared.db import Database

SESSION_VALUES: Final = 5
"""Of a session, besides what it shares with its user or account."""

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


def _credentials_where(condition: LiteralString) -> LiteralString:
    return f"""
select
    u.id, u.name, u.email, u."emailVerified", u.image, u."createdAt", u."updatedAt",
    further_fields('user', to_jsonb(u)), a.password, is_banned(to_jsonb(u), $2::timestamptz),
    coalesce((to_jsonb(u) ->> 'banned')::boolean, false), second_factor(to_jsonb(u))
from "user" u
left join account a on a."userId" = u.id and a."accountId" = u.id and a."providerId" = 'credential'
where {condition}
limit 1
"""  # noqa: S608 (as its type says, it is made of literals alone)


CREDENTIALS: Final = _credentials_where("u.email = $1::text")
CREDENTIALS_BY_USERNAME: Final = _credentials_where("u.id = user_named($1::text)")

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


def sign_up(
    database: Database, user: User, password_hash: str, session: Session | None, replaced: Sequence[str] = ()
) -> User:
    """Store user, account and, if there is one, session in one statement; the user as it is then stored.

    The session takes the place of the `replaced`, which are named by their tokens.

    Raises:
        Refused: Somebody has this e-mail address, or Postgres cannot hold what was sent.
    """
    account = (new_identifier(), password_hash)
    statement = Statement(
        SIGN_UP,
        (user.id, user.name, user.email, user.image, user.created_at, *account, *_session_values(session)),
    )
    with refusing_unstorable(FAILED_TO_CREATE_USER):
        is_stored = Statement(USER_IS_STORED, (user.id, " ".join(replaced)))
        [_, stored] = database.run(statement, is_stored, idempotent=True)
    if not stored.values:
        raise Refused(USER_ALREADY_EXISTS)
    return replace(user, further=stored.values[0][0])


def credentials(database: Database, email: str, now: datetime) -> Credentials | None:
    """The user with this e-mail address, in whatever case it is written."""
    [found] = database.run(Statement(CREDENTIALS, (email.lower(), now)), idempotent=True)
    return _credentials(found.values)


def refuse_without_usernames(database: Database) -> None:
    """Raises `Refused` where the username plug-in has no column."""
    [[[there]]] = (rows.values for rows in database.run(Statement(HAS_USERNAMES), idempotent=True))
    if not there:
        raise Refused(NO_USERNAMES)


def email_of_username(database: Database, username: str) -> str | None:
    """The address of the user with this name, by the username plug-in's column.

    Raises:
        Refused: There is no such column.
    """
    questions = Statement(HAS_USERNAMES), Statement(EMAIL_OF_USERNAME, (username.lower(),))
    there, found = database.run(*questions, idempotent=True)
    if not there.values[0][0]:
        raise Refused(NO_USERNAMES)
    return found.values[0][0] if found.values else None


def credentials_by_username(database: Database, username: str, now: datetime) -> Credentials | None:
    """As `credentials`, by that name."""
    [found] = database.run(Statement(CREDENTIALS_BY_USERNAME, (username.lower(), now)), idempotent=True)
    return _credentials(found.values)


def _credentials(found: Sequence[Sequence[Any]]) -> Credentials | None:
    return next(map(credentials_of, found), None)


def credentials_of(row: Sequence[Any]) -> Credentials:
    """Read a row that holds a user, what plug-ins add, and what signing in takes."""
    width = USER_WIDTH + 1
    return Credentials(User(*row[:width]), *row[width:])


def start_session(
    database: Database,
    session: Session,
    checked_hash: str,
    *,
    better: str | None,
    replaced: Sequence[str] = (),
    also: Sequence[Statement] = (),
) -> None:
    """Store a session in the place of the `replaced` ones, named by their tokens; run `also` with it.

    Put `better`, if that is given, in place of the hash that the password was checked with.

    Raises:
        Refused: That hash is no longer the user's.
    """
    user_id, now = session.user_id, session.created_at
    start = Statement(START_SESSION, (user_id, checked_hash, now, *_session_values(session)))
    is_stored = Statement(SESSION_IS_STORED, (session.id, " ".join(replaced)))
    rehash = [replacing_hash(user_id, checked_hash, better, now)] if better else []
    stored = database.run(start, is_stored, *rehash, *also, idempotent=True)[1]
    if not stored.values:
        raise Refused(INVALID_EMAIL_OR_PASSWORD)


def lifting_ban(known: Credentials, now: datetime) -> list[Statement]:
    """Ends a ban whose time is over."""
    return [Statement(LIFT_BAN, (known.user.id, now))] if known.was_banned else []


def replacing_hash(user_id: str, checked_hash: str, better: str, now: datetime) -> Statement:
    """Puts a better hash in place of the one that a password was checked with, unless that has been changed."""
    return Statement(REPLACE_HASH, (user_id, checked_hash, better, now))


def _session_values(session: Session | None) -> tuple[str | datetime | None, ...]:
    if session is None:
        return (None,) * SESSION_VALUES
    return (session.id, session.token, session.expires_at, session.ip_address, session.user_agent)
