"""What each route waits for: `make bench-flights` counts round trips, and lets each take 2, 10 and 50 ms longer.

Everything runs on this machine, where a round trip takes next to nothing; a relay in front of the database counts them
and holds them up. What a route takes longer then, in multiples of the delay, is the number of round trips that it
really waits for: two at the same time count once. A route may cost one round trip,
the chat and signing in two (exit code 1 if not).
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import httpx

from infra.local.components import Deployment
from infra.local.passages import ingest_own_documents
from infra.local.pgbouncer import PgBouncer
from infra.local.platform import Platform
from infra.local.state import State
from tests.bench.machine import RESULTS, machine, spread
from tests.bench.routes import PATIENCE_SECONDS, REQUESTS, Reader, Request

if TYPE_CHECKING:
    from infra.local.relay import Relay
    from shared.settings.database import Transport

DELAYS: Final = (2, 10, 50)
"""Milliseconds that a round trip to the database takes longer."""

REPEATS: Final = 5
CALLS: Final = 7
WARM_UP: Final = 3
MOST: Final = {"ask": 2, "ask on": 2, "sign in": 2}
"""Round trips to the database that a route may cost, where it is not one."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one request waits for, with everything warm."""

    request: str
    route: str
    transport: Transport
    database: int
    passages: int

    @property
    def most(self) -> int:
        return MOST.get(self.request, 1)


@dataclass(frozen=True, slots=True)
class Latency:
    """What a delay of the database does to a request: least, median and most of the repeats' medians.

    Attributes:
        milliseconds: Without any delay.
        multiples: By the delay, in milliseconds: how many times it the request took longer.
    """

    request: str
    transport: Transport
    milliseconds: tuple[float, float, float]
    multiples: dict[int, tuple[float, float, float]]


UNLIMITED: Final = Deployment({"USES_AN_HOUR": "0"})
"""One reader sends them all, as often as no reader may."""


def main() -> int:
    """Count, measure, write; 1 when a route waits for more than it may."""
    transports: list[Transport] = ["http", "pooled"] if PgBouncer.installed() else ["http"]
    with State.temporary() as state, Platform(state, transports, breakable=True, deployment=UNLIMITED) as platform:
        ingest_own_documents(state, platform.qdrant.url)
        costs = [cost for each in transports for cost in count(platform, each)]
        print(counts_table(costs), flush=True)
        latencies = [latency for each in transports for latency in delayed(platform, each)]
    print(latency_table(latencies))
    write(costs, latencies)
    missed = [f"{each.request} over {each.transport}: {each.database}" for each in costs if each.database > each.most]
    print(f"bench-flights: {'too many round trips: ' + ', '.join(missed) if missed else 'goal met'}")
    return 1 if missed else 0


def count(platform: Platform, transport: Transport) -> list[Cost]:
    """Round trips of every request over a transport."""
    assert platform.relays is not None
    database, passages = platform.relays.database(transport), platform.relays.qdrant
    costs: list[Cost] = []
    with ExitStack() as clients:
        reader, guest = _readers(platform, transport, clients)
        for each in REQUESTS:
            sender = guest if each.guest else reader
            for _ in range(WARM_UP):
                each.prepared(sender)()
            send = each.prepared(sender)
            with database.count() as stored, passages.count() as searched:
                send()
            route = f"{each.method} {each.path.partition('?')[0].replace('{}', '{id}')}"
            costs.append(Cost(each.name, route, transport, stored.flights, searched.flights))
    return costs


def delayed(platform: Platform, transport: Transport) -> list[Latency]:
    """How much longer the timed requests take when the database is further away."""
    assert platform.relays is not None
    relay = platform.relays.database(transport)
    with ExitStack() as clients:
        reader, guest = _readers(platform, transport, clients)
        return [_latency(each, guest if each.guest else reader, transport, relay) for each in REQUESTS if each.timed]


