"""Users and sessions in Postgres. Every function is one round trip, and every write may be sent twice."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from shared.auth import queries
from shared.auth.identifiers import new_identifier
from shared.auth.models import REFRESH_AFTER, SESSION_LIFETIME, Credentials, Session, SignedInUser, User
from shared.auth.refusals import FAILED_TO_CREATE_USER, INVALID_EMAIL_OR_PASSWORD, USER_ALREADY_EXISTS, Refused
from shared.db import Statement
from shared.errors import StatementFailed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from shared.db import Database

UNSTORABLE: Final = ("22", "54")
"""SQLSTATE classes of a value that Postgres cannot hold: data exception, program limit exceeded."""

USER_WIDTH: Final = len(fields(User))
SIGNED_IN_WIDTH: Final = USER_WIDTH + len(fields(Session))


@dataclass(frozen=True, slots=True)
class Found:
    """A live session; `prolonged` says that it has just been given a new end."""

    signed_in: SignedInUser
    prolonged: bool


def sign_up(database: Database, user: User, password_hash: str, session: Session) -> None:
    """Store user, account and session in one statement.

    Raises:
        Refused: Somebody has this e-mail address, or Postgres cannot hold what was sent.
    """
    account = (new_identifier(), password_hash)
    statement = Statement(
        queries.SIGN_UP,
        (user.id, user.name, user.email, user.image, user.created_at, *account, *_session_values(session)),
    )
    try:
        [_, stored] = database.run(statement, Statement(queries.USER_IS_STORED, (user.id,)), idempotent=True)
    except StatementFailed as error:
        if (error.sqlstate or "").startswith(UNSTORABLE):
            raise Refused(FAILED_TO_CREATE_USER) from error
        raise
    if not stored.values:
        raise Refused(USER_ALREADY_EXISTS)


def credentials(database: Database, email: str) -> Credentials | None:
    """The user with this e-mail address, in whatever case it is written."""
    [found] = database.run(Statement(queries.CREDENTIALS, (email.lower(),)), idempotent=True)
    return next((Credentials(User(*row[:USER_WIDTH]), row[USER_WIDTH]) for row in found.values), None)


def start_session(
    database: Database, session: Session, checked_hash: str, better: str | None, also: Sequence[Statement] = ()
) -> None:
    """Store a session, and `better` in place of the hash that the password was checked with; run `also` with it.

    Raises:
        Refused: That hash is no longer the user's.
    """
    user_id, now = session.user_id, session.created_at
    start = Statement(queries.START_SESSION, (user_id, checked_hash, now, *_session_values(session)))
    is_stored = Statement(queries.SESSION_IS_STORED, (session.id,))
    rehash = [Statement(queries.REPLACE_HASH, (user_id, checked_hash, better, now))] if better else []
    stored = database.run(start, is_stored, *rehash, *also, idempotent=True)[1]
    if not stored.values:
        raise Refused(INVALID_EMAIL_OR_PASSWORD)


def _session_values(session: Session) -> tuple[str | datetime | None, ...]:
    return (session.id, session.token, session.expires_at, session.ip_address, session.user_agent)


def end_session(database: Database, token: str) -> None:
    """Delete the session, if it is there."""
    database.run(Statement(queries.END_SESSION, (token,)), idempotent=True)


def look_up_session(database: Database, token: str, now: datetime, *, prolong: bool) -> Found | None:
    """The live session of this token.

    Args:
        database: Where sessions are.
        token: From a cookie that this deployment signed.
        now: Whole milliseconds.
        prolong: Give a session that is more than a day old seven days from now.
    """
    due = now + SESSION_LIFETIME - REFRESH_AFTER if prolong else None
    statement = Statement(queries.LOOK_UP_SESSION, (token, now, due, now + SESSION_LIFETIME))
    [found] = database.run(statement, idempotent=True)
    return next((Found(signed_in_user(row), prolonged=row[SIGNED_IN_WIDTH]) for row in found.values), None)


def signed_in_user(row: Sequence[Any]) -> SignedInUser:
    """Read a row that holds the columns of a user and of a session."""
    return SignedInUser(User(*row[:USER_WIDTH]), Session(*row[USER_WIDTH:SIGNED_IN_WIDTH]))
