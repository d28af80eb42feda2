"""Signing up and signing in with an e-mail address and a password. Imports bcrypt; the other routes do without."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.auth.accounts import passwords
from shared.auth.addresses import is_email
from shared.auth.models import Session, SignedInUser, User
from shared.auth.refusals import (
    BANNED_USER,
    EMAIL_NOT_VERIFIED,
    INVALID_EMAIL,
    INVALID_EMAIL_OR_PASSWORD,
    INVALID_USERNAME_OR_PASSWORD,
    USER_ALREADY_EXISTS,
    Refused,
)
from shared.auth.rows import users
from shared.clock import now
from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from shared.auth.models import Client, Credentials
    from shared.auth.refusals import Refusal
    from shared.auth.requests.usernames import SignInByName
    from shared.auth.requests.validation import SignIn, SignUp
    from shared.db import Database, Statement
    from shared.settings.accounts import PasswordScheme


class Unverified(Refused):
    """The password is right, but the user has yet to follow the link to the e-mail address."""

    def __init__(self, user: User) -> None:
        super().__init__(EMAIL_NOT_VERIFIED)
        self.user = user


def sign_up(
    database: Database, wanted: SignUp, client: Client, scheme: PasswordScheme, replaced: Sequence[str] = ()
) -> SignedInUser:
    """Make a user who is signed in, in the place of whoever has these tokens. One round trip.

    Raises:
        Refused: The password is too short or too long, or somebody has this e-mail address.
    """
    user = _new_user(wanted)
    session = Session.new(user.id, client, user.created_at, remember=wanted.remember)
    stored = users.sign_up(database, user, passwords.hashed(wanted.password, scheme), session, replaced)
    return SignedInUser(stored, session)


def sign_up_only(database: Database, wanted: SignUp, scheme: PasswordScheme) -> tuple[User, bool]:
    """Make a user who has yet to sign in, and tell whether that worked. One round trip.

    Where somebody has the e-mail address already the user is made up, so that the answer does not tell.

    Raises:
        Refused: The password is too short or too long.
    """
    user = _new_user(wanted)
    try:
        users.sign_up(database, user, passwords.hashed(wanted.password, scheme), None)
    except Refused as refused:
        if refused.refusal is not USER_ALREADY_EXISTS:
            raise
        return user, False
    return user, True


def _new_user(wanted: SignUp) -> User:
    passwords.refuse_bad_length(wanted.password)
    return User.new(wanted.name, wanted.email, wanted.image, now())


def accepts_anybody(user: User) -> None:
    """Whoever has the password may sign in."""


def refuse_unverified(user: User) -> None:
    """Raises `Unverified` for a user whose e-mail address nobody has verified."""
    if not user.email_verified:
        raise Unverified(user)


class SecondFactorNeeded(Exception):
    """The password is right, and this user has to show more than that."""

    def __init__(self, known: Credentials, moment: datetime) -> None:
        super().__init__("a second factor is needed")
        self.known = known
        self.moment = moment


@record
class SigningIn:
    """One try to start a session. Two round trips, because hashing lies between reading and writing.

    Attributes:
        database: Where users are.
        client: Where the request came from.
        scheme: How a hash of the other scheme, or of fewer rounds, is made anew.
        also: Runs together with what starts the session.
        replaced: Tokens of the sessions whose place the new one takes.
        accept: Raises where the user may not sign in though the password is right.
    """

    database: Database
    client: Client
    scheme: PasswordScheme
    also: Sequence[Statement] = ()
    replaced: Sequence[str] = ()
    accept: Callable[[User], None] = accepts_anybody

    def by_email(self, wanted: SignIn) -> SignedInUser:
        """Start a session.

        Raises:
            Refused: It is no e-mail address, nobody has this one with this password, or that user is banned; the time
                does not tell which of the first two.
            Unverified: `accept` found that the user's address is not verified.
            SecondFactorNeeded: See there.
        """
        if not is_email(wanted.email):
            raise Refused(INVALID_EMAIL)
        passwords.refuse_too_long(wanted.password)
        moment = now()
        known = users.credentials(self.database, wanted.email, moment)
        return self._enter(self._checked(known, wanted, INVALID_EMAIL_OR_PASSWORD), wanted, moment)

    def by_username(self, wanted: SignInByName) -> SignedInUser:
        """As `by_email`, by the name that the username plug-in keeps."""
        passwords.refuse_too_long(wanted.password)
        moment = now()
        known = users.credentials_by_username(self.database, wanted.username, moment)
        return self._enter(self._checked(known, wanted, INVALID_USERNAME_OR_PASSWORD), wanted, moment)

    def _checked(self, known: Credentials | None, wanted: SignIn | SignInByName, refusal: Refusal) -> Credentials:
        """The user, if the password is right."""
        stored = known.password_hash if known else None
        right = passwords.is_right(wanted.password, stored)
        if known is None or stored is None or not right:
            raise Refused(refusal)
        return known

    def _enter(self, known: Credentials, wanted: SignIn | SignInByName, moment: datetime) -> SignedInUser:
        self.accept(known.user)
        if known.is_banned:
            raise Refused(BANNED_USER)
        if known.second_factor is not None:
            raise SecondFactorNeeded(known, moment)
        checked = known.password_hash or ""
        better = self._better(wanted.password, checked)
        session = Session.new(known.user.id, self.client, now(), remember=wanted.remember)
        also = (*self.also, *users.lifting_ban(known, moment))
        users.start_session(self.database, session, checked, better=better, replaced=self.replaced, also=also)
        return SignedInUser(known.user, session)

    def _better(self, password: str, checked: str) -> str | None:
        needed = passwords.needs_rehash(password, checked, self.scheme)
        return passwords.hashed(password, self.scheme) if needed else None
