"""Asking for another e-mail address, or to have one's own verified: what sends the links. One round trip each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.auth.accounts.options import same_time
from shared.auth.limits.mails import new_address_counted, verification_counted
from shared.auth.models import User
from shared.auth.refusals import (
    CHANGE_EMAIL_DISABLED,
    EMAIL_ALREADY_VERIFIED,
    EMAIL_MISMATCH,
    NO_MAILER,
    SAME_EMAIL,
    VERIFICATION_EMAIL_NOT_ENABLED,
    Refused,
)
from shared.db import Statement

if TYPE_CHECKING:
    from shared.auth.accounts.options import Options
    from shared.auth.identity.visitors import Visitor
    from shared.db import Rows

USER_BY_EMAIL: Final = """
select id, name, email, "emailVerified", image, "createdAt", "updatedAt" from "user" where email = $1::text
"""


async def ask_for_new_email(
    visitor: Visitor, options: Options, new_email: str, callback: str, *, limited: bool
) -> None:
    """Send a link, unless somebody has the new address, which nobody is told.

    Args:
        visitor: Who asks.
        options: Whether addresses may change, and how mail leaves.
        new_email: Theirs from then on.
        callback: Where the link shall lead in the end.
        limited: Whether mails to one address, and at the wish of one user, are counted.

    Raises:
        Refused: It is off, there is no mail, or it is their address already.
    """
    counting = new_address_counted(new_email, options.secret) if limited else ()
    taken, *_ = visitor.run(Statement(USER_BY_EMAIL, (new_email,)), *counting)
    if options.account.change_email == "off":
        raise visitor.refused(CHANGE_EMAIL_DISABLED)
    if new_email == visitor.user.email:
        raise visitor.refused(SAME_EMAIL)
    if options.mailer is None:
        raise visitor.refused(NO_MAILER)
    async with same_time(options.floor):
        options.prepare()
        if not taken.values:
            _send_change(options, visitor.user, new_email, callback)


def _send_change(options: Options, user: User, new_email: str, callback: str) -> None:
    if options.account.change_email == "confirm" and user.email_verified:
        options.send_confirmation(user, new_email, callback)
    else:
        options.send_new_verification(user, new_email, callback)


def refuse_without_mailer(options: Options) -> None:
    """Raises `Refused` where no link can be sent."""
    if options.mailer is None:
        raise Refused(VERIFICATION_EMAIL_NOT_ENABLED)


async def ask_for_verification(visitor: Visitor, options: Options, email: str, callback: str, *, limited: bool) -> None:
    """Send a link that verifies the address; a guest is not told whether there is such a user.

    Args:
        visitor: Who asks.
        options: How mail leaves.
        email: The address.
        callback: Where the link shall lead in the end.
        limited: Whether mails to one address are counted.

    Raises:
        Refused: Who is signed in has another address, or has it verified.
    """
    async with same_time(options.floor):
        options.prepare()
        counting = [verification_counted(email, options.secret)] if limited else []
        found, *_ = visitor.run_as_anybody(Statement(USER_BY_EMAIL, (email,)), *counting)
        user = visitor.user if visitor.somebody else _first(found)
        if visitor.somebody:
            _refuse_needless(visitor, email)
        if user and not user.email_verified:
            options.send_verification(user, callback)


def _refuse_needless(visitor: Visitor, email: str) -> None:
    if visitor.user.email.lower() != email:
        raise visitor.refused(EMAIL_MISMATCH)
    if visitor.user.email_verified:
        raise visitor.refused(EMAIL_ALREADY_VERIFIED)


def _first(found: Rows) -> User | None:
    return next((User(*row) for row in found.values), None)
