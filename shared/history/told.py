"""What functions of the database tell: one value, made of lists, for what would take statements of many columns.

Such a function locks its owner, and its plans stay with the server's connection
(specs/decisions/0047-an-append-is-planned-once-a-connection.md).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from shared.db.sqlstate import UNDEFINED_FUNCTION
from shared.errors import NotSignedIn, StatementFailed
from shared.history.models import Conversation, Message
from shared.history.writing import write_locking

if TYPE_CHECKING:
    from shared.db import Database, Statement


def told_by(db: Database, statement: Statement) -> list[Any]:
    """What the function that a statement calls has to say.

    Raises:
        NotSignedIn: The user was deleted meanwhile.
        HistoryFull: It would be more than one account may store; nothing has happened.
    """
    [rows] = write_locking(db, statement)
    if not rows.values or rows.values[0][0] is None:
        raise NotSignedIn
    return rows.values[0][0]


def told_if_there(db: Database, statement: Statement) -> list[Any] | None:
    """The same; None where the database has not got the function yet."""
    try:
        return told_by(db, statement)
    except StatementFailed as error:
        if error.sqlstate != UNDEFINED_FUNCTION:
            raise
        return None


def conversation_told(told: list[Any]) -> Conversation:
    """A conversation by its columns."""
    id_, title, pinned, created_at, updated_at, message_count = told
    return Conversation(UUID(id_), title, pinned, _moment(created_at), _moment(updated_at), message_count)


def message_told(told: list[Any]) -> Message:
    """A message by its columns; what it cites may be left out."""
    id_, seq, role, content, created_at, status, sources, mode = told
    return Message(UUID(id_), seq, role, content, _moment(created_at), status, () if sources is None else sources, mode)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
