"""Free TCP ports on loopback."""

from __future__ import annotations

import random
import socket
from pathlib import Path

LOOPBACK = "127.0.0.1"

LOWEST = 10_240
KERNELS_OWN = Path("/proc/sys/net/ipv4/ip_local_port_range")
USUAL_KERNELS_OWN = 32_768

_handed_out: set[int] = set()
_chance = random.SystemRandom()
"""Not the seeded generator: two test runs with one seed would want the same ports."""


def free_port(preferred: int | None = None) -> int:
    """A port that nobody listens on: `preferred` where that is free, else one that this process never got before.

    It lies below those that the kernel gives to outgoing connections, so that none of them takes it while whoever
    listens there is stopped for a moment.
    """
    if preferred is not None and _is_free(preferred):
        return preferred
    while True:
        port = _chance.randrange(LOWEST, _first_of_kernels_own())
        if port not in _handed_out and _is_free(port):
            _handed_out.add(port)
            return port


def answers(port: int, host: str = LOOPBACK) -> bool:
    """Whether somebody accepts connections there."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # as servers do: a port that only waits out old connections (TIME_WAIT) counts as free
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def _first_of_kernels_own() -> int:
    try:
        first = int(KERNELS_OWN.read_text("ascii").split()[0])
    except OSError:
        first = USUAL_KERNELS_OWN
    return first if first > 2 * LOWEST else USUAL_KERNELS_OWN
