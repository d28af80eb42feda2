"""An HTTP client that does not wait for a server that is away."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from shared import deadline
from shared.breaker import BreakerOpen, CircuitBreaker
from shared.http_client import HttpClient, Response, Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FIRST_PAUSE: Final = 1.0
"""Seconds. Half of what a database gets: what is missed meanwhile is lost to the reader, and not stored later."""

PROBE_SECONDS: Final = 1.0

AWAY: Final = frozenset({502, 503, 504})
"""What a gateway in front of the server answers while there is no server."""


class GuardedClient(HttpClient):
    """An `HttpClient` whose requests fail at once for a while after the server was found to be away.

    Args:
        origin: See `HttpClient`.
        what: What the server is, for the log.
        first_pause: Seconds for which requests fail at once after the first failure; it doubles with each failed probe.
        clock: See `CircuitBreaker`.
    """

    def __init__(
        self, origin: str, what: str, *, first_pause: float = FIRST_PAUSE, clock: Callable[[], float] = time.time
    ) -> None:
        super().__init__(origin)
        self._breaker = CircuitBreaker(what, first_pause=first_pause, probe_seconds=PROBE_SECONDS, clock=clock)

    def request(
        self,
        method: str,
        path: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        timeout: float | None = None,
        idempotent: bool = False,
    ) -> Response:
        """See `HttpClient.request`; while the circuit breaker is open, nothing is sent."""
        patience = deadline.remaining(timeout)
        try:
            with self._breaker.admitted():
                response = super().request(method, path, body, headers, timeout=timeout, idempotent=idempotent)
        except BreakerOpen as error:
            raise Unreachable(str(error), sent=False) from error
        except Unreachable:
            self._breaker.found_away(patience)
            raise
        if response.status in AWAY:
            self._breaker.found_away(patience)
        else:
            self._breaker.found_well()
        return response
