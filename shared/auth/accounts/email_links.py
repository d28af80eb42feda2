"""What happens when somebody follows a link that was sent to an e-mail address. One round trip."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.auth.identifiers import new_identifier
from shared.auth.limits.in_container import Limit
from shared.auth.models import User
from shared.auth.refusals import (
    EMAIL_TAKEN_MEANWHILE,
    INVALID_LINK,
    NOBODYS_LINK,
    SOMEBODY_ELSES_LINK,
    Refused,
    refusing_duplicates,
)
from shared.auth.tokens.email_tokens import CONFIRMATION, VERIFICATION
from shared.auth.wire import user_json
from shared.db import Statement
from shared.observability import tell
from shared.record import record

if TYPE_CHECKING:
    from datetime import datetime

    from shared.auth.accounts.options import Options
    from shared.auth.identity.visitors import Visitor
    from shared.auth.limits.in_postgres import LimitedDatabase
    from shared.auth.tokens.email_tokens import EmailToken
    from shared.db import Rows

VERIFY_EMAIL: Final = """
with found as (
    select id, "emailVerified" from "user" where email = $1::text
), verified as (
    update "user" set "emailVerified" = true, "updatedAt" = $3::timestamptz
    where email = $1::text and id = coalesce($2::text, id) and not "emailVerified"
)
select id, "emailVerified" from found
"""
"""Whose address it is, and whether that had been known before."""

BOUND_USER: Final = """
select
    id, name, email, "emailVerified", image, "createdAt", "updatedAt",
    exists (
        select from account
        where "userId" = $1::text and "providerId" = 'credential'
            and date_trunc('second', "updatedAt") > $2::timestamptz
    ) or exists (
        select from verification where identifier = 'links-ended:' || $1::text and "createdAt" >= $2::timestamptz
    )
from "user" where id = $1::text
"""
"""Whose link it is, and whether they have thrown everybody out since it was made: somebody else may have asked for it.

They have chosen a password or an address, or ended sessions. Such links live an hour, and are no rows that could be
deleted: a row says since when they are over.
"""

CHANGE_EMAIL: Final = """
update "user" set email = $3::text, "emailVerified" = "emailVerified" and $4::boolean, "updatedAt" = $5::timestamptz
where id = $1::text and lower(email) = $2::text and id = coalesce(signed_in_user(), id)
    and not exists (select from "user" where email = $3::text)
    and not exists (
        select from account
        where "userId" = $1::text and "providerId" = 'credential'
            and date_trunc('second', "updatedAt") > $6::timestamptz
    )
    and not exists (
        select from verification where identifier = 'links-ended:' || $1::text and "createdAt" >= $6::timestamptz
    )
returning id, name, email, "emailVerified", image, "createdAt", "updatedAt", further_fields('user', to_jsonb("user"))
"""
"""Nothing where the address has changed already, is somebody else's, or another user is signed in; see BOUND_USER."""

THROW_OUT_AFTER_MOVE: Final = """
with changed as (
    select id from "user" where id = $1::text and email = $2::text
), forgotten as (
    delete from verification v using changed c
    where v.value = c.id and v.identifier similar to '(reset-password:|2fa-|delete-account-)%'
), ended as (
    insert into verification (id, identifier, value, "expiresAt", "createdAt", "updatedAt")
    select $4::text, 'links-ended:' || id, '', $5::timestamptz + interval '1 hour', $5::timestamptz, $5::timestamptz
    from changed
    on conflict do nothing
)
delete from session s using changed c where s."userId" = c.id and s.token <> $3::text
"""
"""The same once this address is stored: such links went to the old one."""


@record
class Following:
    """One link that is followed.

    Attributes:
        visitor: Who follows it, signed in or not.
        database: Where users are.
        options: How further mail leaves.
        callback: Where the browser goes next.
        safer: Whether a new address ends links and sessions that the old one may have given somebody, and mails to one
            address are counted.
    """

    visitor: Visitor
    database: LimitedDatabase
    options: Options
    callback: str
    safer: bool

    def follow(self, token: EmailToken) -> dict[str, object]:
        """Do what the link asks for, and give Better Auth's answer.

        Raises:
            Refused: The user has gone, is another one, or has another address by now.
        """
        if not token.update_to:
            return self._verify(token)
        if not token.user_id:
            raise Refused(INVALID_LINK)
        if token.request == CONFIRMATION:
            return self._ask_at_new_address(token, token.user_id, token.update_to)
        return self._change(token, token.user_id, token.update_to)

    def _verify(self, token: EmailToken) -> dict[str, object]:
        statement = Statement(VERIFY_EMAIL, (token.email.lower(), token.user_id, self.visitor.moment))
        [found] = self.database.run(statement, idempotent=True)
        if not found.values:
            raise Refused(NOBODYS_LINK)
        [user_id, _] = found.values[0]
        if token.user_id not in {None, user_id}:
            raise Refused(INVALID_LINK)
        tell("address_verified", "link")
        return {"status": True, "user": None}

    def _ask_at_new_address(self, token: EmailToken, user_id: str, new_email: str) -> dict[str, object]:
        if self.safer:
            self.database.count(Limit.of_mailbox("change", new_email, self.options.secret))
        [bound] = self.visitor.run_as_anybody(Statement(BOUND_USER, (user_id, self._made_at(token))))
        user = self._bound(bound, token)
        self.options.send_new_verification(user, new_email, self.callback)
        return {"status": True}

    def _change(self, token: EmailToken, user_id: str, new_email: str) -> dict[str, object]:
        keeps_verified = token.request == VERIFICATION
        made_at = self._made_at(token)
        values = (user_id, token.email, new_email, keeps_verified, self.visitor.moment, made_at)
        statements = [Statement(BOUND_USER, (user_id, made_at)), Statement(CHANGE_EMAIL, values)]
        if self.safer:
            thrown = (user_id, new_email, self.visitor.token or "", new_identifier(), self.visitor.moment)
            statements.append(Statement(THROW_OUT_AFTER_MOVE, thrown))
        with refusing_duplicates(EMAIL_TAKEN_MEANWHILE):
            # not sent twice: the second try would find the address changed, and refuse the link
            bound, changed, *_ = self.visitor.run_as_anybody(*statements, idempotent=False)
        self._bound(bound, token)
        user = changed.first(_user)
        if user is None:
            raise Refused(EMAIL_TAKEN_MEANWHILE)
        tell("address_changed", "link")
        if self.safer:
            self.options.tell("email_changed", token.email)
        if not keeps_verified:
            self.options.send_verification(user, self.callback)
        if self.visitor.somebody:
            self.visitor.keep(self.visitor.signed_in.session, user)
        return {"status": True, "user": user_json(user)}

    def _made_at(self, token: EmailToken) -> datetime | None:
        """When the link was made, where a password that was chosen later ends it."""
        return token.made_at if self.safer else None

    def _bound(self, found: Rows, token: EmailToken) -> User:
        """The user whose link it is."""
        if not found.values:
            raise Refused(NOBODYS_LINK)
        *columns, has_new_password = found.values[0]
        user = User(*columns)
        if user.email.lower() != token.email or has_new_password:
            raise Refused(INVALID_LINK)
        if self.visitor.somebody and self.visitor.user.id != user.id:
            raise Refused(SOMEBODY_ELSES_LINK)
        return user


def _user(**columns: object) -> User:
    return User(*columns.values())  # pyright: ignore[reportArgumentType] (the columns of these queries are the fields, in order)
