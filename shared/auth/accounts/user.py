"""What the user who asks is called, and how they may sign in. One round trip each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.auth.models import Account
from shared.auth.refusals import FAILED_TO_UPDATE_USER
from shared.auth.rows import queries
from shared.auth.rows.store import refusing_unstorable
from shared.db import Statement

if TYPE_CHECKING:
    from shared.auth.identity.visitors import Visitor
    from shared.auth.requests.validation import UserChange


def update_user(visitor: Visitor, change: UserChange) -> None:
    """Change name or image; the cookies say so, too.

    Raises:
        Refused: It is no such change, or Postgres cannot hold it.
    """
    update = Statement(queries.UPDATE_USER, (*change.values, visitor.moment))
    with refusing_unstorable(FAILED_TO_UPDATE_USER):
        visitor.run(*([] if change.refusal else [update]))
    if change.refusal:
        raise visitor.refused(change.refusal)
    visitor.keep(visitor.signed_in.session, change.applied_to(visitor.user, visitor.moment))


def list_accounts(visitor: Visitor) -> list[Account]:
    """The ways in which they may sign in."""
    [accounts] = visitor.run(Statement(queries.LIST_ACCOUNTS))
    return [Account(*row) for row in accounts.values]
