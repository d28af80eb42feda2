"""What a user and a session are, column for column as Better Auth's core tables have them; plug-ins add `further`."""

from __future__ import annotations

from dataclasses import field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from shared.auth.identifiers import new_identifier
from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

SESSION_LIFETIME: Final = timedelta(days=7)
"""Better Auth's `session.expiresIn`."""

REFRESH_AFTER: Final = timedelta(days=1)
"""Better Auth's `session.updateAge`: a session older than this is prolonged when it is looked at."""

FRESH: Final = timedelta(days=1)
"""Better Auth's `session.freshAge`: how long after signing in somebody may do what cannot be undone."""

FORGETFUL_LIFETIME: Final = timedelta(days=1)
"""Of a session that shall not be remembered."""


@record
class User:
    """Somebody with an account here. `email` is in lower case."""

    id: str
    name: str
    email: str
    email_verified: bool
    image: str | None
    created_at: datetime
    updated_at: datetime
    further: Mapping[str, object] = field(default_factory=dict[str, object])

    @classmethod
    def new(cls, name: str, email: str, image: str | None, now: datetime) -> User:
        """A user who has not been stored yet."""
        return cls(
            new_identifier(), name, email.lower(), email_verified=False, image=image, created_at=now, updated_at=now
        )


@record
class Client:
    """Where a request came from; an unknown address or program is an empty text."""

    ip_address: str
    user_agent: str


@record
class Session:
    """Somebody's being signed in in one browser. Who has the token is that user, until it expires."""

    id: str
    token: str
    user_id: str
    expires_at: datetime
    created_at: datetime
    updated_at: datetime
    ip_address: str | None
    user_agent: str | None
    further: Mapping[str, object] = field(default_factory=dict[str, object])

    @classmethod
    def new(cls, user_id: str, client: Client, now: datetime, *, remember: bool) -> Session:
        """A session that has not been stored yet."""
        ends = now + (SESSION_LIFETIME if remember else FORGETFUL_LIFETIME)
        return cls(new_identifier(), new_identifier(), user_id, ends, now, now, client.ip_address, client.user_agent)


@record
class SignedInUser:
    """A user and the session that shows it."""

    user: User
    session: Session


@record
class Account:
    """A way in which a user may sign in; `credential` is the e-mail address with a password."""

    id: str
    account_id: str
    provider_id: str
    user_id: str
    created_at: datetime
    updated_at: datetime
    scope: str | None


@record
class Credentials:
    """A user, and what signing in as one takes.

    Attributes:
        password_hash: None for somebody who signs in some other way.
        is_banned: Nobody may sign in as this user now.
        was_banned: The user has been banned, though perhaps for a time that is over.
        second_factor: Row of the two-factor plug-in where a password is not enough; empty if the row is gone.
    """

    user: User
    password_hash: str | None
    is_banned: bool
    was_banned: bool
    second_factor: Mapping[str, Any] | None
