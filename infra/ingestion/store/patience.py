"""Calls to Qdrant that are tried again while that may help, and errors that a person can read."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

from qdrant_client.common.client_exceptions import ResourceExhaustedResponse
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")

LONGEST_WAIT: Final = 180.0
"""Seconds; a store that restarts reads its vectors first."""
LONGEST_PAUSE: Final = 10.0
"""Seconds between two attempts, unless the store asks for more."""
LONGEST_ASKED: Final = 60.0
_SERVER_ERROR: Final = 500
_SHOWN: Final = 300


class StoreFailed(Exception):
    """Qdrant cannot be reached, or would not do it; the message is one line for a person."""


@dataclass(slots=True)
class Patience:
    """Makes calls, and waits for a store that has answered before.

    Attributes:
        url: The store's, for messages.
        wait: Seconds for which one call is tried.
        say: Told when it begins to wait.
        sleep: Waits.
        now: The time, in seconds.
    """

    url: str
    wait: float = LONGEST_WAIT
    say: Callable[[str], None] = lambda _: None
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.monotonic
    _known: bool = field(init=False, default=False)

    def __call__(self, call: Callable[[], Result]) -> Result:
        """Make a call that may be repeated.

        Raises:
            StoreFailed: It failed for good or for too long, or the store has never answered: who mistyped its address
                should not wait to be told.
        """
        until = self.now() + self.wait
        attempt = 0
        while True:
            try:
                result = call()
            except (ResponseHandlingException, UnexpectedResponse, ResourceExhaustedResponse) as error:
                attempt += 1
                pause = _pause(error, attempt)
                if pause is None or not self._known or self.now() + pause > until:
                    raise StoreFailed(_reason(error, self.url)) from error
                if attempt == 1:
                    self.say(f"{_reason(error, self.url)}; waiting for it")
                self.sleep(pause)
            else:
                self._known = True
                return result


def _pause(error: Exception, attempt: int) -> float | None:
    """Seconds until the next attempt; None if it would fail again."""
    if isinstance(error, ResourceExhaustedResponse):
        return min(float(error.retry_after_s), LONGEST_ASKED)
    if isinstance(error, UnexpectedResponse) and (error.status_code or 0) < _SERVER_ERROR:
        return None
    return min(random.uniform(0.5, 1) * 2 ** (attempt - 1), LONGEST_PAUSE)  # noqa: S311 (jitter needs no secrecy)


def _reason(error: Exception, url: str) -> str:
    if isinstance(error, ResponseHandlingException):
        return f"Qdrant cannot be reached at {url} ({error.source})"
    if isinstance(error, UnexpectedResponse):
        return f"Qdrant at {url} answered {error.status_code}: {error.content.decode(errors='replace')[:_SHOWN]}"
    return f"Qdrant at {url} is overloaded"
