"""Users and sessions in Postgres. Every function is one round trip, and every write may be sent twice."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final

from shared.auth.identifiers import new_identifier
from shared.auth.models import REFRESH_AFTER, SESSION_LIFETIME, Credentials, Session, SignedInUser, User
from shared.auth.refusals import (
    FAILED_TO_CREATE_USER,
    INVALID_EMAIL_OR_PASSWORD,
    NO_USERNAMES,
    USER_ALREADY_EXISTS,
    Refused,
)
from shared.auth.rows import queries
from shared.db import Statement
from shared.errors import StatementFailed, TooManyRequests

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from shared.auth.refusals import Refusal
    from shared.db import Database, Rows

UNSTORABLE: Final = ("22", "54")
"""SQLSTATE classes of a value that Postgres cannot hold: data exception, program limit exceeded."""

SESSION_VALUES: Final = 5
"""Of a session, besides what it shares with its user or account."""

UNIQUE_VIOLATION: Final = "23505"

USER_WIDTH: Final = len(fields(User)) - 1
SIGNED_IN_WIDTH: Final = USER_WIDTH + len(fields(Session)) - 1
"""Columns of the core; what plug-ins add comes apart."""


@dataclass(frozen=True, slots=True)
class Found:
    """A live session; `prolonged` says that it has just been given a new end."""

    signed_in: SignedInUser
    prolonged: bool


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
        queries.SIGN_UP,
        (user.id, user.name, user.email, user.image, user.created_at, *account, *_session_values(session)),
    )
    with refusing_unstorable(FAILED_TO_CREATE_USER):
        is_stored = Statement(queries.USER_IS_STORED, (user.id, " ".join(replaced)))
        [_, stored] = database.run(statement, is_stored, idempotent=True)
    if not stored.values:
        raise Refused(USER_ALREADY_EXISTS)
    return replace(user, further=stored.values[0][0])


def refusing_unstorable(refusal: Refusal) -> AbstractContextManager[None]:
    """A block in which a value that Postgres cannot hold ends in this refusal."""
    return _refusing(UNSTORABLE, refusal)


def refusing_duplicates(refusal: Refusal) -> AbstractContextManager[None]:
    """A block in which a value that is there already, and must be unique, ends in this refusal."""
    return _refusing((UNIQUE_VIOLATION,), refusal)


@contextmanager
def _refusing(states: tuple[str, ...], refusal: Refusal) -> Generator[None]:
    try:
        yield
    except StatementFailed as error:
        if (error.sqlstate or "").startswith(states):
            raise Refused(refusal) from error
        raise


@contextmanager
def refusing_too_many_uses() -> Generator[None]:
    """A block in which a use that `count_use` found one too many ends in `TooManyRequests`."""
    try:
        yield
    except StatementFailed as error:
        if error.sqlstate != queries.OVER_LIMIT:
            raise
        raise TooManyRequests(int((error.constraint or "1").partition(" ")[0]), "reader") from error


def credentials(database: Database, email: str, now: datetime) -> Credentials | None:
    """The user with this e-mail address, in whatever case it is written."""
    [found] = database.run(Statement(queries.CREDENTIALS, (email.lower(), now)), idempotent=True)
    return _credentials(found.values)


def refuse_without_usernames(database: Database) -> None:
    """Raises `Refused` where the username plug-in has no column."""
    [[[there]]] = (rows.values for rows in database.run(Statement(queries.HAS_USERNAMES), idempotent=True))
    if not there:
        raise Refused(NO_USERNAMES)


def email_of_username(database: Database, username: str) -> str | None:
    """The address of the user with this name, by the username plug-in's column.

    Raises:
        Refused: There is no such column.
    """
    questions = Statement(queries.HAS_USERNAMES), Statement(queries.EMAIL_OF_USERNAME, (username.lower(),))
    there, found = database.run(*questions, idempotent=True)
    if not there.values[0][0]:
        raise Refused(NO_USERNAMES)
    return found.values[0][0] if found.values else None


def credentials_by_username(database: Database, username: str, now: datetime) -> Credentials | None:
    """As `credentials`, by that name."""
    [found] = database.run(Statement(queries.CREDENTIALS_BY_USERNAME, (username.lower(), now)), idempotent=True)
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
    start = Statement(queries.START_SESSION, (user_id, checked_hash, now, *_session_values(session)))
    is_stored = Statement(queries.SESSION_IS_STORED, (session.id, " ".join(replaced)))
    rehash = [replacing_hash(user_id, checked_hash, better, now)] if better else []
    stored = database.run(start, is_stored, *rehash, *also, idempotent=True)[1]
    if not stored.values:
        raise Refused(INVALID_EMAIL_OR_PASSWORD)


def lifting_ban(known: Credentials, now: datetime) -> list[Statement]:
    """Ends a ban whose time is over."""
    return [Statement(queries.LIFT_BAN, (known.user.id, now))] if known.was_banned else []


def replacing_hash(user_id: str, checked_hash: str, better: str, now: datetime) -> Statement:
    """Puts a better hash in place of the one that a password was checked with, unless that has been changed."""
    return Statement(queries.REPLACE_HASH, (user_id, checked_hash, better, now))


def _session_values(session: Session | None) -> tuple[str | datetime | None, ...]:
    if session is None:
        return (None,) * SESSION_VALUES
    return (session.id, session.token, session.expires_at, session.ip_address, session.user_agent)


def end_sessions(database: Database, tokens: Sequence[str]) -> None:
    """Delete the sessions, if they are there."""
    database.run(*(Statement(queries.END_SESSION, (token,)) for token in tokens), idempotent=True)


def chosen_token(database: Database, tokens: Sequence[str], now: datetime) -> str | None:
    """Of several tokens that a browser sends, the one that counts: the newest that lives, or any where none does.

    None where they are live sessions of several users: nobody can say who is asking. One round trip.
    """
    [live] = database.run(Statement(queries.LIVE_SESSIONS, (" ".join(tokens), now)), idempotent=True)
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
    return Statement(queries.LOOK_UP_SESSION, (token, now, due, now + SESSION_LIFETIME, longest and f"{longest} days"))


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
