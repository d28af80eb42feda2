"""Profiles in Postgres. Each function is one round trip, and may be sent twice."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shared.db import Statement
from shared.errors import Conflict
from shared.profile import queries
from shared.profile.models import FIELDS, Profile

if TYPE_CHECKING:
    from shared.db import Database
    from shared.profile.models import Changes


def read_profile(database: Database) -> Profile | None:
    """The profile of the user who asks, or None without consent."""
    [found] = database.run(Statement(queries.READ), idempotent=True)
    return found.first(Profile)


def change_profile(database: Database, changes: Changes, *, consent: bool | None) -> Profile | None:
    """Change the profile of the user who asks, and give what it is then.

    Args:
        database: As the user.
        changes: New values by name; None erases a field, and one that is not named stays.
        consent: True to give it, False to withdraw it, which erases everything, None to leave it as it is.

    Raises:
        Conflict: There are values to keep, and no consent to keep them.
    """
    if consent is False:
        database.run(Statement(queries.WITHDRAW), idempotent=True)
        return None
    now = datetime.now(UTC)
    values = [part for name in FIELDS for part in (name in changes, changes.get(name))]
    consenting = [Statement(queries.CONSENT, (now,))] if consent else []
    changing = [Statement(queries.CHANGE, (*values, now))] if changes else []
    *_, found = database.run(*consenting, *changing, Statement(queries.READ), idempotent=True)
    profile = found.first(Profile)
    if profile is None and any(value is not None for value in changes.values()):
        raise Conflict("Nothing is kept before you consent to it.")
    return profile
