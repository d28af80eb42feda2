"""Containers that end, as Lambda ends them now and then: new ones have learned nothing yet."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import httpx

if TYPE_CHECKING:
    from infra.local.platform import Platform

PATIENCE_SECONDS: Final = 30.0

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


def _until_gone(platform: Platform, ended: set[str]) -> None:
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while any(ended & pids for pids in running(platform).values()):
        assert time.monotonic() < ends_at, "the gateway does not replace its containers"
        time.sleep(0.02)


def running(platform: Platform) -> dict[str, set[str]]:
    """The processes that run each function."""
    found: dict[str, set[str]] = {}
    for gateway in platform.gateways.values():
        answer = httpx.get(f"{gateway.url}/_gateway/processes", timeout=PATIENCE_SECONDS, trust_env=False)
        for function, processes in answer.json().items():
            found.setdefault(function, set()).update(processes)
    return found
