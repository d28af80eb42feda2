"""What connections that are kept across invocations need of their sockets, whatever they speak.

Nothing here waits longer than it is told: every wait ends at a point of `time.monotonic()`.
"""

from __future__ import annotations

import math
import select
import socket
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
"""The only hosts that are spoken to without TLS."""

MAX_IDLE_SECONDS = 60.0
"""A connection that was idle for longer is replaced rather than trusted: load balancers forget idle connections without
telling anybody, and on a forgotten one a request waits for an answer that never comes."""

CONNECT_SECONDS = 1.2
"""How long TCP and TLS may take. A host that is up needs two or three round trips; one that is down shall be found out
soon enough for a degraded answer within 1.5 s. Waiting for an answer is another matter: that may take what is left."""

READ = select.POLLIN
WRITE = select.POLLOUT


def left(ends_at: float) -> float:
    """Seconds until `ends_at`.

    Raises:
        TimeoutError: There are none.
    """
    seconds = ends_at - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("the time for this request is over")
    return seconds


def wait(fileno: int, events: int, ends_at: float) -> int:
    """Wait until the socket is ready for one of the events (READ, WRITE), and say for which.

    Raises:
        TimeoutError: It was not ready by `ends_at`.
    """
    poll = select.poll()
    poll.register(fileno, events)
    ready = poll.poll(math.ceil(left(ends_at) * 1000))
    if not ready:
        raise TimeoutError("no answer in the time for this request")
    return ready[0][1]


def reusable(fileno: int, last_used: float) -> bool:
    """Whether an idle connection can be trusted with another request. It costs a microsecond and no round trip.

    Args:
        fileno: Its socket.
        last_used: `time.time()` of its last use. Wall-clock time, because Lambda freezes the sandbox between
            invocations, and a monotonic clock may stand still meanwhile; the other side's clock does not.
    """
    return 0 <= time.time() - last_used < MAX_IDLE_SECONDS and is_quiet(fileno)


def is_quiet(fileno: int) -> bool:
    """Whether nothing is readable: on an idle connection, what can be read is the other side's goodbye."""
    poll = select.poll()
    poll.register(fileno, READ)
    return not poll.poll(0)


def addresses(host: str, port: int, ends_at: float) -> Iterator[tuple[tuple[Any, ...], float]]:
    """Each address of the host (as `socket.getaddrinfo` gives it) and the time until which it may be tried.

    Every address gets a fair share of the time that is left, so that one silent address cannot use up all of it.
    Looking up the name is the C library's and cannot be interrupted; `RES_OPTIONS=timeout:1 attempts:2` bounds it.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for tried, address in enumerate(found):
        yield address, time.monotonic() + left(ends_at) / (len(found) - tried)


def connect(host: str, port: int, ends_at: float) -> socket.socket:
    """A TCP connection to the first address of the host that takes it.

    Raises:
        OSError: None did; a `TimeoutError` where the last one did not answer in time.
    """
    refused: OSError = OSError(f"{host} has no address")
    for (family, kind, protocol, _, address), until in addresses(host, port, ends_at):
        candidate = socket.socket(family, kind, protocol)
        try:
            candidate.settimeout(left(until))
            candidate.connect(address)
            candidate.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            candidate.close()
            refused = error
        else:
            return candidate
    raise refused
