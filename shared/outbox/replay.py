"""Stores a turn that had to wait, as if its owner had just asked: idempotent, under the cap, nothing revived."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from shared.db import USUAL, Database, Rows, Statement
from shared.errors import Conflict, Gone, HistoryFull, InvalidRequest, NotFound, NotSignedIn
from shared.history.titles import UNTITLED, title_of
from shared.history.turns import begin_turn, complete_turn
from shared.observability import log
from shared.outbox.guests import GuestQuestion
from shared.outbox.keeping import RECEIPT_LIFETIME, USER, session_owner, user_owner
from shared.outbox.models import UnknownVersion, WaitingTurn
from shared.outbox.seal import BrokenSeal, Seal

if TYPE_CHECKING:
    from uuid import UUID

    from shared.db import Transaction
    from shared.outbox.queue import Queue

ACT_FOR: Final = "select set_config('app.user_id', $1::text, true)"

SMALL_TALK: Final = "smalltalk"
"""The mode of a turn that gives its conversation no title."""

NEVER: Final = (Gone, NotFound, Conflict, HistoryFull, InvalidRequest, NotSignedIn)
"""Trying again does not help: the conversation was deleted or is somebody else's, the id was used, the user is gone or
stores as much as one may."""


class Outcome(StrEnum):
    """What became of a queued turn."""

    STORED = "stored"
    DROPPED = "dropped"
    SET_ASIDE = "set aside"


class ActingFor(Database):
    """Runs batches as a user who is not asking right now.

    This is the one place where a user's id comes from somewhere else than a session that the database has just found.
    It is safe because of where the id comes from: a queue that only our functions may write to (serverless.yml), in a
    text that only they can have sealed, which they do after they have verified the reader's cookie. Row-level security
    holds as always: the batch sees and changes that user's rows alone, and nothing where there is no such user.
    """

    def __init__(self, database: Database, user_id: str) -> None:
        self._database = database
        self._user_id = user_id

    def run(self, *statements: Statement, idempotent: bool = False, transaction: Transaction = USUAL) -> list[Rows]:
        """As `Database.run`, in the same single round trip."""
        _, *results = self._database.run(
            Statement(ACT_FOR, (self._user_id,)), *statements, idempotent=idempotent, transaction=transaction
        )
        return results

    def close(self) -> None:
        """Close the connection of the database underneath."""
        self._database.close()


def store(db: Database, turn: WaitingTurn, *, keep: int) -> UUID | None:
    """Store a turn, or find that it is stored; returns the conversation that had to go for it.

    Args:
        db: The owner's database.
        turn: The question may be stored already; the answer too.
        keep: How many conversations the user keeps.

    Raises:
        Gone: The conversation was deleted or evicted, or everything was since the turn was asked.
        NotFound: It is somebody else's.
        Conflict: The message id was used for another message.
    """
    begun = begin_turn(
        db,
        conversation_id=turn.conversation_id,
        message_id=turn.message_id,
        title=UNTITLED if turn.mode == SMALL_TALK else title_of(turn.question),
        content=turn.question,
        keep=keep,
        asked_at=turn.asked_at,
        replaces=turn.replaces,
    )
    if begun.answered is None:
        complete_turn(
            db,
            conversation_id=turn.conversation_id,
            message_id=turn.message_id,
            answer=turn.answer,
            sources=turn.sources,
            status=turn.status,
            mode=turn.mode,
            page=turn.page,
            language=turn.language,
        )
    return begun.evicted


def replay(sealed: str, db: Database, secret: str, *, keep: int) -> Outcome:
    """Store a turn from the queue, or what a guest asked.

    Raises:
        BrokenSeal: It is no message of ours.
        UnknownVersion: A later version of this code wrote it.
        DatabaseUnavailable: Later, then.
        StatementFailed: The database does not take it.
    """
    content = Seal.of(secret, "outbox").opened(sealed)
    question = GuestQuestion.read(content)
    if question is not None:
        return Outcome.STORED if question.store(db) else Outcome.DROPPED
    turn = WaitingTurn.read(content)
    try:
        store(ActingFor(db, turn.owner.removeprefix(USER)), turn, keep=keep)
    except NEVER as error:
        log.warning("a queued turn is dropped: %s", error.code)
        return Outcome.DROPPED
    return Outcome.STORED


def set_aside(sealed: str, dead_letters: Queue, *, group: str, once: str) -> Outcome:
    """Put a message that cannot be stored where a person will find it, so that those behind it do not wait for it.

    Raises:
        QueueUnavailable: Later, then.
    """
    dead_letters.send(sealed, group=group, once=once)
    return Outcome.SET_ASIDE


def read_receipt(receipt: str, secret: str, *, user_id: str, token: str) -> WaitingTurn:
    """The turn that a reader hands in.

    Raises:
        InvalidRequest: It is no receipt of ours, or somebody else's, or too old.
    """
    try:
        turn = WaitingTurn.read(Seal.of(secret, "receipt").opened(receipt))
    except (BrokenSeal, UnknownVersion) as error:
        raise InvalidRequest("not one that was given out here", "receipt") from error
    # a user for whom another server vouches has no session of ours
    if turn.owner != user_owner(user_id) and not (token and turn.owner == session_owner(token)):
        raise InvalidRequest("given to somebody else", "receipt")
    if datetime.now(UTC) - turn.asked_at > RECEIPT_LIFETIME:
        raise InvalidRequest("expired", "receipt")
    return turn
