"""Questions of guests, for a site whose owner wants to see them: one message each, which nobody waits for.

What leaves the chat was masked before, and says nothing of who asked: no address, no session, not even which request.
"""

from __future__ import annotations

import hashlib
import json
import threading
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from shared.db import Statement
from shared.outbox.queue import QueueUnavailable
from shared.outbox.seal import Seal
from shared.record import record

if TYPE_CHECKING:
    from typing import Self

    from shared.db import Database
    from shared.outbox.queue import Queue

VERSION: Final = 3
"""Of the written form, among those of turns: a function that does not know it leaves it to a newer one."""

AT_ONCE: Final = 8
"""Messages that one container sends at the same time; further ones are not sent."""

SENDING: Final = "what a guest asked"
"""Name of the threads that do."""

KEEP: Final = """
    select keep_guest_question($1::uuid, $2::uuid[], $3::timestamptz, $4::text, $5::text, $6::text, $7::text)
"""

_room = threading.BoundedSemaphore(AT_ONCE)


@record
class GuestQuestion:
    """What is kept of it.

    Attributes:
        id: Of the answer.
        replaces: Ids of which one is that of the answer whose place this one takes.
        text: Masked.
        mode: How the answer came about.
        page: Path of the page that the guest was on.
        language: That the guest was spoken to in.
    """

    id: UUID
    replaces: tuple[UUID, ...]
    asked_at: datetime
    text: str
    mode: str
    page: str | None
    language: str | None

    def written(self) -> bytes:
        """As JSON."""
        told = {
            "version": VERSION,
            "id": str(self.id),
            "replaces": [*map(str, self.replaces)],
            "askedAt": self.asked_at.isoformat(),
            "text": self.text,
            "mode": self.mode,
            "page": self.page,
            "language": self.language,
        }
        return json.dumps(told, separators=(",", ":")).encode()

    @classmethod
    def read(cls, written: bytes) -> Self | None:
        """The question that `written` made this of; None where it is a turn."""
        told: dict[str, Any] = json.loads(written)
        if told["version"] != VERSION:
            return None
        return cls(
            UUID(told["id"]),
            tuple(map(UUID, told["replaces"])),
            datetime.fromisoformat(told["askedAt"]),
            *(told["text"], told["mode"], told["page"], told["language"]),
        )

    def store(self, db: Database) -> bool:
        """Keep it; False where its day has too many already."""
        values = (self.id, [*map(str, self.replaces)], self.asked_at, self.mode, self.text, self.page, self.language)
        [rows] = db.run(Statement(KEEP, values), idempotent=True)
        return bool(rows.values[0][0])


def send_beside(question: GuestQuestion, queue: Queue, secret: str) -> None:
    """Send it on another thread, in a group of its own; it never raises, and what cannot be sent is gone.

    The thread knows nothing of the request, so neither its deadline nor its id goes along. It may be frozen with the
    container, and go on with the next request.
    """
    sealed, once = Seal.of(secret, "outbox").closed(question.written()), str(question.id)
    group = hashlib.sha256(once.encode()).hexdigest()

    def run() -> None:
        try:
            queue.send(sealed, group=group, once=once)
        except QueueUnavailable:
            pass  # it has logged why
        finally:
            _room.release()

    if _room.acquire(blocking=False):
        threading.Thread(target=run, name=SENDING, daemon=True).start()
