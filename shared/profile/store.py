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


def read_profile(database: Database) -> Profile:
    """The profile of the user who asks."""
    [found] = database.run(Statement(queries.READ), idempotent=True)
    [profile] = found.into(Profile)
    return profile


def change_profile(
    database: Database, changes: Changes, *, consent: bool | None, hidden: bool | None = None
) -> Profile:
    """Change the profile of the user who asks, and give what it is then.

    Args:
        database: As the user.
        changes: New values by name; None erases a field, and one that is not named stays.
        consent: True to give it, False to withdraw it, which erases everything, None to leave it as it is.
        hidden: Whether the owner of the site does not see the user's questions, None to leave it as it is.

    Raises:
        Conflict: There are values to keep, and no consent to keep them.
    """
    statements = [*_consenting(consent), *_hiding(hidden), *_changing(changes), Statement(queries.READ)]
    *_, found = database.run(*statements, idempotent=True)
    [profile] = found.into(Profile)
    if profile.consented_at is None and any(value is not None for value in changes.values()):
        raise Conflict("Nothing is kept before you consent to it.")
    return profile


def _consenting(consent: bool | None) -> list[Statement]:  # noqa: FBT001 (a field of the request)
    if consent is False:
        return [Statement(queries.WITHDRAW)]
    return [Statement(queries.CONSENT, (datetime.now(UTC),))] if consent else []


def _hiding(hidden: bool | None) -> list[Statement]:  # noqa: FBT001 (as above)
    return [] if hidden is None else [Statement(queries.HIDE if hidden else queries.SHOW)]


def _changing(changes: Changes) -> list[Statement]:
    values = [part for name in FIELDS for part in (name in changes, changes.get(name))]
    return [Statement(queries.CHANGE, (*values, datetime.now(UTC)))] if changes else []
