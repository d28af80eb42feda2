"""What goes with time: conversations that nobody has continued for long, and traces of deleted ones.

The only part of the history that runs for nobody; `purge_history` (infra/migrations/0032_privacy.sql) has the rights.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared import deadline
from shared.db import Statement
from shared.history.archive_queries import PURGE
from shared.record import record

if TYPE_CHECKING:
    from shared.db import Database

TOMBSTONE_DAYS: Final = 90
"""Nothing that was sent earlier can still arrive: queues keep it for 14 days at most."""

MOST: Final = 200
"""Rows of one batch, so that none runs long."""

SECONDS_TO_SPARE: Final = 5.0


@record
class Purged:
    """How many rows went."""

    conversations: int
    tombstones: int


def purge(db: Database, history_days: int) -> Purged:
    """Delete what is too old, batch by batch; what time does not suffice for is left to the next run.

    Args:
        db: As nobody.
        history_days: Days after its last message when a conversation goes; 0 keeps all.
    """
    total = Purged(0, 0)
    while deadline.remaining() > SECONDS_TO_SPARE:
        [rows] = db.run(Statement(PURGE, (history_days or None, TOMBSTONE_DAYS, MOST)), idempotent=True)
        [purged] = rows.into(Purged)
        if not purged.conversations and not purged.tombstones:
            break
        total = Purged(total.conversations + purged.conversations, total.tombstones + purged.tombstones)
    return total
