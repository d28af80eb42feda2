"""Addresses of hosts: looked up in the time that a caller has, and remembered for when nobody answers.

The C library looks names up, and nothing can interrupt it, so it does that on a thread which is left behind when it
takes too long; whoever asks for the same host meanwhile waits for the same thread. Where TLS follows, a remembered
address can do no harm: the certificate is verified by the host's name.
"""

from __future__ import annotations

import socket
import threading
import time
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from shared.observability import log

if TYPE_CHECKING:
    from collections.abc import Iterator

Address: TypeAlias = tuple[Any, ...]
"""As `socket.getaddrinfo` gives it."""

Host: TypeAlias = tuple[str, int]

REMEMBERED_AFTER: Final = 0.3
"""Seconds for a look-up whose result is known from the last time."""

SILENCE_SECONDS: Final = 10.0
"""For so long after a name server was silent nobody waits for it as long as the first did."""

IN_SILENCE: Final = 0.03
"""What a look-up then may take. It goes on by itself, so that the next one finds its result."""


class Unresolved(OSError):
    """The name has no address, or nobody says which. The C library has tried again as often as it was told to."""


class _LookUp:
    """One look-up, on a thread of its own."""

    def __init__(self, host: Host) -> None:
        self.done = threading.Event()
        self.found: list[Address] = []
        self.failure: OSError | None = None
        self._host = host
        threading.Thread(target=self._run, name="look-up", daemon=True).start()

    def _run(self) -> None:
        try:
            self.found = socket.getaddrinfo(*self._host, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            self.failure = OSError(f"{type(error).__name__}: {error}")
        self.done.set()


class Names:
    """The addresses of hosts, for one process. Threads may share it."""

    def __init__(self) -> None:
        self._known: dict[Host, list[Address]] = {}
        self._reached: dict[Host, Address] = {}
        self._running: dict[Host, _LookUp] = {}
        self._silent_until = 0.0

    def addresses(self, host: str, port: int, seconds: float) -> list[Address]:
        """The addresses of a host, the one first that let us in the last time, and its families in turn.

        Raises:
            Unresolved: There are none, and none are known from before.
        """
        if is_address(host):
            return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        where = (host, port)
        try:
            self._known[where] = self.look_up(host, port, min(seconds, self._patience(where)))
        except Unresolved as error:
            if where not in self._known:
                raise
            log.warning("%s: asking for it at the addresses that it had", error)
        return sorted(_in_turn(self._known[where]), key=lambda address: address != self._reached.get(where))

    def look_up(self, host: str, port: int, seconds: float) -> list[Address]:
        """What the name servers say.

        Raises:
            Unresolved: Nothing in so many seconds, or that there is no such name.
        """
        where = (host, port)
        seconds = min(seconds, IN_SILENCE) if time.monotonic() < self._silent_until else seconds
        running = self._begun(where)
        if not running.done.wait(seconds):
            self._silent_until = time.monotonic() + SILENCE_SECONDS
            raise Unresolved(f"no name server says in {seconds:.1f} s where {host} is")
        self._running.pop(where, None)
        if running.failure or not running.found:
            raise Unresolved(f"{host}: {running.failure or 'no address'}") from running.failure
        self._silent_until = 0.0
        return running.found

    def _begun(self, where: Host) -> _LookUp:
        """The look-up that is under way, or has succeeded after whoever began it had left; else a new one."""
        running = self._running.get(where)
        if running is None or running.failure is not None:
            running = self._running[where] = _LookUp(where)
        return running

    def reached(self, host: str, port: int, address: Address) -> None:
        """Remember which address let us in."""
        self._reached[host, port] = address

    def _patience(self, where: Host) -> float:
        return REMEMBERED_AFTER if where in self._known else float("inf")


def is_address(host: str) -> bool:
    """Whether it needs no look-up."""
    return ":" in host or host.replace(".", "").isdigit()


def _in_turn(found: list[Address]) -> Iterator[Address]:
    """An address of each family, then the next of each: where a whole family is silent, one of it is (RFC 8305)."""
    families = dict.fromkeys(address[0] for address in found)
    columns = ([address for address in found if address[0] == family] for family in families)
    return (address for address in chain.from_iterable(zip_longest(*columns)) if address is not None)


names: Final = Names()
"""Those of this process."""
