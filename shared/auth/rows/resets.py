"""Links to choose another password, in Postgres. Every function is one round trip."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.auth.identifiers import new_identifier
from shared.auth.refusals import INVALID_RESET, NOBODYS_RESET, Refused
from shared.db import Statement

if TYPE_CHECKING:
    from datetime import datetime

    from shared.db import Database

ADD_VERIFICATION: Final = """
insert into verification (id, identifier, value, "expiresAt", "createdAt", "updatedAt")
select $1::text, $2::text, id, $3::timestamptz, $4::timestamptz, $4::timestamptz
from "user"
where email = $5::text
on conflict do nothing
"""

VERIFICATION_IS_STORED: Final = """
select value from verification where id = $1::text
"""
"""Asked after `ADD_VERIFICATION`: also true when an earlier try of the same request had come through."""

SWEEP_VERIFICATIONS: Final = """
delete from verification where "expiresAt" < $1::timestamptz
"""

LOOK_UP_VERIFICATION: Final = """
select value from verification where identifier = $1::text and "expiresAt" >= $2::timestamptz limit 1
"""

SPEND_RESET: Final = """
with asked as (
    select u.id from verification v left join "user" u on u.id = v.value
    where v.identifier = $1::text and v."expiresAt" >= $2::timestamptz
), consumed as (
    delete from verification v using "user" u
    where v.identifier = $1::text and v."expiresAt" >= $2::timestamptz and u.id = v.value
    returning u.id
), changed as (
    update account a set password = $4::text, "updatedAt" = $2::timestamptz
    from consumed c
    where a."userId" = c.id and a."accountId" = c.id and a."providerId" = 'credential'
), added as (
    insert into account (id, "accountId", "providerId", "userId", password, "createdAt", "updatedAt")
    select $3::text, c.id, 'credential', c.id, $4::text, $2::timestamptz, $2::timestamptz
    from consumed c
    where not exists (
        select from account a where a."userId" = c.id and a."accountId" = c.id and a."providerId" = 'credential'
    )
), ended as (
    delete from session s using consumed c where s."userId" = c.id and $5::boolean
), forgotten as (
    delete from verification v using consumed c
    where v.value = c.id and v.identifier similar to '(reset-password:|2fa-|delete-account-)%'
        and v.identifier <> $1::text and $6::boolean
)
select
    exists (select from consumed), exists (select from asked where id is null),
    (select u.email from consumed c join "user" u on u.id = c.id)
"""
"""Spends the token and writes the password in one statement, so that of two at once only one succeeds.

Says whether it did, whether the token's user is gone, and which address they have.
"""


def add_verification(database: Database, email: str, identifier: str, now: datetime, ends: datetime) -> bool:
    """Store something that only the user with this e-mail address can know; False where there is no such user.

    Whatever has expired is removed on the way.
    """
    row_id = new_identifier()
    add = Statement(ADD_VERIFICATION, (row_id, identifier, ends, now, email))
    is_stored = Statement(VERIFICATION_IS_STORED, (row_id,))
    sweep = Statement(SWEEP_VERIFICATIONS, (now,))
    [_, stored, _] = database.run(add, is_stored, sweep, idempotent=True)
    return bool(stored.values)


def has_verification(database: Database, identifier: str, now: datetime) -> bool:
    """Whether that is still good."""
    [found] = database.run(Statement(LOOK_UP_VERIFICATION, (identifier, now)), idempotent=True)
    return bool(found.values)


def reset_password(
    database: Database, identifier: str, password_hash: str, now: datetime, *, ends_sessions: bool, ends_links: bool
) -> str:
    """Spend a reset token for a new password; gives the user's address.

    Args:
        database: Where users are.
        identifier: Of the token.
        password_hash: Of the new password.
        now: The moment.
        ends_sessions: Whether the user is signed out everywhere.
        ends_links: Whether other such links of the user's are good for nothing from now on.

    Raises:
        Refused: It is unknown, spent or expired, or its user is gone.
    """
    values = (identifier, now, new_identifier(), password_hash, ends_sessions, ends_links)
    # not sent twice: the second try would find the token spent
    [told] = database.run(Statement(SPEND_RESET, values))
    [[done, user_is_gone, email]] = told.values
    if not done:
        raise Refused(NOBODYS_RESET if user_is_gone else INVALID_RESET)
    return email
