"""Calls to Qdrant that are tried again while that may help, and errors that a person can read."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Final, TypeVar

from qdrant_client.common.client_exceptions import ResourceExhaustedResponse
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")

ATTEMPTS: Final = 4
LONGEST_PAUSE: Final = 30.0
"""Seconds."""
_SERVER_ERROR: Final = 500
_SHOWN: Final = 300


class StoreFailed(Exception):
    """Qdrant cannot be reached, or would not do it; the message is one line for a person."""


def patiently(call: Callable[[], Result], url: str, attempts: int = ATTEMPTS) -> Result:
    """Make a call that may be repeated.

    Raises:
        StoreFailed: It failed for good, or too often.
    """
    for attempt in range(1, attempts + 1):
        try:
            return call()
        except (ResponseHandlingException, UnexpectedResponse, ResourceExhaustedResponse) as error:
            pause = _pause(error, attempt)
            if attempt == attempts or pause is None:
                raise StoreFailed(_reason(error, url)) from error
            time.sleep(pause)
    raise AssertionError


def _pause(error: Exception, attempt: int) -> float | None:
    """Seconds until the next attempt; None if it would fail again."""
    if isinstance(error, ResourceExhaustedResponse):
        return min(float(error.retry_after_s), LONGEST_PAUSE)
    if isinstance(error, UnexpectedResponse) and (error.status_code or 0) < _SERVER_ERROR:
        return None
    return random.uniform(0.5, 1) * 2 ** (attempt - 1)  # noqa: S311 (jitter needs no secrecy)


def _reason(error: Exception, url: str) -> str:
    if isinstance(error, ResponseHandlingException):
        return f"Qdrant cannot be reached at {url} ({error.source})"
    if isinstance(error, UnexpectedResponse):
        return f"Qdrant at {url} answered {error.status_code}: {error.content.decode(errors='replace')[:_SHOWN]}"
    return f"Qdrant at {url} is overloaded"
