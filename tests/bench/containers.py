"""Containers of the chat that have started, and answered once, before the readers of a load test come.

There are as many as questions were ever answered at once. Where a model takes five seconds, a thousand readers reach
that number by and by, with a start at each new peak: on Lambda on a processor of its own, here on those of the readers
whose answers are timed. A test that is about the database begins with all of them.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Final

import httpx

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_ROUNDS: Final = 10
SECONDS: Final = 300.0
QUESTION: Final = "How is a conversation stored?"


def all_used(url: str, cookies: Sequence[str], number: int) -> int:
    """Ask so many questions at once that each container has one, again and again until each has had one.

    Args:
        url: Of the gateway; its model must take seconds for an answer.
        cookies: Of readers.
        number: How many containers there may be.

    Returns:
        How many were used in the end.
    """
    limits = httpx.Limits(max_connections=number, max_keepalive_connections=number)
    used = 0
    with (
        httpx.Client(base_url=url, timeout=SECONDS, trust_env=False, limits=limits) as client,
        ThreadPoolExecutor(number) as asking,
    ):
        for _ in range(MOST_ROUNDS):
            list(asking.map(partial(_ask, client, cookies), range(number)))
            used = _used(client)
            if used >= number:
                break
    return used


def _ask(client: httpx.Client, cookies: Sequence[str], reader: int) -> None:
    """As that reader, from an address of its own."""
    headers = {"cookie": cookies[reader % len(cookies)], "x-reader-address": f"10.254.{reader >> 8}.{reader & 255}"}
    headers["origin"] = str(client.base_url).rstrip("/")
    client.post("/api/chat", json={"message": QUESTION}, headers=headers).raise_for_status()


def _used(client: httpx.Client) -> int:
    processes: dict[str, dict[str, int]] = client.get("/_gateway/processes").json()
    return sum(invocations > 0 for invocations in processes["chat"].values())
