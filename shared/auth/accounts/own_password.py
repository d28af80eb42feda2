"""The password of the user who asks: checked, and changed.

Changing takes two round trips, because hashing lies between what is read and what is written; checking takes one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.auth.accounts import passwords
from shared.auth.accounts.common_passwords import refuse_common, words_about
from shared.auth.models import Session
from shared.auth.refusals import CREDENTIAL_ACCOUNT_NOT_FOUND, INVALID_PASSWORD, Refused
from shared.db import Statement

if TYPE_CHECKING:
    from shared.auth.identity.visitors import Visitor
    from shared.auth.models import Client
    from shared.settings.accounts import PasswordScheme

OWN_HASH: Final = """
select password from account
where "userId" = signed_in_user() and "accountId" = signed_in_user() and "providerId" = 'credential'
limit 1
"""

REPLACE_OWN_HASH: Final = """
update account set password = $2::text, "updatedAt" = $3::timestamptz
where "userId" = signed_in_user() and "accountId" = signed_in_user() and "providerId" = 'credential'
    and password = $1::text
returning id
"""
"""Nothing where the password that was checked has been changed meanwhile."""

REPLACE_OWN_HASH_AND_SESSIONS: Final = """
with changed as (
    update account set password = $2::text, "updatedAt" = $3::timestamptz
    where "userId" = signed_in_user() and "accountId" = signed_in_user() and "providerId" = 'credential'
        and password = $1::text
    returning "userId"
), ended as (
    delete from session s using changed c where s."userId" = c."userId"
), started as (
    insert into session (id, token, "userId", "expiresAt", "createdAt", "updatedAt", "ipAddress", "userAgent")
    select $4::text, $5::text, "userId", $6::timestamptz, $3::timestamptz, $3::timestamptz, $7::text, $8::text
    from changed
)
select "userId" from changed
"""
"""One new session takes the place of all others."""

THROW_OUT_AFTER_CHANGE: Final = """
with changed as (
    select "userId" as id from account
    where "userId" = signed_in_user() and "providerId" = 'credential' and password = $1::text
), forgotten as (
    delete from verification v using changed c
    where v.value = c.id and v.identifier similar to '(reset-password:|2fa-|delete-account-)%'
)
delete from session s using changed c where s."userId" = c.id and s.token <> $2::text and $3::boolean
"""
"""Once this hash is stored: links to choose another password, what the old one began, and other sessions are over."""


def checked_own_password(
    visitor: Visitor, password: str, *, new: str | None = None, must_exist: bool = False
) -> str | None:
    """The stored hash, once the password was found right by it.

    Args:
        visitor: Who asks.
        password: What they say it is.
        new: What is to take its place, whose length is looked at first.
        must_exist: Whether to refuse those who sign in some other way by another name than those who are wrong.

    Raises:
        Refused: Nobody is signed in, or it is another password; the request's cookies stay.
    """
    [found] = visitor.run(Statement(OWN_HASH))
    stored = next((row[0] for row in found.values), None)
    with visitor.keeping_cookies():
        if new is not None:
            passwords.refuse_bad_length(new)
        passwords.refuse_too_long(password)
        if stored is None and must_exist:
            raise Refused(CREDENTIAL_ACCOUNT_NOT_FOUND)
        if not passwords.is_right(password, stored):
            raise Refused(INVALID_PASSWORD)
    return stored


def change_own_password(  # noqa: PLR0913 (a change is all of this)
    visitor: Visitor,
    scheme: PasswordScheme,
    *,
    current: str,
    new: str,
    starts_over: Client | None,
    ends_others: bool,
    ends_links: bool,
    tried_first: str | None,
) -> Session | None:
    """Put a new password in the place of the current one.

    Args:
        visitor: Who asks.
        scheme: Of the new hash.
        current: What they say it is now.
        new: What it shall be.
        starts_over: Where given, all sessions end, and one begins at this client.
        ends_others: Whether the other sessions end.
        ends_links: Whether links to choose a new password are good for nothing from now on.
        tried_first: What the site is called, where passwords are refused that everybody tries first.

    Returns:
        The new session, if one began.

    Raises:
        Refused: The current password is another one, or the new one too short, too long or too common.
    """
    stored = checked_own_password(visitor, current, new=new, must_exist=True)
    if tried_first is not None:
        with visitor.keeping_cookies():
            refuse_common(new, *words_about(visitor.user.email, tried_first, visitor.user.name))
    new_hash = passwords.hashed(new, scheme)
    values = (stored, new_hash, visitor.moment)
    thrown = (new_hash, visitor.token, ends_others and starts_over is None)
    throwing_out = [Statement(THROW_OUT_AFTER_CHANGE, thrown)] if ends_links else []
    if starts_over is None:
        _write(visitor, Statement(REPLACE_OWN_HASH, values), *throwing_out)
        return None
    session = Session.new(visitor.user.id, starts_over, visitor.moment, remember=True)
    started = (session.id, session.token, session.expires_at, session.ip_address, session.user_agent)
    _write(visitor, Statement(REPLACE_OWN_HASH_AND_SESSIONS, (*values, *started)), *throwing_out)
    visitor.keep(session)
    return session


def _write(visitor: Visitor, *statements: Statement) -> None:
    # not sent twice: the second try would find the old password, or the old session, gone
    changed, *_ = visitor.run(*statements, idempotent=False)
    if not changed.values:
        raise visitor.refused(INVALID_PASSWORD)
