"""What is counted before a mail leaves that somebody asked for, in the batch that finds out whose it would be.

A mailbox gets so many of them an hour, from wherever they are asked for: strangers cannot flood it, and what sends no
mail counts for nothing, so that nobody is kept from mail by requests alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.auth.limits.in_container import MAILBOX, Limit
from shared.db import Statement

if TYPE_CHECKING:
    from shared.auth.limits.in_container import About

# After LOOK_UP_SESSION, in the same batch. Without a live session there is no `signed_in_user()`, and nothing happens.

COUNT_FOR_USER: Final = """
select count_request($1::text, $2::integer, $3::integer) where signed_in_user() is not null
"""

COUNT_FOR_OWNER: Final = """
select count_request($1::text, $2::integer, $3::integer)
where signed_in_user() is null
    or exists (select from "user" where id = signed_in_user() and lower(email) = $4::text)
"""
"""For guests, too, but not for somebody who has another address."""

COUNT_OWN_WISHES: Final = """
select count_request('wish|' || $1::text || '|' || signed_in_user(), $2::integer, $3::integer)
where signed_in_user() is not null
"""


def new_address_counted(email: str, secret: str) -> tuple[Statement, Statement]:
    """Mails that ask whoever reads the new address of a user, and mails at the wish of that user."""
    limit = Limit.of_mailbox("change", email, secret)
    counting = Statement(COUNT_FOR_USER, (limit.key, limit.rule.seconds, limit.rule.most))
    return counting, own_wishes_counted("change")


def verification_counted(email: str, secret: str) -> Statement:
    """Mails that ask a user whether they read their address, which guests may ask for, too."""
    limit = Limit.of_mailbox("verify", email, secret)
    return Statement(COUNT_FOR_OWNER, (limit.key, limit.rule.seconds, limit.rule.most, email))


def own_wishes_counted(about: About) -> Statement:
    """Mails that one user's own requests send, to whichever address."""
    return Statement(COUNT_OWN_WISHES, (about, MAILBOX.seconds, MAILBOX.most))
