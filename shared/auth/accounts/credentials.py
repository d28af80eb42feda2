"""Signing up and signing in with an e-mail address and a password. Imports bcrypt; the other routes do without."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.auth.accounts import passwords
from shared.auth.addresses import is_email
from shared.auth.models import Session, SignedInUser, User
from shared.auth.refusals import (
    EMAIL_NOT_VERIFIED,
    INVALID_EMAIL,
    INVALID_EMAIL_OR_PASSWORD,
    USER_ALREADY_EXISTS,
    Refused,
)
from shared.auth.rows import store
from shared.clock import now

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shared.auth.models import Client, Credentials
    from shared.auth.requests.validation import SignIn, SignUp
    from shared.db import Database, Statement
    from shared.settings import PasswordScheme


class Unverified(Refused):
    """The password is right, but the user has yet to follow the link to the e-mail address."""

    def __init__(self, user: User) -> None:
        super().__init__(EMAIL_NOT_VERIFIED)
        self.user = user


def sign_up(database: Database, wanted: SignUp, client: Client, scheme: PasswordScheme) -> SignedInUser:
    """Make a user who is signed in. One round trip.

    Raises:
        Refused: The password is too short or too long, or somebody has this e-mail address.
    """
    user = _new_user(wanted)
    session = Session.new(user.id, client, user.created_at, remember=wanted.remember)
    store.sign_up(database, user, passwords.hashed(wanted.password, scheme), session)
    return SignedInUser(user, session)


def sign_up_only(database: Database, wanted: SignUp, scheme: PasswordScheme) -> tuple[User, bool]:
    """Make a user who has yet to sign in, and tell whether that worked. One round trip.

    Where somebody has the e-mail address already the user is made up, so that the answer does not tell.

    Raises:
        Refused: The password is too short or too long.
    """
    user = _new_user(wanted)
    try:
        store.sign_up(database, user, passwords.hashed(wanted.password, scheme), None)
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


def sign_in(
    database: Database,
    wanted: SignIn,
    client: Client,
    scheme: PasswordScheme,
    also: Sequence[Statement] = (),
    accept: Callable[[User], None] = accepts_anybody,
) -> SignedInUser:
    """Start a session, and run `also` with it. Two round trips, because hashing lies between reading and writing.

    Raises:
        Refused: It is no e-mail address, or nobody has this one with this password; the time does not tell which.
        Unverified: `accept` found that the user's address is not verified.
    """
    if not is_email(wanted.email):
        raise Refused(INVALID_EMAIL)
    passwords.refuse_too_long(wanted.password)
    known = store.credentials(database, wanted.email)
    user, checked = _checked(known, wanted.password, scheme)
    accept(user)
    better = (
        passwords.hashed(wanted.password, scheme) if passwords.needs_rehash(wanted.password, checked, scheme) else None
    )
    session = Session.new(user.id, client, now(), remember=wanted.remember)
    store.start_session(database, session, checked, better, also)
    return SignedInUser(user, session)


def _checked(known: Credentials | None, password: str, scheme: PasswordScheme) -> tuple[User, str]:
    """The user and the hash that the password was found right by."""
    stored = known.password_hash if known else None
    right = passwords.is_right(password, stored, scheme)
    if known is None or stored is None or not right:
        raise Refused(INVALID_EMAIL_OR_PASSWORD)
    return known.user, stored
