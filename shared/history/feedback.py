"""What a user thinks of an answer. Guests' opinions are in guest_feedback.py.

What conversations.py says is true here: each function is one batch, may be repeated, and knows its owner from `db`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.db import Statement
from shared.errors import NotFound
from shared.history.models import Feedback
from shared.history.writing import write

if TYPE_CHECKING:
    from uuid import UUID

    from shared.db import Database
    from shared.history.models import Opinion

GIVE_FEEDBACK: Final = """
    insert into message_feedback (user_id, message_id, value, comment)
    select user_id, id, $2::text, nullif($3::text, '')
      from message
     where user_id = (select signed_in_user()) and id = $1::uuid and role = 'assistant'
        on conflict (user_id, message_id) do update
       set value = excluded.value, updated_at = clock_timestamp(),
           comment = case when $3::text is null then message_feedback.comment else excluded.comment end
     where message_feedback.value <> excluded.value
        or $3::text is not null and message_feedback.comment is distinct from excluded.comment
"""

TAKE_BACK_FEEDBACK: Final = """
    delete from message_feedback
     where user_id = (select signed_in_user()) and message_id = $1::uuid
"""

FEEDBACK: Final = """
    select message.id as message_id, given.value, given.comment
      from message
      left join message_feedback given
        on given.user_id = (select signed_in_user()) and given.message_id = message.id
     where message.user_id = (select signed_in_user()) and message.id = $1::uuid and message.role = 'assistant'
"""


def give_feedback(db: Database, message_id: UUID, *, value: Opinion, comment: str | None) -> Feedback:
    """Say what the user thinks of an answer, in place of what they said before.

    Args:
        db: The user's database.
        message_id: Of the answer.
        value: The opinion.
        comment: None leaves the comment as it is; an empty one removes it.

    Raises:
        NotFound: There is no such answer, or not any more, or it is somebody else's.
    """
    return _feedback(db, message_id, Statement(GIVE_FEEDBACK, (message_id, value, comment)))


def take_back_feedback(db: Database, message_id: UUID) -> Feedback:
    """Forget what the user thinks of an answer, comment and all.

    Raises:
        NotFound: As above.
    """
    return _feedback(db, message_id, Statement(TAKE_BACK_FEEDBACK, (message_id,)))


def _feedback(db: Database, message_id: UUID, change: Statement) -> Feedback:
    _, feedback = write(db, change, Statement(FEEDBACK, (message_id,)))
    stored = feedback.first(Feedback)
    if stored is None:
        raise NotFound
    return stored
