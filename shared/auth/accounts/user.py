"""What the user who asks is called, and how they may sign in. One round trip each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.auth.models import Account
from shared.auth.refusals import FAILED_TO_UPDATE_USER, refusing_unstorable
from shared.db import Statement

if TYPE_CHECKING:
    from shared.auth.identity.visitors import Visitor
    from shared.auth.requests.validation import UserChange

UPDATE_USER: Final = """
update "user" set
    name = case when $1::boolean then $2::text else name end,
    image = case when $3::boolean then $4::text else image end,
    "updatedAt" = $5::timestamptz
where id = signed_in_user()
"""

LIST_ACCOUNTS: Final = """
select id, "accountId", "providerId", "userId", "createdAt", "updatedAt", scope
from account
where "userId" = signed_in_user()
order by "createdAt", id
"""


def update_user(visitor: Visitor, change: UserChange) -> None:
    """Change name or image; the cookies say so, too.

    Raises:
        Refused: It is no such change, or Postgres cannot hold it.
    """
    update = Statement(UPDATE_USER, (*change.values, visitor.moment))
    with refusing_unstorable(FAILED_TO_UPDATE_USER):
        visitor.run(*([] if change.refusal else [update]))
    if change.refusal:
        raise visitor.refused(change.refusal)
    visitor.keep(visitor.signed_in.session, change.applied_to(visitor.user, visitor.moment))


def list_accounts(visitor: Visitor) -> list[Account]:
    """The ways in which they may sign in."""
    [accounts] = visitor.run(Statement(LIST_ACCOUNTS))
    return [Account(*row) for row in accounts.values]
