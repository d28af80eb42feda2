"""Where the turns of whoever asks go while the database is away."""

from __future__ import annotations

from typing import Annotated

from functions.dependencies.callers import Known, Reader
from functions.dependencies.queue import outbox_queue
from functions.dependencies.rules import Rules
from shared.outbox.keeping import Outbox
from shared.web import Depends


async def readers_outbox(reader: Reader, known: Known, rules: Rules) -> Outbox | None:
    """The outbox of the reader who is asking; None for a guest.

    Who that is comes from the database where the first batch got through, else from the signed cookie cache.
    """
    if reader is None:
        return None

    def user_id() -> str | None:
        if reader.user is not None:
            return reader.user.id
        return known.user_id if known else None

    return Outbox(rules.cookies.secret, outbox_queue(), reader.token, user_id)


ReadersOutbox = Annotated[Outbox | None, Depends(readers_outbox)]
