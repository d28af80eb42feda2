"""The history of the signed-in user: what is listed, opened, begun, completed and deleted.

Each function is one batch: it happens as a whole or not at all, and costs one round trip. `db` is the database of
somebody signed in (shared/auth); whose rows these are is never an argument. Each may be repeated: the second time
changes nothing and says the same. All raise `DatabaseUnavailable`, and `NotSignedIn` where there is no live session.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from shared.db import Json, Statement
from shared.errors import Conflict, Gone, InvalidRequest, NotFound, NotSignedIn
from shared.history import queries
from shared.history.cursors import PlaceInConversation, PlaceInList
from shared.history.models import CONTENT_CHARACTERS, Begun, Conversation, Message, Opened, Page, Status, answer_id
from shared.history.titles import UNTITLED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from shared.db import Database, Rows

WINDOW_MESSAGES: Final = 12
WINDOW_CHARACTERS: Final = 12_000
"""How much of a conversation a question brings along: what a small model can still read."""

PAGE_BYTES: Final = 1_500_000
"""Of JSON in a page of messages. Lambda answers with 6 MB at most, in which JSON in JSON may take three times that."""

FIRST_SEQ: Final = 1

LOCK_OWNER: Final = Statement(queries.LOCK_OWNER)


def list_conversations(db: Database, *, limit: int, cursor: str | None = None) -> Page:
    """A page of conversations, newest first, without their messages.

    Raises:
        InvalidRequest: The cursor is not one of a list.
    """
    place = PlaceInList.read(cursor)
    # One more than asked for: whether it is there tells whether there is a next page.
    [rows] = db.run(Statement(queries.LIST, (place.updated_at, place.conversation_id, limit + 1)), idempotent=True)
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
        Statement(queries.CONVERSATION, (conversation_id,)),
        Statement(queries.MESSAGES, (conversation_id, place.seq, limit, PAGE_BYTES)),
        idempotent=True,
    )
    conversation = conversations.first(Conversation)
    if conversation is None:
        raise NotFound
    shown = messages.into(Message)[::-1]
    more = bool(shown) and shown[0].seq > FIRST_SEQ
    return Opened(conversation, shown, PlaceInConversation(shown[0].seq).cursor if more else None)


def delete_conversation(db: Database, conversation_id: UUID) -> None:
    """Delete a conversation with its messages, for good. One that is deleted already stays so, which is no error.

    Raises:
        NotFound: There is no such conversation, or it is somebody else's. If it waits in the outbox, it is dropped.
    """
    owner, _, deleted = db.run(
        LOCK_OWNER,
        Statement(queries.DELETE, (conversation_id,)),
        Statement(queries.DELETED, (conversation_id,)),
        idempotent=True,
    )
    require(owner)
    if not deleted.values:
        raise NotFound


def begin_turn(  # noqa: PLR0913 (a question is all of this)
    db: Database,
    *,
    conversation_id: UUID,
    title: str,
    message_id: UUID,
    content: str,
    keep: int,
    asked_at: datetime | None = None,
) -> Begun:
    """Store a question, in a new conversation unless there is one with this id, and read what was said before it.

    Of the user's conversations the newest `keep` stay, this one among them. Pinned ones go last. A question that had to
    wait since `asked_at` is not stored if everything was deleted meanwhile.

    Raises:
        InvalidRequest: The content is empty or too long.
        NotFound: The conversation is somebody else's.
        Gone: It was deleted or evicted, or everything was since `asked_at`.
        Conflict: The message id was used for another message.
    """
    if not content.strip() or len(content) > CONTENT_CHARACTERS:
        raise InvalidRequest(f"message: must have 1 to {CONTENT_CHARACTERS} characters")
    turn = (conversation_id, message_id)
    question = (*turn, title, content, UNTITLED)
    waited = asked_at is not None
    owner, *everything, _, _, outcome, window, answer = db.run(
        LOCK_OWNER,
        *([Statement(queries.EVERYTHING_DELETED, (asked_at,))] if waited else []),
        Statement(queries.STORE_WAITING_QUESTION, (*question, asked_at))
        if waited
        else Statement(queries.STORE_QUESTION, question),
        Statement(queries.EVICT, (*turn, keep)),
        Statement(queries.QUESTION_OUTCOME, (*turn, content)),
        Statement(queries.WINDOW, (*turn, WINDOW_MESSAGES, WINDOW_CHARACTERS)),
        Statement(queries.ANSWER, (conversation_id, answer_id(message_id))),
        idempotent=True,
    )
    require(owner)
    if any(rows.values for rows in everything):
        raise Gone
    [stored] = outcome.into(QuestionOutcome)
    stored.insist()
    answered = answer.first(Message)
    complete = answered is not None and answered.status == "complete"
    return Begun(window.into(Message), stored.evicted, answered if complete else None)


def complete_turn(  # noqa: PLR0913 (an answer is all of this)
    db: Database,
    *,
    conversation_id: UUID,
    message_id: UUID,
    answer: str,
    sources: Sequence[Mapping[str, object]] = (),
    status: Status = "complete",
    mode: str | None = None,
) -> Message:
    """Store the answer to the question `message_id`, and return what is stored now.

    A complete answer is never replaced: whoever comes second gets the first one's.

    Raises:
        NotFound: There is no such question in the conversation, or it is somebody else's.
        Gone: The conversation was deleted or evicted meanwhile.
    """
    own_id = answer_id(message_id)
    if len(answer) > CONTENT_CHARACTERS:
        # a model that talks too much must not cost the reader the turn
        answer, status = answer[:CONTENT_CHARACTERS], "partial"
    what = (answer, Json([dict(source) for source in sources]), status, mode)
    owner, _, stored, deleted = db.run(
        LOCK_OWNER,
        Statement(queries.STORE_ANSWER, (conversation_id, message_id, own_id, *what)),
        Statement(queries.ANSWER, (conversation_id, own_id)),
        Statement(queries.DELETED, (conversation_id,)),
        idempotent=True,
    )
    require(owner)
    if deleted.values:
        raise Gone
    message = stored.first(Message)
    if message is None:
        raise NotFound
    return message


@dataclass(frozen=True, slots=True)
class QuestionOutcome:
    """What the database says about a question after the attempt to store it.

    Attributes:
        stored: Just this question is there, now or since an earlier request.
        id_used: The id is that of a message of the user's, whichever.
        deleted: The conversation was deleted or evicted.
        evicted: The conversation that had to go for it.
    """

    stored: bool
    id_used: bool
    deleted: bool
    evicted: UUID | None

    def insist(self) -> None:
        """Raise what kept the question from being stored, if anything did."""
        if self.deleted:
            raise Gone
        if self.stored:
            return
        raise Conflict if self.id_used else NotFound


def require(owner: Rows) -> None:
    """Raise `NotSignedIn` where `LOCK_OWNER` found nobody: the user was deleted meanwhile."""
    if not owner.values:
        raise NotSignedIn
