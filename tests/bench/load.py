"""A thousand readers at once on the local platform: `make bench-load`, over one transport after the other.

10,000 readers with 50 conversations of 20 messages lie in the database (ARGS="--users ..." for fewer; the first run
makes them and the next ones find them). 1,000 of them come within 40 seconds, and each does something every 10 to 30
seconds (tests/bench/readers.py), from an address of their own, rate limits on. Only what begins once all are there
counts. Then 2,000 come, to show where the limit is.

Processes of functions, at most four of each, the gateway, the stand-ins, PgBouncer, Postgres and locust itself share
the processors of this machine; what begins a process, a cold start, is reported apart. They are copies of one process
that has imported what they need (decision 0009): on Lambda each starts on a processor of its own, here they would take
it from those who are there.

With ARGS="--model 5" a scripted model writes the answers, five seconds each, and as many containers of the chat may run
as ARGS="--containers 40" says: all of them before the readers come (tests/bench/containers.py). Each looks for a stop
once a second, as on AWS. What comes of it is in tests/bench/results/load_by_model.md.

The goals: 95 of 100 database batches and 95 of 100 requests of the history within 200 ms, and no error (exit code).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import httpx

from infra.local.components import Deployment
from infra.local.gateway.fork_server import COMMON
from infra.local.passages import ingest_own_documents, is_empty
from infra.local.pgbouncer import PgBouncer
from infra.local.platform import Platform
from infra.local.program import PROJECT, inherited_environment
from infra.local.state import AlreadyRunning, State, data_folder
from shared.auth.browser.cookies import sign
from tests.bench.containers import all_used
from tests.bench.crowd import Crowd, load_crowd
from tests.bench.figures import processor, series, summary
from tests.bench.load_page import page
from tests.bench.machine import RESULTS, machine
from tests.bench.observed import answers, batches, cold_starts
from tests.bench.population import Population
from tests.bench.samples import Samples
from tests.fixtures.scripted_model import paced, scripted_model
from tests.outage.dying_model import SETTINGS, copied

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from shared.settings.database import Transport

LOCUST: Final = PROJECT / "build" / "bench" / "bin" / "locust"
ENTERING_SECONDS: Final = 10
"""In which locust makes all readers; each then waits up to half a minute before the first page."""

FURTHER_SECONDS: Final = 40
GOAL_MILLISECONDS: Final = 200.0
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


@dataclass(frozen=True, slots=True)
class Visit:
    """How many readers come, in how many seconds, and how long they all stay."""

    readers: int
    arriving: int
    seconds: int


def main() -> int:
    """Returns 1 when a goal is missed."""
    arguments = _arguments()
    if not LOCUST.exists():
        print("locust is not installed: make bench-load does that (infra/requirements/bench.txt)", file=sys.stderr)
        return 1
    try:
        with State(data_folder()).locked():  # `make clean-data` removes the crowd with everything else, but not now
            crowd, runs = _measure(State(data_folder() / "crowd", ephemeral=True), arguments)
    except AlreadyRunning:
        print("The platform is running. Stop it first (Ctrl-C).", file=sys.stderr)
        return 1
    return _conclude(crowd, runs, arguments)


def _measure(state: State, arguments: argparse.Namespace) -> tuple[Crowd, list[dict[str, Any]]]:
    """The crowd in the state, which stays there for the next time, and what all visits found."""
    crowd = load_crowd(state, arguments.users, partial(print, flush=True))
    print(f"{crowd.messages:,} messages of {crowd.users:,} readers, {crowd.size / 1e9:.1f} GB", flush=True)
    transports: list[Transport] = ["http", "pooled"] if PgBouncer.installed() else ["http"]
    visits = [Visit(arguments.readers[0], arguments.arriving, arguments.seconds)]
    visits += [Visit(readers, arguments.arriving, FURTHER_SECONDS) for readers in arguments.readers[1:]]
    with ExitStack() as running:
        deployment = _deployment(arguments, running)
        platform = running.enter_context(Platform(state, transports, deployment=deployment))
        if is_empty(platform.qdrant.url):
            ingest_own_documents(state, platform.qdrant.url)
        if arguments.model:
            _start_containers(platform, transports, crowd, arguments.containers)
        return crowd, [_run(platform, each, crowd, visit) for visit in visits for each in transports]


def _start_containers(platform: Platform, transports: Iterable[Transport], crowd: Crowd, number: int) -> None:
    cookies = _cookies(platform, crowd, min(number, crowd.users))
    for each in transports:
        began = time.perf_counter()
        used = all_used(platform.url(each), cookies, number)
        print(f"{used} containers of the chat over {each} in {time.perf_counter() - began:.0f} s", flush=True)


def _cookies(platform: Platform, crowd: Crowd, readers: int) -> list[str]:
    """Of so many readers, all through the crowd."""
    secret, every = platform.postgres.secrets.better_auth_secret, max(1, crowd.users // readers)
    tokens = [Crowd.token(1 + number * every % crowd.users) for number in range(readers)]
    return [f"better-auth.session_token={sign(token, secret)}" for token in tokens]


def _deployment(arguments: argparse.Namespace, running: ExitStack) -> Deployment:
    """With a model that takes its time, where that is wanted."""
    if not arguments.model:
        return Deployment(address_header="x-reader-address", fork_after=COMMON)
    model = running.enter_context(scripted_model(paced(copied, arguments.model)))
    settings = SETTINGS | {
        "MODEL_URL": model.url,
        "MODEL_FIRST_SECONDS": "20",
        "MODEL_SECONDS": "25",
        "CHAT_STOP_MILLISECONDS": "1000",  # as where each look is paid for
    }
    containers = {"chat": arguments.containers}
    return Deployment(settings, address_header="x-reader-address", containers=containers, fork_after=COMMON)


def _run(platform: Platform, transport: Transport, crowd: Crowd, visit: Visit) -> dict[str, Any]:
    """Let everybody in, wait, and sum up what began while all were there."""
    folder = platform.state.private_folder("locust")
    began = time.time()
    print(f"{visit.readers} readers over {transport} ...", flush=True)
    locust = _locust(platform, transport, crowd, visit, folder)
    try:
        with Samples(platform, transport, {"locust": locust.pid}) as samples:
            code = locust.wait(timeout=visit.arriving + visit.seconds + 120)
    finally:
        locust.kill()
    begin, end = began + visit.arriving, began + visit.arriving + visit.seconds
    logs = platform.state.logs / f"functions-{transport}"
    came = answers(folder / f"{transport}.jsonl", began, end, cold_starts(logs))
    waited = sorted(each.milliseconds - each.inside for each in came if each.name == "ask" and not each.cold)
    measured = summary(came, batches(logs, begin, end), (begin, end))
    told = httpx.get(f"{platform.url(transport)}/_gateway/functions", trust_env=False).json()
    return {
        "transport": transport,
        "readers": visit.readers,
        "seconds": visit.seconds,
        "locust": code,
        **measured,
        "waited": [waited[int(len(waited) * part)] for part in (0.5, 0.95)] if waited else [0.0, 0.0],
        "samples": series(samples.between(began, end), began),
        "processor": processor(samples.between(begin, end)),
        "functions": {name: figures for name, figures in told.items() if figures["invocations"]},
    }


def _locust(
    platform: Platform, transport: Transport, crowd: Crowd, visit: Visit, folder: Path
) -> subprocess.Popen[bytes]:
    """The load generator, on its way."""
    population = Population(1, 1)
    told = {
        "cookies": _cookies(platform, crowd, visit.readers),
        "words": [population.searched() for _ in range(500)],
        "questions": QUESTIONS,
    }
    platform.state.write("locust-readers.json", told)
    seconds = visit.arriving + visit.seconds
    rate = max(1, visit.readers // ENTERING_SECONDS)
    options = ["--headless", "--only-summary", "-f", str(PROJECT / "tests/bench/readers.py"), "-t", f"{seconds}s"]
    numbers = ["-u", str(visit.readers), "-r", str(rate), "--host", platform.url(transport)]
    variables = {
        "CROWD_FILE": str(platform.state.folder / "locust-readers.json"),
        "CROWD_RESULTS": str(folder / f"{transport}.jsonl"),
    }
    with (folder / f"{transport}.log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603 (our own words)
            [LOCUST, *options, *numbers], stdout=log, stderr=log, env=inherited_environment() | variables
        )


def _conclude(crowd: Crowd, runs: list[dict[str, Any]], arguments: argparse.Namespace) -> int:
    """The goals are for the first number of readers; more of them show where the limit is."""
    readers, name = arguments.readers[0], "load_by_model" if arguments.model else "load"
    missed = [f"{run['transport']}: {each}" for run in runs if run["readers"] == readers for each in _missed(run)]
    report = {
        "machine": machine(),
        "command": "make bench-load",
        "model": arguments.model,
        "containers": arguments.containers,
        "crowd": asdict(crowd),
        "runs": runs,
        "missed": missed,
    }
    (RESULTS / f"{name}.json").write_text(json.dumps(report) + "\n", "utf-8")
    text = page(report)
    (RESULTS / f"{name}.md").write_text(text, "utf-8")
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
    parser.add_argument("--readers", type=int, nargs="+", default=[1_000, 2_000], help="how many come; then others")
    parser.add_argument("--arriving", type=int, default=45, help="seconds until all are there, and all is warm")
    parser.add_argument("--seconds", type=int, default=90, help="how long everybody stays once all are there")
    parser.add_argument("--model", type=float, default=0, help="seconds that a scripted model takes for an answer")
    parser.add_argument("--containers", type=int, default=40, help="of the chat at most, with a model")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
