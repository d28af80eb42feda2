"""Links to choose another password, in Postgres. Every function is one round trip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.auth.identifiers import new_identifier
from shared.auth.refusals import INVALID_RESET, NOBODYS_RESET, Refused
from shared.auth.rows import queries
from shared.db import Statement

if TYPE_CHECKING:
    from datetime import datetime

    from shared.db import Database


def add_verification(database: Database, email: str, identifier: str, now: datetime, ends: datetime) -> bool:
    """Store something that only the user with this e-mail address can know; False where there is no such user.

    Whatever has expired is removed on the way.
    """
    row_id = new_identifier()
    add = Statement(queries.ADD_VERIFICATION, (row_id, identifier, ends, now, email))
    is_stored = Statement(queries.VERIFICATION_IS_STORED, (row_id,))
    sweep = Statement(queries.SWEEP_VERIFICATIONS, (now,))
    [_, stored, _] = database.run(add, is_stored, sweep, idempotent=True)
    return bool(stored.values)


def has_verification(database: Database, identifier: str, now: datetime) -> bool:
    """Whether that is still good."""
    [found] = database.run(Statement(queries.LOOK_UP_VERIFICATION, (identifier, now)), idempotent=True)
    return bool(found.values)


def reset_password(
    database: Database, identifier: str, password_hash: str, now: datetime, *, ends_sessions: bool, ends_links: bool
) -> str:
    """Spend a reset token for a new password; gives the user's address.

    Args:
        database: Where users are.
        identifier: Of the token.
        password_hash: Of the new password.
        now: The moment.
        ends_sessions: Whether the user is signed out everywhere.
        ends_links: Whether other such links of the user's are good for nothing from now on.

    Raises:
        Refused: It is unknown, spent or expired, or its user is gone.
    """
    values = (identifier, now, new_identifier(), password_hash, ends_sessions, ends_links)
    # not sent twice: the second try would find the token spent
    [told] = database.run(Statement(queries.SPEND_RESET, values))
    [[done, user_is_gone, email]] = told.values
    if not done:
        raise Refused(NOBODYS_RESET if user_is_gone else INVALID_RESET)
    return email
