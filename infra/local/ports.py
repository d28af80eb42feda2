"""Free TCP ports on loopback."""

from __future__ import annotations

import random
import socket
from pathlib import Path

LOOPBACK = "127.0.0.1"

LOWEST = 10_240
KERNELS_OWN = Path("/proc/sys/net/ipv4/ip_local_port_range")
USUAL_KERNELS_OWN = 32_768

BLOCK = 100
"""Ports that a process claims at a time, so that no other one is about to listen on them."""

_handed_out: set[int] = set()
_left: list[int] = []
_chance = random.SystemRandom()
"""Not the seeded generator: two test runs with one seed would want the same ports."""


def free_port(preferred: int | None = None) -> int:
    """A port that nobody listens on: `preferred` where that is free, else one that nobody else gets.

    It lies below those that the kernel gives to outgoing connections, so that none of them takes it while whoever
    listens there is stopped for a moment.
    """
    if preferred is not None and _is_free(preferred):
        return preferred
    while True:
        if not _left:
            _left.extend(_more_ports())
        port = _left.pop()
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


def _more_ports() -> list[int]:
    """A block that is now ours; where none can be claimed, any ports."""
    blocks = range(LOWEST // BLOCK + 1, _first_of_kernels_own() // BLOCK)
    block = next((block for block in _chance.sample(blocks, len(blocks)) if _claimed(block)), None)
    if block is None:
        return [_chance.randrange(LOWEST, _first_of_kernels_own())]
    return _chance.sample(range(block * BLOCK, (block + 1) * BLOCK), BLOCK)


def _claimed(block: int) -> bool:
    """Whether this process got it, until it ends.

    In Linux, a socket whose name begins with a zero byte is no file: one process has the name, and it lasts as long as
    that does, in the network that the ports belong to.
    """
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        claim.bind(f"\0docs-chatbot ports {block}")
    except OSError:
        claim.close()
        return False
    claim.detach()  # nobody closes it
    return True


def _first_of_kernels_own() -> int:
    try:
        first = int(KERNELS_OWN.read_text("ascii").split()[0])
    except OSError:
        first = USUAL_KERNELS_OWN
    return first if first > 2 * LOWEST else USUAL_KERNELS_OWN
