"""What has ended by itself: sessions, links by mail, windows of rate limits, and what is kept for a time.

`purge_expired` (infra/migrations/0071_purge_what_has_expired.sql) has the rights.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared import deadline
from shared.db.batch import Statement
from shared.record import record

if TYPE_CHECKING:
    from shared.db.batch import Database

AUDIT_DAYS: Final = 1095
"""Three years: as long as somebody may ask after what became of their data."""

MOST: Final = 1000
"""Rows of each kind in one batch, so that none runs long."""

SECONDS_TO_SPARE: Final = 5.0

PURGE_EXPIRED: Final = """
    select sessions, verifications, audit_events, rate_limits from purge_expired($1::int, $2::int)
"""


PURGE_GUEST_QUESTIONS: Final = "select purge_guest_questions($1::int)"


@record
class Expired:
    """How many rows went."""

    sessions: int = 0
    verifications: int = 0
    audit_events: int = 0
    rate_limits: int = 0

    def __add__(self, more: Expired) -> Expired:
        return Expired(
            self.sessions + more.sessions,
            self.verifications + more.verifications,
            self.audit_events + more.audit_events,
            self.rate_limits + more.rate_limits,
        )


def purge_expired(db: Database) -> Expired:
    """Delete it, batch by batch; what time does not suffice for is left to the next run.

    Args:
        db: As nobody.
    """
    total = Expired()
    while deadline.remaining() > SECONDS_TO_SPARE:
        [rows] = db.run(Statement(PURGE_EXPIRED, (AUDIT_DAYS, MOST)), idempotent=True)
        [went] = rows.into(Expired)
        if went == Expired():
            break
        total += went
    return total


def purge_guest_questions(db: Database) -> int:
    """Delete what guests asked too long ago, for owners who see it; how many went.

    Args:
        db: As nobody.
    """
    total = 0
    while deadline.remaining() > SECONDS_TO_SPARE:
        [rows] = db.run(Statement(PURGE_GUEST_QUESTIONS, (MOST,)), idempotent=True)
        went = rows.values[0][0]
        if not went:
            break
        total += went
    return total
