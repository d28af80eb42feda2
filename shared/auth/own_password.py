"""The password of the user who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.auth import passwords, queries
from shared.auth.refusals import INVALID_PASSWORD, Refused
from shared.db import Statement

if TYPE_CHECKING:
    from shared.auth.visitors import Visitor
    from shared.settings import PasswordScheme


def own_password(visitor: Visitor) -> str | None:
    """The hash, or None for somebody who signs in some other way. One round trip.

    Raises:
        Refused: Nobody who is signed in.
    """
    [found] = visitor.run(Statement(queries.OWN_HASH))
    return next((row[0] for row in found.values), None)


def check_own(password: str, stored: str | None, scheme: PasswordScheme) -> None:
    """Raises `Refused` unless it is the password."""
    if not passwords.is_right(password, stored, scheme):
        raise Refused(INVALID_PASSWORD)
