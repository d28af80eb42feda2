"""What meets a challenge of Better Auth's two-factor plug-in: the digits of an authenticator, or a backup code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias

from shared.auth.accounts.challenges import methods
from shared.auth.models import SignedInUser
from shared.auth.refusals import (
    BACKUP_CODES_NOT_ENABLED,
    BANNED_USER,
    INVALID_BACKUP_CODE,
    INVALID_CHALLENGE,
    INVALID_CODE,
    SECOND_FACTOR_LOCKED,
    TOO_MANY_ATTEMPTS,
    TOTP_NOT_ENABLED,
    Refused,
)
from shared.auth.rows import users
from shared.auth.tokens import codes
from shared.clock import now
from shared.db import Statement
from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.auth.models import Credentials, Session
    from shared.auth.refusals import Refusal
    from shared.db import Database

Also: TypeAlias = Callable[[str], Sequence[Statement]]
"""What else happens when the user of this e-mail address is signed in."""

TRIES: Final = 5
"""That one challenge allows."""

TRY_CHALLENGE: Final = """
with tried as (
    update verification
    set value = (value::integer + 1)::text, "updatedAt" = $2::timestamptz
    where identifier = '2fa-attempts-' || $1::text and "expiresAt" >= $2::timestamptz
        and case when value ~ '^[0-9]{1,4}$' then value::integer < $3::integer else false end
    returning id
)
select
    u.id, u.name, u.email, u."emailVerified", u.image, u."createdAt", u."updatedAt",
    further_fields('user', to_jsonb(u)), null::text, is_banned(to_jsonb(u), $2::timestamptz),
    coalesce((to_jsonb(u) ->> 'banned')::boolean, false), second_factor(to_jsonb(u)), exists (select from tried)
from verification v
join "user" u on u.id = v.value
where v.identifier = $1::text and v."expiresAt" >= $2::timestamptz
limit 1
"""
"""Whose challenge it is, and whether this try is among those that it allows."""

END_CHALLENGE: Final = """
delete from verification where identifier in ($1::text, '2fa-attempts-' || $1::text)
"""

MEET_CHALLENGE: Final = """
with spent as (
    delete from verification where identifier = $1::text and value = $2::text and "expiresAt" >= $3::timestamptz
    returning value
), forgotten as (
    delete from verification where identifier = '2fa-attempts-' || $1::text
)
insert into session (id, token, "userId", "expiresAt", "createdAt", "updatedAt", "ipAddress", "userAgent")
select $4::text, $5::text, u.id, $6::timestamptz, $3::timestamptz, $3::timestamptz, $7::text, $8::text
from spent
join "user" u on u.id = spent.value
where not is_banned(to_jsonb(u), $3::timestamptz)
    and ($9::text is null or spend_backup_code(u.id, $9::text, $10::text))
returning id
"""
"""A session in place of the challenge; nothing where that, or the backup code, was spent meanwhile."""

COUNT_SECOND_FACTOR: Final = """
select count_second_factor($1::text, $2::boolean, $3::timestamptz)
"""


@record
class Meeting:
    """A browser that is at a challenge, and tries to meet it. Two round trips.

    Attributes:
        database: Where challenges are.
        identifier: Of the challenge.
        known: Whose it is.
        moment: Now.
    """

    database: Database
    identifier: str
    known: Credentials
    moment: datetime

    @classmethod
    def begin(cls, database: Database, identifier: str | None) -> Meeting:
        """Count a try.

        Raises:
            Refused: There is no such challenge, it has had its tries, or the user may not be tried now.
        """
        if identifier is None:
            raise Refused(INVALID_CHALLENGE)
        moment = now()
        # not sent twice: that would count twice
        [found] = database.run(Statement(TRY_CHALLENGE, (identifier, moment, TRIES)))
        if not found.values:
            raise Refused(INVALID_CHALLENGE)
        [*row, allowed] = found.values[0]
        meeting = cls(database, identifier, users.credentials_of(row), moment)
        meeting._refuse_locked()
        if not allowed:
            database.run(Statement(END_CHALLENGE, (identifier,)), idempotent=True)
            raise Refused(TOO_MANY_ATTEMPTS)
        return meeting

    @property
    def factor(self) -> Mapping[str, Any]:
        """The plug-in's row; empty where there is none."""
        return self.known.second_factor or {}

    def _refuse_locked(self) -> None:
        until = self.factor.get("lockedUntil")
        if until and datetime.fromisoformat(until) > self.moment:
            raise Refused(SECOND_FACTOR_LOCKED)

    def by_authenticator(self, code: str, secret: str, session: Callable[[str], Session], also: Also) -> SignedInUser:
        """Start a session for the right six digits.

        Args:
            code: What was typed.
            secret: What the plug-in's columns are encrypted with.
            session: Makes one for the user of this id.
            also: Runs together with what starts it.

        Raises:
            Refused: They are wrong, the user has no authenticator, or is banned.
        """
        if not methods(self.factor):
            raise Refused(TOTP_NOT_ENABLED)
        if not codes.is_right(code, self.factor["secret"], secret, self.moment):
            self._fail(INVALID_CODE)
        return self._enter(session(self.known.user.id), None, also)

    def by_backup_code(self, code: str, secret: str, session: Callable[[str], Session], also: Also) -> SignedInUser:
        """As `by_authenticator`, for a code that is good once."""
        if not self.factor:
            raise Refused(BACKUP_CODES_NOT_ENABLED)
        left = codes.without(code, self.factor["backupCodes"], secret)
        if left is None:
            self._fail(INVALID_BACKUP_CODE)
        return self._enter(session(self.known.user.id), left, also)

    def _fail(self, refusal: Refusal) -> NoReturn:
        self.database.run(self._counting(succeeded=False))
        raise Refused(refusal)

    def _counting(self, *, succeeded: bool) -> Statement:
        return Statement(COUNT_SECOND_FACTOR, (self.known.user.id, succeeded, self.moment))

    def _enter(self, session: Session, left: str | None, also: Also) -> SignedInUser:
        user = self.known.user
        if self.known.is_banned:
            raise Refused(BANNED_USER)
        before = self.factor["backupCodes"] if left is not None else None
        values = (session.id, session.token, session.expires_at, session.ip_address, session.user_agent, before, left)
        enter = Statement(MEET_CHALLENGE, (self.identifier, user.id, self.moment, *values))
        lifting = users.lifting_ban(self.known, self.moment)
        # not sent twice: the second try would find the challenge spent
        [entered, *_] = self.database.run(enter, self._counting(succeeded=True), *lifting, *also(user.email))
        if not entered.values:
            raise Refused(INVALID_CHALLENGE)
        return SignedInUser(user, session)
