"""What connections that are kept across invocations need of their sockets, whatever they speak.

Nothing here waits longer than it is told: every wait ends at a point of `time.monotonic()`.
"""

from __future__ import annotations

import math
import select
import socket
import time
from typing import TYPE_CHECKING

from shared import deadline
from shared.names import Unresolved, names
from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from shared.names import Address

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost", "db.localtest.me"})
"""The only hosts that are spoken to without TLS, and only at addresses of this machine, whatever a name server says.
The last is the name that Neon's documentation gives its proxy for local work."""

MAX_IDLE_SECONDS = 60.0
"""A connection that was idle for longer is replaced rather than trusted: load balancers forget idle connections without
telling anybody, and on a forgotten one a request waits for an answer that never comes."""

CONNECT_SECONDS = 1.2
"""How long the look-up of the name, TCP and TLS may take together. A host that is up needs two or three round trips;
one that is down shall be found out soon enough for a degraded answer within 1.5 s. Waiting for an answer is another
matter: that may take what is left."""

EACH_SECONDS = 0.3
"""For one address of several to be reached: a round trip around the world."""

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
    return _ready(fileno, events, [left(ends_at)])


def wait_for_answer(fileno: int, ends_at: float) -> None:
    """Wait until something can be read; who is to be warned before it is too late (`deadline.warning`) is.

    Raises:
        TimeoutError: There was nothing by `ends_at`.
    """
    _ready(fileno, READ, deadline.waits(ends_at))


def _ready(fileno: int, events: int, waits: Iterable[float]) -> int:
    poll = select.poll()
    poll.register(fileno, events)
    for seconds in waits:
        if ready := poll.poll(math.ceil(seconds * 1000)):
            return ready[0][1]
    raise TimeoutError("no answer in the time for this request")


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


@record
class Try:
    """One address, and until when it may be tried: to be reached at all, and to be ready after that."""

    address: Address
    reached_by: float
    ready_by: float


def tries(host: str, port: int, ends_at: float) -> Iterator[Try]:
    """Each address of the host, the one first that let us in the last time.

    A silent address cannot use up the time of the others: none but the last gets more than `EACH_SECONDS` to be
    reached. Where none was reached so, all of them get a fair share of what is left.

    Raises:
        Unresolved: It has no address, or no name server answers in time. Or it should be this machine, and is not.
    """
    found = names.addresses(host, port, left(ends_at))
    if host in LOOPBACK:
        found = [address for address in found if is_on_this_machine(address[4][0])]
    if len(found) > 1:
        for tried, address in enumerate(found):
            share = left(ends_at) / (len(found) - tried)
            yield Try(address, time.monotonic() + min(EACH_SECONDS, share), time.monotonic() + share)
    for tried, address in enumerate(found):
        until = time.monotonic() + left(ends_at) / (len(found) - tried)
        yield Try(address, until, until)


def is_on_this_machine(address: str) -> bool:
    """Whether nothing that is sent there leaves this machine."""
    return address == "::1" or address.startswith("127.")


def connect(
    host: str, port: int, ends_at: float, secured: Callable[[socket.socket], socket.socket] | None = None
) -> socket.socket:
    """A connection to the first address of the host that takes it.

    Args:
        host: A name or an address.
        port: Of TCP.
        ends_at: When to give up.
        secured: Makes an encrypted connection of one that is open; it counts as taken only after that.

    Raises:
        OSError: None did; a `TimeoutError` where the last one did not answer in time.
    """
    refused: OSError = Unresolved(f"{host} has no address")
    for each in tries(host, port, ends_at):
        try:
            taken = _connected(each, secured)
        except OSError as error:
            refused = error
            if isinstance(error, TimeoutError) and time.monotonic() >= ends_at:
                break
        else:
            names.reached(host, port, each.address)
            return taken
    raise refused


def _connected(each: Try, secured: Callable[[socket.socket], socket.socket] | None) -> socket.socket:
    family, kind, protocol, _, address = each.address
    candidate = socket.socket(family, kind, protocol)
    try:
        candidate.settimeout(left(each.reached_by))
        candidate.connect(address)
        candidate.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        candidate.settimeout(left(each.ready_by))
        return secured(candidate) if secured else candidate
    except BaseException:
        candidate.close()
        raise
