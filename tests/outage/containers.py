"""Containers that end, as Lambda ends them now and then: new ones have learned nothing yet."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import httpx

if TYPE_CHECKING:
    from infra.local.platform import Platform

PATIENCE_SECONDS: Final = 30.0


def renew(platform: Platform) -> None:
    """Replace all, those that work once they are done, and wait until none of them is left."""
    before = running(platform)
    platform.renew()
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while before & running(platform):
        assert time.monotonic() < ends_at, "the gateway does not replace its containers"
        time.sleep(0.02)


def running(platform: Platform) -> set[str]:
    """The processes that run functions."""
    found: set[str] = set()
    for gateway in platform.gateways.values():
        answer = httpx.get(f"{gateway.url}/_gateway/processes", timeout=PATIENCE_SECONDS, trust_env=False)
        found |= {pid for processes in answer.json().values() for pid in processes}
    return found
