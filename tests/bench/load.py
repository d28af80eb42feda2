"""A thousand readers at once on the local platform: `make bench-load`, over one transport after the other.

10,000 readers with 50 conversations of 20 messages lie in the database (ARGS="--users ..." for fewer; the first run
makes them and the next ones find them). 1,000 of them come within half a minute, and each does something every 10 to 30
seconds (tests/bench/readers.py), from an address of their own, rate limits on. Only what begins once all are there
counts. Processes of functions, at most four of each, the gateway, the stand-ins, PgBouncer, Postgres and locust itself
share the processors of this machine; what begins a process, a cold start, is reported apart.

The goals: 95 of 100 database batches and 95 of 100 requests of the history within 200 ms, and no error (exit code).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from dataclasses import asdict
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import httpx

from infra.local.passages import ingest_own_documents, is_empty
from infra.local.pgbouncer import PgBouncer
from infra.local.platform import Deployment, Platform
from infra.local.process import PROJECT, inherited_environment
from infra.local.state import State, data_folder
from shared.auth.cookies import sign
from tests.bench.crowd import Crowd, load_crowd
from tests.bench.load_page import page
from tests.bench.machine import RESULTS, machine, percentile, spread
from tests.bench.observed import Answer, Batch, answers, batches, cold_starts
from tests.bench.population import Population
from tests.bench.samples import Sample, Samples

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from shared.settings import Transport

LOCUST: Final = PROJECT / "build" / "bench" / "bin" / "locust"
SLICES: Final = 5
GOAL_MILLISECONDS: Final = 200.0
HISTORY: Final = ("list", "open", "search history")
QUESTIONS: Final = (
    "How is a conversation stored?",
    "What happens when the database is down?",
    "Which passwords are accepted?",
    "How do I deploy to AWS?",
    "What does a cold start cost?",
    "How many conversations does a reader keep?",
    "Where do secrets come from?",
    "Who won the football world cup?",
)


def main() -> int:
    """Returns 1 when a goal is missed."""
    arguments = _arguments()
    if not LOCUST.exists():
        print("locust is not installed: make bench-load does that (infra/requirements/bench.txt)", file=sys.stderr)
        return 1
    state = crowd_state()
    with state.locked():
        crowd = load_crowd(state, arguments.users, partial(print, flush=True))
        print(f"{crowd.messages:,} messages of {crowd.users:,} readers, {crowd.size / 1e9:.1f} GB", flush=True)
        transports: list[Transport] = ["http", "pooled"] if PgBouncer.installed() else ["http"]
        deployment = Deployment(address_header="x-reader-address")
        with Platform(state, transports, deployment=deployment) as platform:
            if is_empty(platform.qdrant.url):
                ingest_own_documents(state, platform.qdrant.url)
            runs = [_run(platform, each, crowd, arguments) for each in transports]
    return _conclude(crowd, runs, arguments)


def crowd_state() -> State:
    """Where the crowd stays between runs."""
    folder = data_folder(PROJECT / "build" / "crowd")
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.is_relative_to("/var/lib"):
        folder.parent.chmod(0o711)  # root's database belongs to somebody else, who has to come through
    return State(folder, ephemeral=True)


def _run(platform: Platform, transport: Transport, crowd: Crowd, arguments: argparse.Namespace) -> dict[str, Any]:
    """Let everybody in, wait, and sum up what began while all were there."""
    folder = platform.state.private_folder("locust")
    began = time.time()
    print(f"{arguments.readers} readers over {transport} ...", flush=True)
    locust = _locust(platform, transport, crowd, arguments, folder)
    try:
        with Samples(platform, transport, {"locust": locust.pid}) as samples:
            code = locust.wait(timeout=arguments.arriving + arguments.seconds + 120)
    finally:
        locust.kill()
    begin, end = began + arguments.arriving, began + arguments.arriving + arguments.seconds
    logs = platform.state.logs / f"functions-{transport}"
    found = answers(folder / f"{transport}.jsonl", begin, end, cold_starts(logs))
    measured = _summary(found, batches(logs, begin, end), (begin, end))
    told = httpx.get(f"{platform.url(transport)}/_gateway/functions", trust_env=False).json()
    return {
        "transport": transport,
        "seconds": arguments.seconds,
        "locust": code,
        **measured,
        "samples": _series(samples.between(began, end), began),
        "processor": _processor(samples.between(begin, end)),
        "functions": {name: figures for name, figures in told.items() if figures["invocations"]},
    }


def _locust(
    platform: Platform, transport: Transport, crowd: Crowd, arguments: argparse.Namespace, folder: Path
) -> subprocess.Popen[bytes]:
    """The load generator, on its way."""
    secret, population = platform.postgres.secrets.better_auth_secret, Population(1, 1)
    every = max(1, crowd.users // arguments.readers)
    tokens = [Crowd.token(1 + number * every % crowd.users) for number in range(arguments.readers)]
    told = {
        "cookies": [f"better-auth.session_token={sign(token, secret)}" for token in tokens],
        "words": [population.searched() for _ in range(500)],
        "questions": QUESTIONS,
    }
    platform.state.write("locust-readers.json", told)
    seconds = arguments.arriving + arguments.seconds
    options = ["--headless", "--only-summary", "-f", str(PROJECT / "tests/bench/readers.py"), "-t", f"{seconds}s"]
    numbers = ["-u", str(arguments.readers), "-r", "100", "--host", platform.url(transport)]
    variables = {
        "CROWD_FILE": str(platform.state.folder / "locust-readers.json"),
        "CROWD_RESULTS": str(folder / f"{transport}.jsonl"),
    }
    with (folder / f"{transport}.log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603 (our own words)
            [LOCUST, *options, *numbers], stdout=log, stderr=log, env=inherited_environment() | variables
        )


def _summary(found: list[Answer], ran: list[Batch], window: tuple[float, float]) -> dict[str, Any]:
    warm = [each for each in found if not each.cold]
    cold = sorted(each.milliseconds for each in found if each.cold)
    names = sorted({each.name for each in warm})
    routes = sorted({each.route for each in ran})
    return {
        "requests": {
            "all": _spread_of(warm, window),
            "history": _spread_of([each for each in warm if each.name in HISTORY], window),
            **{name: _spread_of([each for each in warm if each.name == name], window) for name in names},
        },
        "server": {
            name: _percentiles([each.inside for each in warm if each.name == name and not each.error]) for name in names
        },
        "batches": {
            "all": _spread_of(ran, window),
            **{route: _spread_of([each for each in ran if each.route == route], window) for route in routes},
        },
        "retried": sum(each.retried for each in ran),
        "errors": sorted({f"{each.name}: {each.error}" for each in found if each.error}),
        "error count": sum(1 for each in found if each.error),
        "cold": {"count": len(cold), "p50": percentile(cold, 0.5), "max": percentile(cold, 1)},
    }


def _spread_of(timed: Sequence[Answer | Batch], window: tuple[float, float]) -> dict[str, Any]:
    """Percentiles of all, and how the 95th differs between equal parts of the time: the noise."""
    begin, end = window
    length = (end - begin) / SLICES
    parts = [
        [each.milliseconds for each in timed if begin + part * length <= each.at < begin + (part + 1) * length]
        for part in range(SLICES)
    ]
    figures = _percentiles([each.milliseconds for each in timed])
    return figures | {"p95 of parts": spread([percentile(sorted(part), 0.95) for part in parts])}


def _percentiles(milliseconds: list[float]) -> dict[str, Any]:
    ordered = sorted(milliseconds)
    named = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
    return {"count": len(ordered), **{name: round(percentile(ordered, share), 1) for name, share in named.items()}}


def _series(samples: list[Sample], began: float) -> dict[str, list[float]]:
    """Columns, for a plot."""
    return {
        "seconds": [round(each.at - began, 1) for each in samples],
        "connections": [each.connections for each in samples],
        "active": [each.active for each in samples],
        "clients": [each.clients for each in samples],
        "waiting": [each.waiting for each in samples],
        "functions": [each.functions for each in samples],
    }


def _processor(samples: list[Sample]) -> dict[str, float]:
    """Processors that each component kept busy, on average."""
    used: dict[str, float] = {}
    for one, next_one in pairwise(samples):
        for name, seconds in next_one.processor.items():
            # a process that ended takes its seconds along
            used[name] = used.get(name, 0.0) + max(0.0, seconds - one.processor.get(name, 0.0))
    lasted = samples[-1].at - samples[0].at
    return {name: round(seconds / lasted, 2) for name, seconds in sorted(used.items(), key=lambda each: -each[1])}


def _conclude(crowd: Crowd, runs: list[dict[str, Any]], arguments: argparse.Namespace) -> int:
    missed = [f"{run['transport']}: {each}" for run in runs for each in _missed(run)]
    report = {
        "machine": machine(),
        "command": "make bench-load",
        "readers": arguments.readers,
        "crowd": asdict(crowd),
        "runs": runs,
        "missed": missed,
    }
    (RESULTS / "load.json").write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    text = page(report)
    (RESULTS / "load.md").write_text(text, "utf-8")
    print(text)
    print(f"bench-load: {'missed: ' + '; '.join(missed) if missed else 'goals met'}")
    return 1 if missed else 0


def _missed(run: dict[str, Any]) -> list[str]:
    complaints = {
        f"p95 of database batches {run['batches']['all']['p95']} ms": run["batches"]["all"]["p95"] >= GOAL_MILLISECONDS,
        f"p95 of history requests {run['requests']['history']['p95']} ms": (
            run["requests"]["history"]["p95"] >= GOAL_MILLISECONDS
        ),
        f"{run['error count']} errors": bool(run["error count"]),
        "nothing was measured": not run["requests"]["history"]["count"] or not run["batches"]["all"]["count"],
    }
    return [complaint for complaint, true in complaints.items() if true]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=10_000, help="in the database, each with a full history")
    parser.add_argument("--readers", type=int, default=1_000, help="how many of them come")
    parser.add_argument("--arriving", type=int, default=50, help="seconds until all are there, and all is warm")
    parser.add_argument("--seconds", type=int, default=150, help="how long everybody stays once all are there")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
