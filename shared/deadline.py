"""How long this invocation may still take: one deadline for everything that waits.

API Gateway gives up after 30 s whatever the function does (AWS quotas for HTTP APIs), and a person gives up earlier.
So every wait asks `remaining()`; the sum of all waits is then bounded by itself.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

DEFAULT_SECONDS = 25.0
"""Used outside an invocation: by command-line programs and tests."""

_ends_at: ContextVar[float | None] = ContextVar("ends_at", default=None)


def remaining(at_most: float | None = None) -> float:
    """Seconds left, never negative, and never more than `at_most`."""
    ends_at = _ends_at.get()
    left = DEFAULT_SECONDS if ends_at is None else max(0.0, ends_at - time.monotonic())
    return left if at_most is None else min(left, at_most)


@contextmanager
def after_all(seconds: float) -> Generator[None]:
    """Run the block with `seconds` of its own, even where nothing is left: for what belongs to giving up."""
    token = _ends_at.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _ends_at.reset(token)


@contextmanager
def within(seconds: float) -> Generator[None]:
    """Run the block with a deadline `seconds` from now, or the surrounding one where that ends sooner."""
    token = _ends_at.set(time.monotonic() + remaining(seconds))
    try:
        yield
    finally:
        _ends_at.reset(token)
