"""Leaving for good: with the password, with a token from a mail, or soon after signing in.

One round trip each; two with a password, because checking it lies between what is read and what is deleted.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from shared.auth.accounts.own_password import checked_own_password
from shared.auth.identifiers import new_deletion_token, new_identifier
from shared.auth.limits.mails import own_wishes_counted
from shared.auth.models import FRESH
from shared.auth.refusals import (
    DELETION_DISABLED,
    DELETION_LINK_DISABLED,
    INVALID_DELETION,
    INVALID_PASSWORD,
    NOBODY_TO_DELETE,
    SESSION_EXPIRED,
    STILL_REFERRED_TO,
    Refusal,
    Refused,
)
from shared.db import Statement
from shared.errors import StatementFailed
from shared.observability import log, tell

if TYPE_CHECKING:
    from collections.abc import Generator

    from shared.auth.accounts.options import Options
    from shared.auth.identity.visitors import Visitor

LIFETIME: Final = timedelta(days=1)

STILL_NEEDED: Final = ("23503", "23001")
"""SQLSTATEs of a row that others refer to: foreign key violation, restrict violation."""

DELETE_FRESH_USER: Final = """
delete from "user"
where id = signed_in_user()
    and exists (select from session s where s.token = $1::text and s."createdAt" > $2::timestamptz)
returning id
"""
"""Everything that belongs to the user goes along: each table refers to it with `on delete cascade`."""

DELETE_USER_BY_HASH: Final = """
delete from "user" u
where u.id = signed_in_user() and exists (
    select from account a
    where a."userId" = u.id and a."accountId" = u.id and a."providerId" = 'credential' and a.password = $1::text
)
returning u.id
"""

ADD_OWN_VERIFICATION: Final = """
insert into verification (id, identifier, value, "expiresAt", "createdAt", "updatedAt")
select $1::text, $2::text, signed_in_user(), $3::timestamptz, $4::timestamptz, $4::timestamptz
where signed_in_user() is not null
on conflict do nothing
"""

SPEND_DELETION: Final = """
with consumed as (
    delete from verification
    where identifier = $1::text and value = signed_in_user() and "expiresAt" >= $2::timestamptz
    returning value
)
delete from "user" where id in (select value from consumed)
returning id
"""


def delete_user(visitor: Visitor, options: Options, *, password: str, token: str, callback: str, limited: bool) -> bool:
    """Delete whoever asks, or send them a link that does; whether they are gone.

    Args:
        visitor: Who asks.
        options: Whether people may leave, and whether a mail asks them first.
        password: Theirs; empty where it was not given.
        token: From a mail; empty where there was none.
        callback: Where the link of that mail shall lead in the end.
        limited: Whether mails at the wish of one user are counted.

    Raises:
        Refused: It is off, or what was given does not show that they mean it.
    """
    if options.account.delete_user == "off":
        visitor.run()
        raise visitor.refused(DELETION_DISABLED)
    stored = checked_own_password(visitor, password, must_exist=True) if password else None
    if token:
        _delete(visitor, _by_token(token, visitor), INVALID_DELETION)
    elif options.account.delete_user == "confirm" and options.mailer:
        _send_link(visitor, options, callback, [own_wishes_counted("delete")] if limited else [])
        tell("user_delete_asked", "session")
        return False
    elif stored is not None:
        _delete(visitor, Statement(DELETE_USER_BY_HASH, (stored,)), INVALID_PASSWORD)
    else:
        fresh = Statement(DELETE_FRESH_USER, (visitor.token, visitor.moment - FRESH))
        _delete(visitor, fresh, SESSION_EXPIRED)
    return True


def follow_deletion_link(visitor: Visitor, options: Options, token: str) -> None:
    """Delete the user whom the mail was for; it works only in a browser that is signed in as that user.

    Raises:
        Refused: It is off, nobody is signed in, or it is not their token.
    """
    if options.account.delete_user == "off":
        raise Refused(DELETION_LINK_DISABLED)
    with _refusing_what_is_referred_to(visitor):
        [deleted] = visitor.run_as_anybody(_by_token(token, visitor), idempotent=False)
    if visitor.somebody is None:
        raise visitor.refused(NOBODY_TO_DELETE)
    if not deleted.values:
        raise visitor.refused(INVALID_DELETION)
    tell("user_deleted", "link")
    visitor.leave()


def _delete(visitor: Visitor, statement: Statement, otherwise: Refusal) -> None:
    # not sent twice: the second try would find nobody, and sign a user out who has in fact been deleted
    with _refusing_what_is_referred_to(visitor):
        [deleted] = visitor.run(statement, idempotent=False)
    if not deleted.values:
        raise visitor.refused(otherwise)
    tell("user_deleted", "session")
    visitor.leave()


@contextmanager
def _refusing_what_is_referred_to(visitor: Visitor) -> Generator[None]:
    """A block that ends in a refusal where a table of the site's own keeps a user from going."""
    try:
        yield
    except StatementFailed as error:
        if error.sqlstate not in STILL_NEEDED:
            raise
        log.error("no user can be deleted while %s has no `on delete cascade`", error.constraint)
        raise visitor.refused(STILL_REFERRED_TO) from error


def _send_link(visitor: Visitor, options: Options, callback: str, counting: list[Statement]) -> None:
    token = new_deletion_token()
    values = (new_identifier(), _identifier(token), visitor.moment + LIFETIME, visitor.moment)
    visitor.run(*counting, Statement(ADD_OWN_VERIFICATION, values))
    options.send("delete_account", visitor.user.email, f"/delete-user/callback?token={token}&", callback or "/")


def _by_token(token: str, visitor: Visitor) -> Statement:
    return Statement(SPEND_DELETION, (_identifier(token), visitor.moment))


def _identifier(token: str) -> str:
    return f"delete-account-{token}".replace("\0", "")
