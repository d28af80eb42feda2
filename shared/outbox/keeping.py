"""What becomes of a turn that could not be stored: it is queued, or the reader gets a receipt to hand in later."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from shared.observability import log
from shared.outbox.queue import Queue, QueueUnavailable
from shared.outbox.seal import Seal, TooLong
from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.outbox.models import WaitingTurn

RECEIPT_LIFETIME: Final = timedelta(hours=24)
"""How long after the answer a receipt is accepted."""

USER: Final = "user:"
SESSION: Final = "session:"


@record
class Kept:
    """Where the turn is now.

    Attributes:
        queued: The queue has it.
        receipt: Proof that we gave this answer to this reader, where the queue has not got it.
    """

    queued: bool
    receipt: str | None = None


class Outbox:
    """Keeps the turns of one reader.

    Args:
        secret: BETTER_AUTH_SECRET.
        queue: None where the deployment has none.
        token: The reader's session token.
        user_id: Tells who the reader is, as far as that is known by now; asked when a turn has to be kept.
    """

    def __init__(self, secret: str, queue: Queue | None, token: str, user_id: Callable[[], str | None]) -> None:
        self._secret = secret
        self._queue = queue
        self._token = token
        self._user_id = user_id

    def __repr__(self) -> str:
        return "Outbox()"  # what it holds is secret

    @property
    def owner(self) -> str:
        """Whose the turns are, as `WaitingTurn.owner` has it."""
        user_id = self._user_id()
        return user_owner(user_id) if user_id else session_owner(self._token)

    def prepare(self) -> None:
        """Get ready: the database seems to be slow."""
        if self._queue is not None:
            self._queue.reach()

    def may_hold_turns(self) -> bool:
        """Whether turns wait, anybody's: a queue does not tell whose. One that cannot be asked may."""
        if self._queue is None:
            return False
        try:
            return self._queue.depth() > 0
        except QueueUnavailable:
            return True

    def keep(self, turn: WaitingTurn) -> Kept:
        """Queue the turn or, where that cannot be, make a receipt of it. It never raises."""
        content = turn.written()
        try:
            if self._queue is not None and turn.owner.startswith(USER):
                # an answer that failed gives way to a better one, so the two are different messages
                once = f"{turn.message_id}-{turn.status}"
                self._queue.send(Seal.of(self._secret, "outbox").closed(content), group=group_of(turn), once=once)
                return Kept(queued=True)
        except QueueUnavailable:
            pass  # it has logged why
        except TooLong:
            log.warning("a turn is too long for the queue")
            return Kept(queued=False)
        return Kept(queued=False, receipt=Seal.of(self._secret, "receipt").closed(content))


def group_of(turn: WaitingTurn) -> str:
    """The message group: one for each user, whose turns so stay in order. It does not show the user's id."""
    return hashlib.sha256(turn.owner.encode()).hexdigest()


def user_owner(user_id: str) -> str:
    """How a known user is named in a turn."""
    return f"{USER}{user_id}"


def session_owner(token: str) -> str:
    """How the holder of a session is named in a turn: not by the token, which would be as good as a password."""
    return f"{SESSION}{hashlib.sha256(token.encode()).hexdigest()}"
