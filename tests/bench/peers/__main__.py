"""The same work done otherwise, side by side: `make bench-peers` prints and writes tests/bench/results/peers.md.

Everybody is a process of its own with a kept connection, and is handed the same API Gateway events as Lambda's runtime
hands them over. They take turns, in rounds of random order, and each is compared with ours through PgBouncer in the
same round; ours runs twice, and how far its second self is from 1.00 is the noise. Before that, everybody's answers
must agree. Then all connections are led through relays, which count round trips, and make each of them 10 ms longer.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from infra.local.postgres import Postgres
from infra.local.state import State
from infra.migrate import migrate
from tests.bench.peers.contenders import COLD, CONTENDERS, FRAMEWORKS, Contender, Running
from tests.bench.peers.report import Cold, Line, page
from tests.bench.peers.servers import Servers, create_langchain_table, events
from tests.bench.population import Population

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

RESULTS: Final = Path(__file__).parents[1] / "results"
DELAY_SECONDS: Final = 0.010
WARM_UP: Final = 30
EVENTS_THAT_STAY: Final = ("get-session", "list", "open", "history read")

Round = dict[tuple[str, str], float]
"""Seconds of one request: (route, name) -> the median of that round."""


def main() -> int:
    """Measure, write the results."""
    arguments = _arguments()
    began, load = datetime.now(UTC), os.getloadavg()[0]
    with State.temporary() as state, Postgres(state) as postgres, ExitStack() as stack:
        print("filling a database ...", file=sys.stderr)
        migrate(postgres.owner_url, postgres.app_url, say=lambda _: None)
        population = Population(arguments.users, 20)
        population.load(postgres.superuser_url)
        create_langchain_table(postgres.owner_url)
        servers = Servers(state, postgres, population.sample[0], stack)
        servers.answer_at_once(state, stack)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        asked = folder / "events.json"
        asked.write_text(json.dumps(events(population.sample[0], population)), "utf-8")
        measured = _measure(servers, asked, arguments)
        measured |= {
            "date": f"{began:%Y-%m-%d}",
            "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
            "PostgreSQL": postgres.version,
            "load": [round(load, 1), round(os.getloadavg()[0], 1)],
            "rounds": [arguments.rounds, arguments.far_rounds],
            "requests": [arguments.requests, arguments.far_requests],
        }
    _write(measured)
    return 0


def _measure(servers: Servers, asked: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    print("one after the other ...", file=sys.stderr)
    with _running(CONTENDERS, asked, servers.near) as running:
        _agree(running)
        lines = _lines(CONTENDERS, _rounds(running, CONTENDERS, arguments.rounds, arguments.requests))
    print("answered at once ...", file=sys.stderr)
    with _running(FRAMEWORKS, asked, servers.near) as running:
        _agree(running)
        frameworks = _lines(FRAMEWORKS, _rounds(running, FRAMEWORKS, arguments.rounds, arguments.requests))
    print("further away ...", file=sys.stderr)
    with _running(CONTENDERS, asked, servers.far) as running:
        flights = {(route, name): servers.flights(running[name], route) for route, name in _pairs(CONTENDERS)}
        with servers.delayed(DELAY_SECONDS):
            rounds = _rounds(running, CONTENDERS, arguments.far_rounds, arguments.far_requests)
    away = {(line.route, line.name): line for line in _lines(CONTENDERS, rounds)}
    print("cold ...", file=sys.stderr)
    return {
        "lines": [_with_distance(line, flights[line.route, line.name], away[line.route, line.name]) for line in lines],
        "frameworks": frameworks,
        "cold": _cold(servers, asked, arguments.starts),
    }


def _with_distance(line: Line, flights: int, away: Line) -> Line:
    return replace(line, flights=flights, far=away.milliseconds, times_ours_far=away.times_ours)


@contextmanager
def _running(
    contenders: tuple[Contender, ...], asked: Path, environment: Callable[[Contender], dict[str, str]]
) -> Generator[dict[str, Running]]:
    """Processes of the contenders by name, warm; they end with the block."""
    with ExitStack() as stack:
        running: dict[str, Running] = {}
        for each in contenders:
            running[each.name] = Running(each, asked, environment(each))
            stack.callback(running[each.name].close)
        for route, name in _pairs(contenders):
            running[name].run(route, WARM_UP)
        yield running


def _pairs(contenders: tuple[Contender, ...]) -> list[tuple[str, str]]:
    """Each route with each who can do it; what belongs together stands together."""
    routes = dict.fromkeys(route for each in contenders for route in each.routes)
    return [(route, each.name) for route in routes for each in contenders if route in each.routes]


def _agree(running: dict[str, Running]) -> None:
    """Ask everybody the same, and compare what they say."""
    for route in EVENTS_THAT_STAY:
        said = {name: each.ask(route) for name, each in running.items() if route in each.routes}
        first = next(iter(said.values()), None)
        for name, answer in said.items():
            assert answer == first, f"{name} answers {route} otherwise: {answer} is not {first}"


def _rounds(running: dict[str, Running], contenders: tuple[Contender, ...], rounds: int, requests: int) -> list[Round]:
    pairs = _pairs(contenders)
    return [
        {
            (route, name): statistics.median(running[name].run(route, requests)["seconds"])
            for route, name in random.sample(pairs, len(pairs))
        }
        for _ in range(rounds)
    ]


def _lines(contenders: tuple[Contender, ...], rounds: list[Round]) -> list[Line]:
    baselines: dict[str, str] = {}
    for route, name in _pairs(contenders):
        baselines.setdefault(route, name)  # the first that can do it is ours
    return [_line(route, name, baselines[route], rounds) for route, name in _pairs(contenders)]


def _line(route: str, name: str, baseline: str, rounds: list[Round]) -> Line:
    ratios = [each[route, name] / each[route, baseline] for each in rounds]
    low, median, high = statistics.quantiles(ratios, n=4)
    milliseconds = statistics.median(each[route, name] for each in rounds) * 1000
    return Line(route, name, milliseconds=milliseconds, times_ours=median, low=low, high=high)


def _cold(servers: Servers, asked: Path, starts: int) -> list[Cold]:
    """Fresh processes in turns; the best start counts: nothing makes an import faster than it is."""
    contenders = [each for each in (*COLD, *FRAMEWORKS) if not each.name.endswith("again")]
    seen: dict[str, list[Cold]] = {each.name: [] for each in contenders}
    for _ in range(starts):
        for each in contenders:
            running = Running(each, asked, servers.near(each))
            [seconds] = running.run(each.routes[0], 1)["seconds"]
            running.close()
            started = running.started
            imported = started["imported"] * 1000
            seen[each.name].append(
                Cold(each.name, imported, imported + seconds * 1000, started["modules"], started["megabytes"])
            )
    return [min(starts_of_one, key=lambda cold: cold.first_answer) for starts_of_one in seen.values()]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.peers")
    parser.add_argument("--users", type=int, default=1000, help="how many there are; one of the twenty with 50 asks")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--requests", type=int, default=20, help="of a contender at a route in a round")
    parser.add_argument("--far-rounds", type=int, default=5, help="the same with 10 ms added")
    parser.add_argument("--far-requests", type=int, default=5)
    parser.add_argument("--starts", type=int, default=5, help="of each in a fresh process")
    return parser.parse_args()


def _write(measured: dict[str, Any]) -> None:
    text = page(measured)
    print(f"\n{text}")
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "peers.md").write_text(text, "utf-8")
    written = measured | {kind: [asdict(each) for each in measured[kind]] for kind in ("lines", "frameworks", "cold")}
    (RESULTS / "peers.json").write_text(json.dumps(written, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
