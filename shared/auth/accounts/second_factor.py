"""Between a right password and a session: the challenge of Better Auth's two-factor plug-in, and what meets it.

A challenge is two rows of `verification`, as the plug-in makes them, and a cookie that names them; so a real server on
the same database can go on from here, and we from there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias

from shared.auth.browser.cookies import ENDED, TRUE, read_signed, sign
from shared.auth.identifiers import new_identifier
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
from shared.auth.rows import queries, store
from shared.auth.tokens import codes
from shared.clock import now
from shared.db import Statement

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.auth.accounts.credentials import SecondFactorNeeded
    from shared.auth.browser.cookies import SessionCookies
    from shared.auth.models import Credentials, Session
    from shared.auth.refusals import Refusal
    from shared.db import Database

Also: TypeAlias = Callable[[str], Sequence[Statement]]
"""What else happens when the user of this e-mail address is signed in."""

TRIES: Final = 5
"""That one challenge allows."""

LIFETIME: Final = timedelta(minutes=10)
LETTERS: Final = 20


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a browser has to meet before it is signed in.

    Attributes:
        identifier: Of the row that names the user.
        methods: By which it can be met.
    """

    identifier: str
    methods: list[str]

    @classmethod
    def start(cls, database: Database, needed: SecondFactorNeeded, replaced: Sequence[str] = ()) -> Challenge:
        """Store one, and end the sessions of these tokens, which the browser is about to forget. One round trip.

        The attempts at the account are not forgiven yet: they bound how many challenges there can be.
        """
        identifier, moment = f"2fa-{new_identifier()[:LETTERS]}", needed.moment
        ids = new_identifier(), new_identifier()
        add = Statement(queries.ADD_CHALLENGE, (*ids, identifier, needed.known.user.id, moment + LIFETIME, moment))
        ending = [Statement(queries.END_SESSION, (token,)) for token in replaced]
        database.run(add, *ending, *store.lifting_ban(needed.known, moment), idempotent=True)
        return cls(identifier, methods(needed.known.second_factor or {}))

    def cookies(self, cookies: SessionCookies, sent: Mapping[str, str], *, remember: bool) -> list[str]:
        """`Set-Cookie` values: whoever was signed in before is not any more."""
        [token, data, *rest] = cookies.ended(sent)
        seconds = int(LIFETIME.total_seconds())
        challenge = cookies.attributes.written(_name(cookies), sign(self.identifier, cookies.secret), seconds)
        if remember:
            return [token, data, *rest, challenge]
        forgetful = cookies.attributes.written(cookies.forgetful_name, sign(TRUE, cookies.secret), None)
        return [token, data, *rest[:-1], forgetful, challenge]


def methods(factor: Mapping[str, Any]) -> list[str]:
    """What the plug-in's row can be met by; an enrolment that was never finished by nothing."""
    return ["totp"] if factor and factor.get("verified") is not False else []


def presented(cookies: SessionCookies, sent: Mapping[str, str]) -> str | None:
    """The challenge that a browser is at."""
    return read_signed(sent.get(_name(cookies), ""), cookies.secret)


def _name(cookies: SessionCookies) -> str:
    return cookies.named("two_factor")


@dataclass(frozen=True, slots=True)
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
        [found] = database.run(Statement(queries.TRY_CHALLENGE, (identifier, moment, TRIES)))
        if not found.values:
            raise Refused(INVALID_CHALLENGE)
        [*row, allowed] = found.values[0]
        meeting = cls(database, identifier, store.credentials_of(row), moment)
        meeting._refuse_locked()
        if not allowed:
            database.run(Statement(queries.END_CHALLENGE, (identifier,)), idempotent=True)
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
        return Statement(queries.COUNT_SECOND_FACTOR, (self.known.user.id, succeeded, self.moment))

    def _enter(self, session: Session, left: str | None, also: Also) -> SignedInUser:
        user = self.known.user
        if self.known.is_banned:
            raise Refused(BANNED_USER)
        before = self.factor["backupCodes"] if left is not None else None
        values = (session.id, session.token, session.expires_at, session.ip_address, session.user_agent, before, left)
        enter = Statement(queries.MEET_CHALLENGE, (self.identifier, user.id, self.moment, *values))
        lifting = store.lifting_ban(self.known, self.moment)
        # not sent twice: the second try would find the challenge spent
        [entered, *_] = self.database.run(enter, self._counting(succeeded=True), *lifting, *also(user.email))
        if not entered.values:
            raise Refused(INVALID_CHALLENGE)
        return SignedInUser(user, session)


def forgotten(cookies: SessionCookies) -> str:
    """A `Set-Cookie` value that makes a browser forget its challenge."""
    return cookies.attributes.written(_name(cookies), "", ENDED)
