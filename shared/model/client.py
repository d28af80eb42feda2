"""The model as the rest of us sees it: one or two endpoints, one more try, and a circuit breaker for each.

A try counts until the first word: after it nothing is asked twice, because the reader has begun to read.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from shared import deadline
from shared.breaker import BreakerOpen, CircuitBreaker
from shared.model.endpoint import Endpoint, Patience, Told
from shared.model.failures import LONGEST_PAUSE, MENDED_BY_SOMEBODY, AwayNow, Late, ModelFailed
from shared.observability import log, measured
from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

FIRST_PAUSE: Final = 1.0
"""Seconds for which nobody is asked after a failure: as for the search, what is missed meanwhile is lost."""

SHORTEST_TRY: Final = 0.5
"""Seconds that must be left for another try to be worth it."""


@record
class Limits:
    """What one answer may take.

    Attributes:
        tokens: Its length.
        first: Seconds to its first word.
        between: Seconds from one word to the next.
        whole: Seconds to its last word.
        is_aside: A short call beside the answer: it is asked once, and that it took too long says nothing about others.
    """

    tokens: int
    first: float
    between: float
    whole: float
    is_aside: bool = False


class _Guarded:
    """An endpoint that is not asked while it is away."""

    def __init__(self, endpoint: Endpoint, breaker: CircuitBreaker, sleep: Callable[[float], None], tries: int) -> None:
        self.endpoint = endpoint
        self._breaker = breaker
        self._sleep = sleep
        self._tries = tries

    def begun(self, ask: _Ask, told: Told) -> tuple[str, Generator[str]]:
        """The first word, and those that follow."""
        seconds = ask.patience.first - time.monotonic()
        try:
            with self._breaker.admitted(), measured("model"):
                words = self._tried(ask, told)
        except BreakerOpen as error:
            raise AwayNow from error
        except ModelFailed as failure:
            if not ask.is_aside and not told.is_stopped:
                self._breaker.found_away(seconds) if failure.away else self._breaker.found_well()
            raise
        self._breaker.found_well()
        return words

    def _tried(self, ask: _Ask, told: Told) -> tuple[str, Generator[str]]:
        for left in reversed(range(1 if ask.is_aside else self._tries)):
            try:
                words = self.endpoint.tokens(ask.messages, ask.most, _within_the_invocation(ask.patience), told)
                return next(words), words
            except ModelFailed as failure:
                _tell(self.endpoint, failure)
                pause = _pause(failure)
                if not left or told.is_stopped or pause is None or _is_too_late(ask.patience, pause):
                    raise
            self._sleep(pause)
        raise AssertionError  # it returns or raises


@record
class _Ask:
    messages: list[dict[str, str]]
    most: int
    patience: Patience
    is_aside: bool


class Model:
    """Asks an endpoint, and then once more: the second one where there is one.

    Args:
        endpoints: One, or two in the order in which they are asked.
        sleep: Waits before the same one is asked again.
        clock: See `CircuitBreaker`.
    """

    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
        probe_seconds: float = 4.0,
    ) -> None:
        alone = len(endpoints) == 1
        names = ["the model"] if alone else ["the first model", "the second model"]
        self._guarded = [
            _Guarded(
                endpoint,
                CircuitBreaker(what, first_pause=FIRST_PAUSE, probe_seconds=probe_seconds, clock=clock),
                sleep,
                tries=2 if alone else 1,
            )
            for endpoint, what in zip(endpoints, names, strict=True)
        ]

    def words(self, messages: list[dict[str, str]], limits: Limits, told: Told) -> Generator[str]:
        """The answer's words as they come.

        Args:
            messages: Of the roles `system` and `user`.
            limits: What it may take.
            told: Is filled in meanwhile.

        Raises:
            ModelFailed: There is no answer, or it broke off.
        """
        began = time.monotonic()
        patience = Patience(began + limits.first, limits.between, began + limits.whole)
        first, following = self._begun(_Ask(messages, limits.tokens, patience, limits.is_aside), told)
        yield first
        yield from _timed(following)

    def _begun(self, ask: _Ask, told: Told) -> tuple[str, Generator[str]]:
        first, *second = self._guarded
        if not second:
            return first.begun(ask, told)
        try:
            return first.begun(replace(ask, patience=_half(ask.patience)), told)
        except ModelFailed:
            if told.is_stopped:
                raise
            return second[0].begun(ask, told)


def _tell(endpoint: Endpoint, failure: ModelFailed) -> None:
    say = log.error if isinstance(failure, MENDED_BY_SOMEBODY) else log.warning
    say("the model gave no answer", model=endpoint.model, failure=type(failure).__name__, exc_info=failure)


def _pause(failure: ModelFailed) -> float | None:
    """Seconds until the same endpoint is asked again; None where that would not help, or takes too long."""
    if not failure.again or (failure.after or 0.0) > LONGEST_PAUSE:
        return None
    return max(failure.after or 0.0, 0.2 + secrets.randbelow(600) / 1000)  # spreads those who failed together


def _is_too_late(patience: Patience, pause: float) -> bool:
    return patience.first - time.monotonic() - pause < SHORTEST_TRY


def _half(patience: Patience) -> Patience:
    """Half of the time for the first word, so that a silent endpoint leaves the other one the rest."""
    now = time.monotonic()
    return Patience(now + (patience.first - now) / 2, patience.between, patience.whole)


def _within_the_invocation(patience: Patience) -> Patience:
    ends_at = time.monotonic() + deadline.remaining()
    if ends_at <= time.monotonic():
        raise Late
    return Patience(min(patience.first, ends_at), patience.between, min(patience.whole, ends_at))


def _timed(words: Generator[str]) -> Generator[str]:
    """The words; the time that is spent waiting for them is the model's, that of whoever reads them is not."""
    while True:
        with measured("model"):
            word = next(words, None)
        if word is None:
            return
        yield word
