"""Containers that end, as Lambda ends them now and then: new ones have learned nothing yet."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from tests.fixtures.loopback import get

if TYPE_CHECKING:
    from infra.local.platform import Platform
    from infra.local.server import Server
    from shared.settings.database import Transport

PATIENCE_SECONDS: Final = 120.0

ASK_THE_QUEUE: Final = {"chat", "chatStream", "health", "outboxReplay"}


def renew(platform: Platform) -> None:
    """Replace all, those that work once they are done, and wait until none of them is left."""
    before = running(platform)
    platform.renew()
    _until_gone(platform, {pid for pids in before.values() for pid in pids})


def forget_the_queue(platform: Platform) -> None:
    """End the containers of functions that ask the queue: for seconds after a failure they would not."""
    ended = {pid for function, pids in running(platform).items() if function in ASK_THE_QUEUE for pid in pids}
    for pid in ended:
        with suppress(ProcessLookupError):  # the gateway has made room for others
            os.kill(int(pid), signal.SIGKILL)
    _until_gone(platform, ended)


def end_twins(platform: Platform, transport: Transport, functions: set[str]) -> set[str]:
    """End the containers of each of these functions that has more than one; which functions these were.

    Who asks such a function meets any of them, and each has learned something else.
    """
    processes = _processes(platform.gateways[transport])
    doubled = {function for function in functions if len(processes.get(function, ())) > 1}
    ended = {pid for function in doubled for pid in processes[function]}
    for pid in ended:
        with suppress(ProcessLookupError):  # as above
            os.kill(int(pid), signal.SIGKILL)
    _until_gone(platform, ended)
    return doubled


def _until_gone(platform: Platform, ended: set[str]) -> None:
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while any(ended & pids for pids in running(platform).values()):
        assert time.monotonic() < ends_at, "the gateway does not replace its containers"
        time.sleep(0.02)


def running(platform: Platform) -> dict[str, set[str]]:
    """The processes that run each function."""
    found: dict[str, set[str]] = {}
    for gateway in platform.gateways.values():
        for function, processes in _processes(gateway).items():
            found.setdefault(function, set()).update(processes)
    return found


def _processes(gateway: Server) -> dict[str, dict[str, int]]:
    """Of each function, how often each of its processes was asked."""
    return get(f"{gateway.url}/_gateway/processes").json()
