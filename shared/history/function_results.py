"""Results of functions of the database: one JSON value each, in place of the rows of several statements.

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


def result_of(db: Database, statement: Statement) -> list[Any]:
    """The result of the function that a statement calls.

    Raises:
        NotSignedIn: The user was deleted meanwhile.
        HistoryFull: It would be more than one account may store; nothing has happened.
    """
    [rows] = write_locking(db, statement)
    if not rows.values or rows.values[0][0] is None:
        raise NotSignedIn
    return rows.values[0][0]


def result_if_there(db: Database, statement: Statement) -> list[Any] | None:
    """The same; None where the database has not got the function yet."""
    try:
        return result_of(db, statement)
    except StatementFailed as error:
        if error.sqlstate != UNDEFINED_FUNCTION:
            raise
        return None


def conversation_of(columns: list[Any]) -> Conversation:
    """A conversation, of its columns in the order of the model."""
    id_, title, pinned, created_at, updated_at, message_count = columns
    return Conversation(UUID(id_), title, pinned, _moment(created_at), _moment(updated_at), message_count)


def message_of(columns: list[Any]) -> Message:
    """A message, of its columns; what it cites may be null."""
    id_, seq, role, content, created_at, status, sources, mode = columns
    return Message(UUID(id_), seq, role, content, _moment(created_at), status, () if sources is None else sources, mode)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
