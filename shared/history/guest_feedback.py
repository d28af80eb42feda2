"""What readers who are not signed in think of answers. One statement; it knows no user, and tells of none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from shared.db import Statement
from shared.history.models import Feedback

if TYPE_CHECKING:
    from uuid import UUID

    from shared.db import Database
    from shared.history.models import Opinion

GIVE_GUEST_FEEDBACK: Final = """
    select message_id, value, comment
      from give_guest_feedback($1::uuid, $2::text, $3::text, $4::text, $5::text)
"""


class Rated(Protocol):
    """An answer that somebody was given the right to rate."""

    @property
    def message_id(self) -> UUID:
        """Its id."""
        ...

    @property
    def mode(self) -> str:
        """How it came about."""
        ...

    @property
    def url(self) -> str | None:
        """The first section that it cites."""
        ...


def keep_guest_feedback(db: Database, rated: Rated, *, value: Opinion | None, comment: str | None) -> Feedback:
    """Keep an opinion in place of the one before it; None takes it back.

    Raises:
        DatabaseUnavailable: It could not be kept.
    """
    opinion = (rated.message_id, value, comment, rated.mode, rated.url)
    [rows] = db.run(Statement(GIVE_GUEST_FEEDBACK, opinion), idempotent=True)
    [kept] = rows.into(Feedback)
    return kept
