"""How long this invocation may still take: one deadline for everything that waits.

API Gateway gives up after 30 s whatever the function does (AWS quotas for HTTP APIs), and a person gives up earlier.
So every wait asks `remaining()`; the sum of all waits is then bounded by itself.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

DEFAULT_SECONDS = 25.0
"""Used outside an invocation: by command-line programs and tests."""

_ends_at: ContextVar[float | None] = ContextVar("ends_at", default=None)


@dataclass(slots=True)
class TimeWarning:
    """A function that is called once when only so many seconds are left for an answer."""

    seconds: float
    tell: Callable[[], object] | None

    def now(self) -> None:
        """Call it, unless that was done."""
        tell, self.tell = self.tell, None
        if tell is not None:
            tell()


_time_warning: ContextVar[TimeWarning | None] = ContextVar("warned", default=None)


def remaining(at_most: float | None = None) -> float:
    """Seconds left, never negative, and never more than `at_most`."""
    ends_at = _ends_at.get()
    left = DEFAULT_SECONDS if ends_at is None else max(0.0, ends_at - time.monotonic())
    return left if at_most is None else min(left, at_most)


@contextmanager
def after_all(seconds: float) -> Generator[None]:
    """Run the block with `seconds` of its own, even where nothing is left: for what belongs to giving up."""
    token, unwarned = _ends_at.set(time.monotonic() + seconds), _time_warning.set(None)
    try:
        yield
    finally:
        _ends_at.reset(token)
        _time_warning.reset(unwarned)


@contextmanager
def within(seconds: float) -> Generator[None]:
    """Run the block with a deadline `seconds` from now, or the surrounding one where that ends sooner."""
    token = _ends_at.set(time.monotonic() + remaining(seconds))
    try:
        yield
    finally:
        _ends_at.reset(token)


@contextmanager
def warning(seconds: float, tell: Callable[[], object]) -> Generator[None]:
    """Have `tell` called once in the block if an answer is waited for until only `seconds` are left.

    It is called by whoever waits (`shared.sockets`), so it must neither wait nor raise.
    """
    token = _time_warning.set(TimeWarning(seconds, tell))
    try:
        yield
    finally:
        _time_warning.reset(token)


def waits(ends_at: float) -> Generator[float]:
    """For how long to wait for an answer at a time; in between, who is to be warned is.

    Together they end at `ends_at`, as `time.monotonic()` tells it.
    """
    warned = _time_warning.get()
    if warned is not None and warned.tell is not None:
        before = ends_at - warned.seconds - time.monotonic()
        if before > 0:
            yield before
        warned.now()
    left = ends_at - time.monotonic()
    if left > 0:
        yield left
