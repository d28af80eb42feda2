"""How soon a reader is answered when something goes away: `make bench-outage`.

The platform runs behind relays. For each transport, the database or the search is refused or made silent, a reader
asks once, and then twenty times more; then everything is restored, and the reader asks until nothing is missing. The
goals are those of specs/degraded-mode.md: the first answer of an outage of the database within 1.5 s, and of later
ones 95 in 100 with at most 50 ms spent on what is away. Exits with 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import httpx

from infra.local.passages import ingest_own_documents
from infra.local.platform import Platform
from infra.local.state import State

if TYPE_CHECKING:
    from collections.abc import Generator

    from infra.local.relay import Relay
    from shared.settings import Transport

QUESTION: Final = "How do I start the platform?"
LATER: Final = 20
SETTLE_SECONDS: Final = 60.0

FIRST_GOAL: Final = {"database": 1.5, "search": 2.5}
"""Seconds for the whole answer, on this machine; the search itself is waited for two."""

LATER_GOAL: Final = 50.0
"""Milliseconds spent on what is away, of 95 in 100 answers."""

TIMED_AS: Final = {"database": "db", "search": "qdrant"}
"""What Server-Timing calls it."""


@dataclass(slots=True)
class Outages:
    """What was measured of one thing that was away in one way."""

    transport: Transport
    missing: str
    way: str
    first: list[float] = field(default_factory=list[float])
    later: list[float] = field(default_factory=list[float])
    back: list[float] = field(default_factory=list[float])

    @property
    def reached(self) -> bool:
        """Whether both goals were."""
        return max(self.first) <= FIRST_GOAL[self.missing] and percentile(self.later, 95) <= LATER_GOAL

    def __str__(self) -> str:
        cells = [
            self.transport,
            self.missing,
            self.way,
            f"{statistics.median(self.first):.2f}",
            f"{max(self.first):.2f}",
            f"{statistics.median(self.later):.1f}",
            f"{percentile(self.later, 95):.1f}",
            f"{max(self.later):.0f}",
            f"{max(self.back):.1f}",
            "yes" if self.reached else "NO",
        ]
        return f"| {' | '.join(cells)} |"


COLUMNS: Final = (
    "transport",
    "away",
    "way",
    "first answer: p50 s",
    "longest s",
    "later, ms spent on it: p50",
    "p95",
    "longest",
    "back after s",
    "reached",
)
HEAD: Final = f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}"

RESULTS: Final = Path(__file__).parent / "results" / "outage.md"
INTRODUCTION: Final = """\
# How soon a reader is answered when something goes away

Written by `make bench-outage`. "Refused" is a closed port, "silent" one that accepts connections and never answers.
Every outage is a first question and twenty later ones, and then questions until nothing is missing any more.
"""


def percentile(values: list[float], percent: int) -> float:
    """The smallest value that so many of a hundred do not exceed."""
    return sorted(values)[max(0, -(-len(values) * percent // 100) - 1)]


def main() -> int:
    """Measure; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="outages of each kind")
    rounds: int = parser.parse_args().rounds
    print(HEAD, flush=True)
    measured: list[Outages] = []
    with State.temporary() as state, Platform(state, ["http", "pooled"], breakable=True) as platform:
        ingest_own_documents(state, platform.qdrant.url)
        for transport in platform.gateways:
            measured += measure_transport(platform, transport, rounds)
    RESULTS.write_text("\n".join([INTRODUCTION, HEAD, *map(str, measured)]) + "\n", "utf-8")
    failed = sum(not each.reached for each in measured)
    slowest = max(max(each.first) for each in measured if each.missing == "database")
    figures = f"{len(measured)} kinds of outage, {rounds} of each; without a database answered within {slowest:.2f} s"
    print(f"bench-outage: {figures}; {failed} missed their goal")
    return 1 if failed else 0


def measure_transport(platform: Platform, transport: Transport, rounds: int) -> list[Outages]:
    """All that can be away, in all ways."""
    assert platform.relays is not None
    relays = {"database": platform.relays.database(transport), "search": platform.relays.qdrant}
    measured: list[Outages] = []
    with signed_up(platform, transport) as api:
        for missing, relay in relays.items():
            for way in ("refused", "silent"):
                outages = Outages(transport, missing, way)
                for _ in range(rounds):
                    go_through(api, relay, outages)
                print(outages, flush=True)
                measured.append(outages)
    return measured


def go_through(api: httpx.Client, relay: Relay, outages: Outages) -> None:
    """One outage, from one good answer to the next."""
    until_well(api)
    relay.refuse() if outages.way == "refused" else relay.accept_silently()
    began = time.perf_counter()
    answer = asked(api)
    seconds, reply = time.perf_counter() - began, answer.json()
    outages.first.append(seconds)
    if seconds > FIRST_GOAL[outages.missing]:
        print(f"too late after {seconds:.2f} s: {answer.headers['server-timing']}", flush=True)
    assert reply["degraded"] == ["database" if outages.missing == "database" else "retrieval"], reply
    outages.later += [milliseconds(asked(api), TIMED_AS[outages.missing]) for _ in range(LATER)]
    relay.restore()
    outages.back.append(until_well(api))


@contextmanager
def signed_up(platform: Platform, transport: Transport) -> Generator[httpx.Client]:
    """A client that carries the cookies of somebody who just signed up."""
    url = platform.url(transport)
    new = {"name": "Ada", "email": f"{transport}@example.com", "password": "correct horse battery"}
    with httpx.Client(base_url=url, headers={"origin": url}, timeout=30, trust_env=False) as api:
        api.post("/api/auth/sign-up/email", json=new).raise_for_status()
        yield api


def until_well(api: httpx.Client) -> float:
    """Ask until nothing is missing, the queue included; the seconds that took."""
    began = time.monotonic()
    while not (is_stored(asked(api).json()) and queue_answers(api)):
        assert time.monotonic() - began < SETTLE_SECONDS, "it does not recover"
        time.sleep(0.1)
    return time.monotonic() - began


def is_stored(reply: dict[str, Any]) -> bool:
    """Whether nothing was missing."""
    return reply["saved"] == "stored" and not reply["degraded"]


def queue_answers(api: httpx.Client) -> bool:
    """The local SQS needs some seconds to start."""
    return api.get("/health").json()["components"]["outbox"]["status"] == "ok"


def asked(api: httpx.Client) -> httpx.Response:
    """The answer to a question."""
    return api.post("/api/chat", json={"message": QUESTION}).raise_for_status()


def milliseconds(answer: httpx.Response, what: str) -> float:
    """What Server-Timing says was spent on it."""
    timings = dict(part.split(";dur=") for part in answer.headers["server-timing"].split(", "))
    return float(timings[what])


if __name__ == "__main__":
    sys.exit(main())
