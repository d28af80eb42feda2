"""Sessions in Postgres: looked up, prolonged and ended. Every function is one round trip, and may be sent twice."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Final

from shared.auth.models import REFRESH_AFTER, SESSION_LIFETIME, Session, SignedInUser, User
from shared.db import Statement
from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from shared.db import Database, Rows

USER_WIDTH: Final = len(fields(User)) - 1
SIGNED_IN_WIDTH: Final = USER_WIDTH + len(fields(Session)) - 1
"""Columns of the core; what plug-ins add comes apart."""

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

LIVE_SESSIONS: Final = """
select s.token, s."userId" from session s
where s.token = any(string_to_array($1::text, ' ')) and s."expiresAt" >= $2::timestamptz
order by s."createdAt" desc
"""
"""Asked where a browser sends several tokens, which have no blanks."""

END_SESSION: Final = """
delete from session where token = $1::text
"""


@record
class Found:
    """A live session; `prolonged` says that it has just been given a new end."""

    signed_in: SignedInUser
    prolonged: bool


def end_sessions(database: Database, tokens: Sequence[str]) -> None:
    """Delete the sessions, if they are there."""
    database.run(*(Statement(END_SESSION, (token,)) for token in tokens), idempotent=True)


def chosen_token(database: Database, tokens: Sequence[str], now: datetime) -> str | None:
    """Of several tokens that a browser sends, the one that counts: the newest that lives, or any where none does.

    None where they are live sessions of several users: nobody can say who is asking. One round trip.
    """
    [live] = database.run(Statement(LIVE_SESSIONS, (" ".join(tokens), now)), idempotent=True)
    if len({user_id for _, user_id in live.values}) > 1:
        return None
    return live.values[0][0] if live.values else tokens[0]


def look_up_session(
    database: Database, token: str, now: datetime, *, prolong: bool, longest: int | None
) -> Found | None:
    """The live session of this token.

    Args:
        database: Where sessions are.
        token: From a cookie that this deployment signed.
        now: Whole milliseconds.
        prolong: Give a session that is more than a day old seven days from now.
        longest: Days that it may last in all; None: as long as it is used.
    """
    [found] = database.run(looking_up(token, now, prolong=prolong, longest=longest), idempotent=True)
    return found_session(found)


def looking_up(token: str, now: datetime, *, prolong: bool, longest: int | None) -> Statement:
    """The statement of `look_up_session`; later ones of its batch know the user as `signed_in_user()`."""
    due = now + SESSION_LIFETIME - REFRESH_AFTER if prolong else None
    return Statement(LOOK_UP_SESSION, (token, now, due, now + SESSION_LIFETIME, longest and f"{longest} days"))


def found_session(rows: Rows) -> Found | None:
    """What the statement of `looking_up` found."""
    return next((_found(row) for row in rows.values), None)


def _found(row: Sequence[Any]) -> Found:
    somebody, (prolonged, of_user, of_session, *_) = signed_in_user(row), row[SIGNED_IN_WIDTH:]
    user, session = replace(somebody.user, further=of_user), replace(somebody.session, further=of_session)
    return Found(SignedInUser(user, session), prolonged)


def signed_in_user(row: Sequence[Any]) -> SignedInUser:
    """Read a row that holds the core's columns of a user and of a session."""
    return SignedInUser(User(*row[:USER_WIDTH]), Session(*row[USER_WIDTH:SIGNED_IN_WIDTH]))
