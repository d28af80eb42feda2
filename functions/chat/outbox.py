"""Where the turns of whoever asks go while the database is away."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from functions.chat.reader import Reader
from functions.dependencies import Rules
from functions.outbox.queue import outbox_queue
from shared.outbox.keeping import Outbox


async def readers_outbox(reader: Reader, rules: Rules) -> Outbox | None:
    """The outbox of the reader who is asking; None for a guest."""
    if reader is None:
        return None
    return Outbox(rules.cookies.secret, outbox_queue(), reader.token, lambda: reader.user.id if reader.user else None)


ReadersOutbox = Annotated[Outbox | None, Depends(readers_outbox)]
