"""The conversations of the signed-in user: listed, opened, created, changed and deleted.

Each function is one batch: it happens as a whole or not at all, and costs one round trip. `db` is the database of
somebody signed in (shared/auth); whose rows these are is never an argument. Each may be repeated: the second time
changes nothing and says the same. All raise `DatabaseUnavailable`, and `NotSignedIn` where there is no live session.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.db import Statement
from shared.errors import Conflict, Gone, NotFound
from shared.history import conversation_queries
from shared.history.cursors import PlaceInConversation, PlaceInList
from shared.history.models import Conversation, Created, Message, Opened, Page
from shared.history.titles import UNTITLED
from shared.history.writing import still_there, write
from shared.record import record

if TYPE_CHECKING:
    from uuid import UUID

    from shared.db import Database

PAGE_BYTES: Final = 1_500_000
"""Of JSON in a page of messages. Lambda answers with 6 MB at most, in which JSON in JSON may take three times that."""

FIRST_SEQ: Final = 1


def list_conversations(db: Database, *, limit: int, cursor: str | None = None) -> Page:
    """A page of conversations, newest first, without their messages.

    Raises:
        InvalidRequest: The cursor is not one of a list.
    """
    place = PlaceInList.read(cursor)
    # One more than asked for: whether it is there tells whether there is a next page.
    wanted = (place.updated_at, place.conversation_id, limit + 1)
    [rows] = db.run(Statement(conversation_queries.LIST, wanted), idempotent=True)
    found = rows.into(Conversation)
    shown = found[:limit]
    more = len(found) > limit
    return Page(shown, PlaceInList(shown[-1].updated_at, shown[-1].id).cursor if more else None)


def open_conversation(db: Database, conversation_id: UUID, *, limit: int, cursor: str | None = None) -> Opened:
    """A conversation with its newest messages or, from a cursor, with those before the ones already shown.

    Raises:
        InvalidRequest: The cursor is not one of a conversation.
        NotFound: There is no such conversation, or not any more, or it is somebody else's.
    """
    place = PlaceInConversation.read(cursor)
    conversations, messages = db.run(
        Statement(conversation_queries.CONVERSATION, (conversation_id,)),
        Statement(conversation_queries.MESSAGES, (conversation_id, place.seq, limit, PAGE_BYTES)),
        idempotent=True,
    )
    conversation = conversations.first(Conversation)
    if conversation is None:
        raise NotFound
    shown = messages.into(Message)[::-1]
    more = bool(shown) and shown[0].seq > FIRST_SEQ
    return Opened(conversation, shown, PlaceInConversation(shown[0].seq).cursor if more else None)


def create_conversation(db: Database, conversation_id: UUID, *, title: str | None, keep: int) -> Created:
    """Create a conversation without messages; one without a title takes it from its first question.

    Of the user's conversations the newest `keep` stay, this one among them. Pinned ones go last.

    Raises:
        NotFound: The id is that of somebody else's conversation.
        Gone: It was deleted or evicted.
        Conflict: The id was used for another conversation of the user's.
    """
    created_as = title or ""
    _, _, outcome, conversation = write(
        db,
        Statement(conversation_queries.CREATE, (conversation_id, title or UNTITLED, created_as)),
        Statement(conversation_queries.EVICT, (conversation_id, conversation_id, keep)),
        Statement(conversation_queries.CREATION_OUTCOME, (conversation_id, created_as)),
        Statement(conversation_queries.CONVERSATION, (conversation_id,)),
    )
    [found] = outcome.into(CreationOutcome)
    if found.deleted:
        raise Gone
    created = conversation.first(Conversation)
    if created is None:
        raise NotFound
    if not found.as_asked:
        raise Conflict
    return Created(created, found.evicted)


@record
class CreationOutcome:
    """What the database says about a conversation after the attempt to create it.

    Attributes:
        as_asked: It is there, created by this very request, now or earlier.
        deleted: It was deleted or evicted.
        evicted: The conversation that had to go for it.
    """

    as_asked: bool
    deleted: bool
    evicted: UUID | None


def change_conversation(
    db: Database, conversation_id: UUID, *, title: str | None = None, pinned: bool | None = None
) -> Conversation:
    """Rename a conversation, pin or unpin it; what is None stays. Its place in the list stays too.

    Raises:
        NotFound: There never was such a conversation, or it is somebody else's.
        Gone: It was deleted or evicted.
    """
    _, conversation, deleted = write(
        db,
        Statement(conversation_queries.CHANGE, (conversation_id, title, pinned)),
        Statement(conversation_queries.CONVERSATION, (conversation_id,)),
        Statement(conversation_queries.DELETED, (conversation_id,)),
    )
    return still_there(conversation.first(Conversation), deleted=bool(deleted.values))


def delete_conversation(db: Database, conversation_id: UUID) -> None:
    """Delete a conversation with its messages, for good. One that is deleted already stays so, which is no error.

    Raises:
        NotFound: There is no such conversation, or it is somebody else's. If it waits in the outbox, it is dropped.
    """
    _, deleted = write(
        db,
        Statement(conversation_queries.DELETE, (conversation_id,)),
        Statement(conversation_queries.DELETED, (conversation_id,)),
    )
    if not deleted.values:
        raise NotFound


def delete_conversations(db: Database) -> None:
    """Delete all conversations of the user with their messages, for good."""
    write(db, Statement(conversation_queries.DELETE_ALL))
