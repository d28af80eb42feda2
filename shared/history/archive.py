"""Everything of the signed-in user's to take away, in pages, and back again.

What conversations.py says is true here: a page is one batch; reading an export again changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from shared.db import Json, Statement
from shared.errors import InvalidRequest, NotSignedIn
from shared.history import archive_queries, conversation_queries
from shared.history.conversations import PAGE_BYTES
from shared.history.cursors import PlaceInArchive
from shared.history.models import Conversation
from shared.history.writing import write
from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from shared.db import Database, Rows

PAGE_MESSAGES: Final = 3000

BATCH_BYTES: Final = 500_000
"""Of an import, in characters, sources included: what Postgres stores well within its time limit."""


@record
class Page:
    """A part of what somebody has.

    Attributes:
        user: Who they are, as columns.
        profile: What they told the site about themselves; None without their consent.
        sessions: Where they are signed in, without anything that could sign in.
        conversations: Whole, or the part of one that this page holds, each with its messages as columns.
        next_cursor: Where the rest begins; None when there is none.
    """

    user: Mapping[str, Any]
    profile: Mapping[str, Any] | None
    sessions: list[dict[str, Any]]
    conversations: list[tuple[Conversation, list[dict[str, Any]]]]
    next_cursor: str | None


@record
class Imported:
    """What an import changed: how many came, and how many conversations had to go or were too old to stay."""

    conversations: int
    messages: int
    evicted: int


def export_page(db: Database, cursor: str | None = None, *, most_bytes: int = PAGE_BYTES) -> Page:
    """A page of everything that the user has; the first one is noted in the audit.

    Raises:
        InvalidRequest: The cursor is not one of an export.
    """
    place = PlaceInArchive.read(cursor)
    after = (place.conversation_id, place.seq)
    noted = [Statement(archive_queries.RECORD_EXPORT)] if cursor is None else []
    user, profile, sessions, conversations, messages, *_ = db.run(
        Statement(archive_queries.USER),
        Statement(archive_queries.PROFILE),
        Statement(archive_queries.SESSIONS),
        Statement(archive_queries.CONVERSATIONS, (place.conversation_id,)),
        Statement(archive_queries.MESSAGES, (*after, PAGE_MESSAGES, most_bytes)),
        *noted,
        idempotent=True,
    )
    if not user.values:
        raise NotSignedIn
    found = _dicts(messages)
    full = len(found) == PAGE_MESSAGES or sum(each["size"] for each in found) >= most_bytes
    end = PlaceInArchive(found[-1]["conversation_id"], found[-1]["seq"]) if full else None
    shown = [each for each in conversations.into(Conversation) if end is None or each.id <= end.conversation_id]
    return Page(
        user=_dicts(user)[0],
        profile=next(iter(_dicts(profile)), None),
        sessions=_dicts(sessions),
        conversations=[(each, [one for one in found if one["conversation_id"] == each.id]) for each in shown],
        next_cursor=end.cursor if end else None,
    )


def import_conversations(db: Database, conversations: Sequence[dict[str, Any]], *, keep: int) -> Imported:
    """Add what is not there yet; what is there, or was deleted, stays as it is. In batches, each whole or not at all.

    A conversation whose id is somebody else's gets another id, the same each time.

    Args:
        db: Of somebody signed in.
        conversations: `id, title, pinned, created_at, updated_at, messages` each, values as JSON; the messages with
            `id, role, content, sources, status, mode, created_at, replaced_by, feedback, feedback_comment`, in order.
        keep: How many conversations a user keeps.

    Raises:
        InvalidRequest: Two conversations, or two messages, have the same id.
    """
    _refuse_twins(conversations)
    counts = [_import_batch(db, part, keep) for part in _parts(conversations)]
    return Imported(*(sum(column) for column in zip(*counts, strict=True))) if counts else Imported(0, 0, 0)


def _import_batch(db: Database, part: list[dict[str, Any]], keep: int) -> tuple[int, int, int]:
    given = (Json(part),)
    imported, copied, messages, _, evicted = write(
        db,
        Statement(archive_queries.IMPORT_CONVERSATIONS, given),
        Statement(archive_queries.COPY_CONVERSATIONS, given),
        Statement(archive_queries.IMPORT_MESSAGES, given),
        Statement(archive_queries.IMPORT_FEEDBACK, given),
        Statement(conversation_queries.EVICT, (None, None, keep)),
    )
    return imported.count + copied.count, sum(row[0] for row in messages.values), evicted.count


def _parts(conversations: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """What goes into one batch each; a long conversation is continued in the next one."""
    part: list[dict[str, Any]] = []
    size = 0
    for conversation in conversations:
        part.append(_begun(conversation))
        for message in conversation["messages"]:
            if size > BATCH_BYTES:
                yield part
                part, size = [_begun(conversation)], 0
            part[-1]["messages"].append(message)
            size += _characters(message)
    if part:
        yield part


def _characters(message: Mapping[str, Any]) -> int:
    cited = sum(
        len(source["title"]) + len(source["url"]) + len(source["snippet"]) + 60 for source in message["sources"]
    )
    return len(message["content"]) + cited + 300


def _begun(conversation: dict[str, Any]) -> dict[str, Any]:
    """The conversation, without messages yet."""
    messages: list[dict[str, Any]] = []
    return {**conversation, "messages": messages}


def _refuse_twins(conversations: Sequence[dict[str, Any]]) -> None:
    ids = [each["id"] for each in conversations]
    message_ids = [message["id"] for each in conversations for message in each["messages"]]
    if len(set(ids)) < len(ids) or len(set(message_ids)) < len(message_ids):
        raise InvalidRequest("two of them, or two messages, have the same id", "conversations")


def _dicts(rows: Rows) -> list[dict[str, Any]]:
    return [dict(zip(rows.columns, row, strict=True)) for row in rows.values]
