"""How soon a reader is answered when something goes away: `make bench-outage`.

The platform runs behind relays, in a network of its own where the machine allows that. For each transport, the database
or the search is refused or made silent, storage fails behind the database, the name server falls silent, or the first
address of two; a reader asks and opens the list of conversations once, and then twenty times more; then everything is
restored, and the reader asks until nothing is missing. The goals are those of specs/degraded-mode.md: the first answer
of the chat within 1.5 s and the first list within 3.5 s; of later ones 95 in 100 spend at most 50 ms on what is away.
Exits with 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import socket
import statistics
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import httpx

from infra.local.components import Deployment
from infra.local.passages import ingest_own_documents
from infra.local.platform import Platform
from infra.local.ports import LOOPBACK
from infra.local.state import State
from tests.outage import own_network
from tests.outage.containers import renew
from tests.outage.own_network import SILENT, Names, silent_at
from tests.outage.storage import Storage

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from infra.local.relay import Relay
    from shared.settings.database import Transport

QUESTION: Final = "How do I start the platform?"
LATER: Final = 20
SETTLE_SECONDS: Final = 60.0

LIST_GOAL: Final = 3.5
"""Seconds for the whole answer, on this machine."""

LATER_GOAL: Final = 50.0
"""Milliseconds spent on what is away, of 95 in 100 answers."""

DATABASE: Final = ("db",)
SEARCH: Final = ("qdrant",)
EVERYTHING: Final = ("db", "qdrant", "queue")
"""What Server-Timing calls it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One way for something to be away.

    Attributes:
        away: What is.
        way: How.
        begin: Brings it about.
        end: Undoes it.
        degraded: What the chat has to do without.
        parts: What time is spent on.
        list_status: What the list of conversations answers.
        first_goal: Seconds for the first answer of the chat.
        renews: The containers are new, and have reached nobody yet.
    """

    away: str
    way: str
    begin: Callable[[], object]
    end: Callable[[], object]
    degraded: tuple[str, ...] = ("database",)
    parts: tuple[str, ...] = DATABASE
    list_status: int = 503
    first_goal: float = 1.5
    renews: bool = False


@dataclass(slots=True)
class Outages:
    """What was measured of one kind."""

    transport: Transport
    kind: Kind
    first: list[float] = field(default_factory=list[float])
    first_list: list[float] = field(default_factory=list[float])
    later: list[float] = field(default_factory=list[float])
    back: list[float] = field(default_factory=list[float])

    @property
    def reached(self) -> bool:
        """Whether all goals were."""
        in_time = max(self.first) <= self.kind.first_goal and max(self.first_list) <= LIST_GOAL
        return in_time and percentile(self.later, 95) <= LATER_GOAL

    def __str__(self) -> str:
        cells = [
            self.transport,
            self.kind.away,
            self.kind.way,
            f"{statistics.median(self.first):.2f}",
            f"{max(self.first):.2f}",
            f"{max(self.first_list):.2f}",
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
    "first list, longest s",
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
"Storage errors" are Neon's when its storage is away: every statement ends with an internal error. New containers have
been started and have reached nobody yet; warm ones have. The silent address is the first of two.
Every outage is a first question and twenty later ones, the same with lists, and then questions until nothing is missing
any more. In each container one of the later ones may be a probe, which waits.
"""


