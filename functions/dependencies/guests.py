"""Who keeps what guests ask: the owner of the site, if they want it and the guest does not object."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Annotated, Final, TypeAlias

from functions.dependencies.callers import Reader
from functions.dependencies.queue import outbox_queue
from functions.dependencies.rules import Rules
from shared.answering.models import Mode
from shared.answering.turn.storage import stored_page
from shared.clock import now
from shared.history.models import answer_id
from shared.record import record
from shared.settings.answers import GuestsSettings
from shared.web import Depends, Request

if TYPE_CHECKING:
    from shared.answering.models import Ask
    from shared.outbox.queue import Queue

LONGEST: Final = 500
"""Characters of a question that the desk shows."""

OBJECTIONS: Final = ("sec-gpc", "dnt")
"""Headers by which browsers say that their user wants no traces kept (https://w3c.github.io/gpc/)."""


@record
class GuestsOutbox:
    """Sends what guests ask to the owner's desk.

    Attributes:
        queue: The deployment's.
        secret: BETTER_AUTH_SECRET.
    """

    queue: Queue
    secret: str

    def tell(self, ask: Ask, mode: Mode) -> None:
        """Send a question that was answered so; not one that is temporary, or small talk. Nobody waits for it."""
        if ask.temporary or mode is Mode.SMALL_TALK:
            return
        from shared.insight.masking import masked  # noqa: PLC0415 (a site that does not want it does not pay for it)
        from shared.outbox.guests import GuestQuestion, send_beside  # noqa: PLC0415 (as above)

        replaces = (ask.replaces, answer_id(ask.replaces)) if ask.replaces else ()
        question = GuestQuestion(
            answer_id(ask.message_id),
            replaces,
            now(),
            masked(ask.message)[:LONGEST],
            mode,
            stored_page(ask.page),
            ask.language,
        )
        send_beside(question, self.queue, self.secret)


@cache
def owner_sees_guests() -> bool:
    """OWNER_SEES_GUESTS, which is read once."""
    return GuestsSettings.read().sees_guests == "on"


async def guests_outbox(request: Request, reader: Reader, rules: Rules) -> GuestsOutbox | None:
    """None where nothing is kept of this question, be it by the owner's setting or by the guest's."""
    if reader is not None or not owner_sees_guests():
        return None
    queue = outbox_queue()
    if queue is None or any(request.headers.get(name) == "1" for name in OBJECTIONS):
        return None
    return GuestsOutbox(queue, rules.cookies.secret)


OwnersGuests: TypeAlias = Annotated[GuestsOutbox | None, Depends(guests_outbox)]
