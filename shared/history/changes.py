"""What readers do to their conversations besides asking: create, rename, pin, append, delete all, rate an answer.

What store.py says is true here: each function is one batch, may be repeated, and knows its owner from `db`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.db import Statement
from shared.errors import Conflict, Gone, InvalidRequest, NotFound
from shared.history import change_queries, queries
from shared.history.models import Conversation, Created, Feedback, Message
from shared.history.store import LOCK_OWNER, require
from shared.history.titles import UNTITLED, title_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from shared.db import Database
    from shared.history.models import Given, Opinion


def create_conversation(db: Database, conversation_id: UUID, *, title: str | None, keep: int) -> Created:
    """Create a conversation without messages; one without a title takes it from its first question.

    Of the user's conversations the newest `keep` stay, this one among them. Pinned ones go last.

    Raises:
        NotFound: The id is that of somebody else's conversation.
        Gone: It was deleted or evicted.
        Conflict: The id was used for another conversation of the user's.
    """
    created_as = title or ""
    owner, _, _, outcome, conversation = db.run(
        LOCK_OWNER,
        Statement(change_queries.CREATE, (conversation_id, title or UNTITLED, created_as)),
        Statement(queries.EVICT, (conversation_id, conversation_id, keep)),
        Statement(change_queries.CREATION_OUTCOME, (conversation_id, created_as)),
        Statement(queries.CONVERSATION, (conversation_id,)),
        idempotent=True,
    )
    require(owner)
    [found] = outcome.into(CreationOutcome)
    if found.deleted:
        raise Gone
    created = conversation.first(Conversation)
    if created is None:
        raise NotFound
    if not found.as_asked:
        raise Conflict
    return Created(created, found.evicted)


@dataclass(frozen=True, slots=True)
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
    owner, _, conversation, deleted = db.run(
        LOCK_OWNER,
        Statement(change_queries.CHANGE, (conversation_id, title, pinned)),
        Statement(queries.CONVERSATION, (conversation_id,)),
        Statement(queries.DELETED, (conversation_id,)),
        idempotent=True,
    )
    require(owner)
    if deleted.values:
        raise Gone
    changed = conversation.first(Conversation)
    if changed is None:
        raise NotFound
    return changed


def append_messages(db: Database, conversation_id: UUID, given: Sequence[Given]) -> tuple[Conversation, list[Message]]:
    """Append messages, in the order given, to a conversation; those that are there already stay where they are.

    Returns:
        The conversation, and the messages as they are stored.

    Raises:
        InvalidRequest: Two of them have the same id.
        NotFound: There never was such a conversation, or it is somebody else's.
        Gone: It was deleted or evicted.
        Conflict: An id was used for another message; none was appended.
    """
    ids = [each.id for each in given]
    if len(set(ids)) < len(ids):
        raise InvalidRequest("messages: two of them have the same id")
    first_question = next((each.content for each in given if each.role == "user"), UNTITLED)
    columns = (ids, [each.role for each in given], [each.content for each in given])
    owner, _, conversation, messages, deleted = db.run(
        LOCK_OWNER,
        Statement(change_queries.APPEND, (conversation_id, *columns, title_of(first_question), UNTITLED)),
        Statement(queries.CONVERSATION, (conversation_id,)),
        Statement(change_queries.APPENDED, (conversation_id, ids)),
        Statement(queries.DELETED, (conversation_id,)),
        idempotent=True,
    )
    require(owner)
    if deleted.values:
        raise Gone
    continued = conversation.first(Conversation)
    if continued is None:
        raise NotFound
    return continued, _as_given(messages.into(Message), given)


def _as_given(stored: Sequence[Message], given: Sequence[Given]) -> list[Message]:
    """The stored messages in the order given.

    Raises:
        Conflict: One of them is not what was given.
    """
    by_id = {message.id: message for message in stored}
    for each in given:
        found = by_id.get(each.id)
        if found is None or (found.role, found.content) != (each.role, each.content):
            raise Conflict
    return [by_id[each.id] for each in given]


def delete_conversations(db: Database) -> None:
    """Delete all conversations of the user with their messages, for good."""
    owner, _ = db.run(LOCK_OWNER, Statement(change_queries.DELETE_ALL), idempotent=True)
    require(owner)


def give_feedback(db: Database, message_id: UUID, *, value: Opinion, comment: str | None) -> Feedback:
    """Say what the user thinks of an answer, in place of what they said before.

    Args:
        db: The user's database.
        message_id: Of the answer.
        value: The opinion.
        comment: None leaves the comment as it is; an empty one removes it.

    Raises:
        NotFound: There is no such answer, or not any more, or it is somebody else's.
    """
    return _feedback(db, message_id, Statement(change_queries.GIVE_FEEDBACK, (message_id, value, comment)))


def take_back_feedback(db: Database, message_id: UUID) -> Feedback:
    """Forget what the user thinks of an answer, comment and all.

    Raises:
        NotFound: As above.
    """
    return _feedback(db, message_id, Statement(change_queries.TAKE_BACK_FEEDBACK, (message_id,)))


def _feedback(db: Database, message_id: UUID, change: Statement) -> Feedback:
    owner, _, feedback = db.run(
        LOCK_OWNER,
        change,
        Statement(change_queries.FEEDBACK, (message_id,)),
        idempotent=True,
    )
    require(owner)
    stored = feedback.first(Feedback)
    if stored is None:
        raise NotFound
    return stored