def percentile(values: list[float], percent: int) -> float:
    """The smallest value that so many of a hundred do not exceed."""
    return sorted(values)[max(0, -(-len(values) * percent // 100) - 1)]


def main() -> int:
    """Measure; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="outages of each kind")
    rounds: int = parser.parse_args().rounds
    own_network.enter("tests.bench.outage", sys.argv[1:])
    if not own_network.inside():
        print(f"without names and silent addresses, as {own_network.REFUSED}", file=sys.stderr)
    print(HEAD, flush=True)
    measured: list[Outages] = []
    named = Deployment({"USES_AN_HOUR": "0"}, host=own_network.HOST if own_network.inside() else LOOPBACK)
    with (
        State.temporary() as state,
        Platform(state, ["http", "pooled"], breakable=True, deployment=named) as platform,
    ):
        ingest_own_documents(state, platform.qdrant.url)
        for transport in platform.gateways:
            measured += measure_transport(platform, transport, rounds)
    RESULTS.write_text("\n".join([INTRODUCTION, HEAD, *map(str, measured)]) + "\n", "utf-8")
    failed = sum(not each.reached for each in measured)
    slowest = max(max(each.first) for each in measured if each.kind.parts != SEARCH)
    figures = f"{len(measured)} kinds of outage, {rounds} of each; without a database answered within {slowest:.2f} s"
    print(f"bench-outage: {figures}; {failed} missed their goal")
    return 1 if failed else 0


def kinds(platform: Platform, transport: Transport) -> list[Kind]:
    """All that can be away, in all ways."""
    assert platform.relays is not None
    database, search = platform.relays.database(transport), platform.relays.qdrant
    storage = Storage(platform.postgres.superuser_url)
    found = [
        Kind("database", "refused", database.refuse, database.restore),
        Kind("database", "silent", database.accept_silently, database.restore),
        Kind("database", "storage errors", storage.fail, storage.restore),
    ]
    for way, begin in (("refused", search.refuse), ("silent", search.accept_silently)):
        found.append(Kind("search", way, begin, search.restore, ("retrieval",), SEARCH, 200, 2.5))
    return [*found, *(of_names(platform.relays.all()) if own_network.inside() else ())]


def of_names(relays: tuple[Relay, ...]) -> list[Kind]:
    """What can be wrong with names and addresses."""
    names, kept = Names(), list[socket.socket]()

    def hush() -> None:
        names.behave("well", SILENT, LOOPBACK)
        for relay in relays:
            kept.extend(silent_at(SILENT, relay.port))

    def restore() -> None:
        names.behave("well")
        while kept:
            kept.pop().close()

    found = [
        Kind("name server", f"{manner}, new containers", lambda manner=manner: names.behave(manner), restore,
             ("database", "retrieval"), EVERYTHING, renews=True)
        for manner in ("silent", "refused")
    ]  # fmt: skip
    found.append(Kind("name server", "silent, warm", lambda: names.behave("silent"), restore, (), (), 200))
    found.append(Kind("address", "silent, new containers", hush, restore, (), (), 200, renews=True))
    return found


def measure_transport(platform: Platform, transport: Transport, rounds: int) -> list[Outages]:
    """Every kind of outage over one transport."""
    measured: list[Outages] = []
    with signed_up(platform, transport) as api:
        for kind in kinds(platform, transport):
            outages = Outages(transport, kind)
            for _ in range(rounds):
                go_through(api, platform, outages)
            print(outages, flush=True)
            measured.append(outages)
    return measured


def go_through(api: httpx.Client, platform: Platform, outages: Outages) -> None:
    """One outage, from one good answer to the next."""
    kind = outages.kind
    until_well(api)
    if kind.renews:
        renew(platform)
        start_containers(api)
    kind.begin()
    began = time.perf_counter()
    answer = asked(api)
    outages.first.append(time.perf_counter() - began)
    assert answer.json()["degraded"] == list(kind.degraded), answer.json()
    if outages.first[-1] > kind.first_goal:
        print(f"too late after {outages.first[-1]:.2f} s: {answer.headers['server-timing']}", flush=True)
    outages.later += [milliseconds(asked(api), kind.parts) for _ in range(LATER)]
    began = time.perf_counter()
    listed = listing(api)
    outages.first_list.append(time.perf_counter() - began)
    assert listed.status_code == kind.list_status, listed.text
    outages.later += [milliseconds(listing(api), kind.parts) for _ in range(LATER)]
    kind.end()
    outages.back.append(until_well(api))


def listing(api: httpx.Client) -> httpx.Response:
    """The list of conversations, whatever is said instead."""
    return api.get("/api/conversations")


def start_containers(api: httpx.Client) -> None:
    """Start a container of either function with a request that no function gets as far as the database with."""
    assert api.post("/api/chat", json={}).status_code == httpx.codes.BAD_REQUEST
    assert api.get("/api/conversations", params={"limit": "many"}).status_code == httpx.codes.BAD_REQUEST


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
    while not (is_stored(asked(api).json()) and queue_answers(api) and listing(api).is_success):
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


def milliseconds(answer: httpx.Response, parts: tuple[str, ...]) -> float:
    """What Server-Timing says was spent on them."""
    timings = dict(part.split(";dur=") for part in answer.headers["server-timing"].split(", "))
    return sum(float(timings.get(part, 0)) for part in parts)


if __name__ == "__main__":
    sys.exit(main())