def _latency(request: Request, reader: Reader, transport: Transport, relay: Relay) -> Latency:
    """The delays take turns, so that whatever else the machine does meets them alike."""
    for _ in range(WARM_UP):
        request.prepared(reader)()
    repeats: list[dict[int, float]] = []
    for _ in range(REPEATS):
        times: dict[int, list[float]] = {delay: [] for delay in (0, *DELAYS)}
        for _ in range(CALLS):
            for delay, taken in times.items():
                relay.delay(delay / 2 / 1000)  # it holds up each way
                send = request.prepared(reader)
                began = time.perf_counter()
                send()
                taken.append((time.perf_counter() - began) * 1000)
        repeats.append({delay: statistics.median(taken) for delay, taken in times.items()})
    relay.delay(0)
    multiples = {delay: spread([(each[delay] - each[0]) / delay for each in repeats]) for delay in DELAYS}
    return Latency(request.name, transport, spread([each[0] for each in repeats]), multiples)


def _readers(platform: Platform, transport: Transport, clients: ExitStack) -> tuple[Reader, Reader]:
    """Somebody who is signed in, and a guest, whose client keeps no cookies."""
    url = platform.url(transport)
    one, other = (
        clients.enter_context(
            httpx.Client(base_url=url, headers={"origin": url}, timeout=PATIENCE_SECONDS, trust_env=False)
        )
        for _ in range(2)
    )
    reader = Reader(one)
    reader.sign_up()
    return reader, Reader(other)


def counts_table(costs: list[Cost]) -> str:
    """One line a route; both transports beside each other."""
    by_request: dict[str, dict[str, Cost]] = {}
    for each in costs:
        by_request.setdefault(each.request, {})[each.transport] = each
    transports = list(next(iter(by_request.values())))
    lines = [
        f"| | route | {' | '.join(f'database, {each}' for each in transports)} | passages |",
        "|---" * (3 + len(transports)) + "|",
    ]
    for name, found in by_request.items():
        flights = " | ".join(str(found[each].database) for each in transports)
        first = found[transports[0]]
        lines.append(f"| {name} | `{first.route}` | {flights} | {first.passages} |")
    return "\n".join(lines)


def latency_table(latencies: list[Latency]) -> str:
    """Multiples of each delay: the median, and least and most of the repeats."""
    heads = " | ".join(f"+{delay} ms" for delay in DELAYS)
    lines = [f"| | transport | ms without delay | {heads} |", "|---" * (3 + len(DELAYS)) + "|"]
    for each in latencies:
        cells = [f"{middle:.2f} ({least:.2f} to {most:.2f})" for least, middle, most in each.multiples.values()]
        least, middle, most = each.milliseconds
        lines.append(
            f"| {each.request} | {each.transport} | {middle:.1f} ({least:.1f} to {most:.1f}) | {' | '.join(cells)} |"
        )
    return "\n".join(lines)


def write(costs: list[Cost], latencies: list[Latency]) -> None:
    """The results, for programs and for people."""
    known: dict[str, Any] = {"machine": machine(), "command": "make bench-flights"}
    found = {"costs": [asdict(each) for each in costs], "latencies": [asdict(each) for each in latencies]}
    (RESULTS / "flights.json").write_text(json.dumps(known | found, indent=2) + "\n", "utf-8")
    page = [
        "# What each route waits for",
        "",
        f"`make bench-flights`: {machine()}.",
        "",
        "Round trips that a warm function waits for, counted by relays in front of the database and of the passages.",
        "",
        counts_table(costs),
        "",
        "How much longer a request takes when each round trip to the database takes 2, 10 or 50 ms longer, in",
        f"multiples of that delay: the median of {REPEATS} repeats with {CALLS} calls each, and the least",
        "and most of them. The relay itself takes a good half of a millisecond for each round trip, and a delay hides",
        "that. The first of the chat's two round trips passes while the passages are searched.",
        "",
        latency_table(latencies),
        "",
        "![Latency by delay](flights.png)",
    ]
    (RESULTS / "flights.md").write_text("\n".join(page) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
