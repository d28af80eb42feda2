"""The right to say what one thinks of an answer that is stored nowhere: it comes with the answer, under seal.

It names the answer and nobody. Whoever has it may vote on that one answer, for a day.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Final
from uuid import UUID

from shared.errors import InvalidRequest
from shared.outbox.seal import BrokenSeal, Seal
from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Callable

LIFETIME: Final = 24 * 60 * 60
URL_CHARACTERS: Final = 500
LONGEST: Final = 2_000


@record
class Rated:
    """The answer that a token is about.

    Attributes:
        message_id: Its id.
        mode: How it came about.
        url: The first section that it cites.
    """

    message_id: UUID
    mode: str
    url: str | None


def token_for(rated: Rated, secret: str, clock: Callable[[], float] = time.time) -> str:
    """The token that goes with an answer."""
    url = rated.url if rated.url and len(rated.url) <= URL_CHARACTERS else None
    content = [str(rated.message_id), rated.mode, url, int(clock()) + LIFETIME]
    return Seal.of(secret, "feedback").closed(json.dumps(content, separators=(",", ":")).encode())


def rated_by(token: str, message_id: UUID, secret: str, clock: Callable[[], float] = time.time) -> Rated:
    """What the token allows to rate.

    Raises:
        InvalidRequest: It is none of ours, or another answer's, or too old.
    """
    try:
        named, mode, url, until = json.loads(Seal.of(secret, "feedback").opened(token))
    except BrokenSeal as error:
        raise InvalidRequest("not one that was given out here", "feedbackToken") from error
    if UUID(named) != message_id:
        raise InvalidRequest("given out for another answer", "feedbackToken")
    if clock() > until:
        raise InvalidRequest("expired", "feedbackToken")
    return Rated(message_id, mode, url)
