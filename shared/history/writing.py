"""What every write of the history has in common: its owner is locked first, and what was deleted stays deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from shared.db import Statement
from shared.errors import Gone, HistoryFull, NotFound, NotSignedIn, StatementFailed
from shared.history.conversation_queries import LOCK_OWNER

if TYPE_CHECKING:
    from shared.db import Database, Rows

Stored = TypeVar("Stored")

LOCK: Final = Statement(LOCK_OWNER)

BEYOND_QUOTA: Final = "RL413"
"""SQLSTATE of what would be more than one account may store (infra/migrations/0110_room_for_one_account.sql)."""


def write(db: Database, *statements: Statement) -> list[Rows]:
    """Run statements behind the lock of their owner, in one batch that may be repeated; their rows, in order.

    Raises:
        NotSignedIn: The user was deleted meanwhile.
        HistoryFull: It would be more than one account may store; nothing has happened.
    """
    owner, *results = write_locking(db, LOCK, *statements)
    if not owner.values:
        raise NotSignedIn
    return results


def write_locking(db: Database, *statements: Statement) -> list[Rows]:
    """The same of statements of which the first locks their owner.

    Raises:
        HistoryFull: As above.
    """
    try:
        return db.run(*statements, idempotent=True)
    except StatementFailed as error:
        if error.sqlstate != BEYOND_QUOTA:
            raise
        raise HistoryFull from error


def still_there(stored: Stored | None, *, deleted: bool) -> Stored:
    """What was read back after a write.

    Raises:
        NotFound: There never was such a conversation, or it is somebody else's.
        Gone: It was deleted or evicted.
    """
    if deleted:
        raise Gone
    if stored is None:
        raise NotFound
    return stored
