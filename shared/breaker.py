"""While something that we depend on is away, nobody waits for it: a circuit breaker for each container."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from shared import deadline
from shared.observability import count, count_without, log

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

LONGEST_PAUSE: Final = 15.0

PROBE_SECONDS: Final = 1.2
"""What the one call may take that looks whether it is back: whoever makes it shall not wait for a dead port."""

LEAST_PATIENCE: Final = 0.5
"""A caller with less time than this, in seconds, learns nothing about the other side when it gets no answer."""


COMPONENTS: Final = {"the database": "database", "the search": "retrieval", "the model": "model", "the queue": "queue"}
"""What the alarms call what the log calls so."""


class BreakerOpen(ConnectionError):
    """Nobody is to ask now: it was away a moment ago."""


class CircuitBreaker:
    """Lets nobody ask for a while after something was found to be away; then one call probes, with little time.

    It keeps to wall-clock time, as the pause shall also pass while Lambda freezes the container; and a clock that was
    set back, or a container that was restored from a snapshot, lets the next call probe.

    Args:
        what: What it guards, for the log.
        first_pause: Seconds for which nobody asks after the first failure; it doubles with each failed probe.
        longest_pause: Its limit, in seconds.
        probe_seconds: What a probe may take.
        clock: Seconds since 1970.
    """

    def __init__(
        self,
        what: str,
        *,
        first_pause: float,
        longest_pause: float = LONGEST_PAUSE,
        probe_seconds: float = PROBE_SECONDS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._what = what
        self._component = COMPONENTS.get(what, what)
        self._clock = clock
        self._first_pause = first_pause
        self._longest_pause = longest_pause
        self._probe_seconds = probe_seconds
        self._pause = 0.0
        self._closed_until = 0.0

    @contextmanager
    def admitted(self) -> Generator[None]:
        """Ask within the block, which has little time if it is the probe, and tell what was found.

        Raises:
            BreakerOpen: It is too early to ask again, or somebody else is probing.
        """
        if self._pause == 0:
            yield
            return
        if 0 < self._closed_until - self._clock() <= self._pause:
            count_without(self._component)
            raise BreakerOpen(f"{self._what} was away a moment ago")
        self._closed_until = self._clock() + self._pause  # for everybody else: this call is the probe
        with deadline.within(self._probe_seconds):
            yield

    def found_well(self) -> None:
        """It answered, whatever it said."""
        self._pause = 0.0

    def found_away(self, patience: float) -> None:
        """It did not answer, or could not be reached.

        Args:
            patience: For how many seconds the caller would have waited.
        """
        if patience < LEAST_PATIENCE:
            return
        self._pause = min(max(self._first_pause, self._pause * 2), self._longest_pause)
        self._closed_until = self._clock() + self._pause
        count_without(self._component)
        count("BreakersOpened")
        log.warning("%s is away: not asking it for %.0f s", self._what, self._pause)
