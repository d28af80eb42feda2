"""Signing up and signing in with an e-mail address and a password. Imports bcrypt; the other routes do without."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.auth import passwords, store
from shared.auth.addresses import is_email
from shared.auth.models import Session, SignedInUser, User
from shared.auth.refusals import INVALID_EMAIL, INVALID_EMAIL_OR_PASSWORD, Refused
from shared.auth.wire import now

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.auth.models import Client, Credentials
    from shared.auth.validation import SignIn, SignUp
    from shared.db import Database, Statement
    from shared.settings import PasswordScheme


def sign_up(database: Database, wanted: SignUp, client: Client, scheme: PasswordScheme) -> SignedInUser:
    """Make a user who is signed in. One round trip.

    Raises:
        Refused: The password is too short or too long, or somebody has this e-mail address.
    """
    passwords.refuse_bad_length(wanted.password)
    password_hash = passwords.hashed(wanted.password, scheme)
    user = User.new(wanted.name, wanted.email, wanted.image, now())
    session = Session.new(user.id, client, user.created_at, remember=wanted.remember)
    store.sign_up(database, user, password_hash, session)
    return SignedInUser(user, session)


def sign_in(
    database: Database, wanted: SignIn, client: Client, scheme: PasswordScheme, also: Sequence[Statement] = ()
) -> SignedInUser:
    """Start a session, and run `also` with it. Two round trips, because hashing lies between reading and writing.

    Raises:
        Refused: It is no e-mail address, or nobody has this one with this password; the time does not tell which.
    """
    if not is_email(wanted.email):
        raise Refused(INVALID_EMAIL)
    passwords.refuse_too_long(wanted.password)
    known = store.credentials(database, wanted.email)
    user, checked = _checked(known, wanted.password, scheme)
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
