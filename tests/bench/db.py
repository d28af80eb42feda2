"""What the data layer costs: `make bench-db`. Prints and writes ratios from one run; fails when a goal is missed.

Absolute times depend on the machine and on what else it does, ratios hardly: so all contenders take turns, in rounds of
random order, and each is compared with the bare client in the same round. That client runs twice: how far its second
self is from 1.00 is the noise.
"""

from __future__ import annotations

import json
import os
import platform
import random
import statistics
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import psycopg

from infra.local.pgbouncer import PgBouncer
from infra.local.postgres import Postgres
from infra.local.program import PROJECT
from infra.local.server import Server
from infra.local.state import State
from infra.migrate import migrate
from tests.contract.many_clients import run_many
from tests.contract.ways import SCRATCH

if TYPE_CHECKING:
    from collections.abc import Callable

RESULTS: Final = Path(__file__).with_name("results")
RIVALS_PYTHON: Final = PROJECT / "build" / "bench" / "bin" / "python"

ROUNDS: Final = 21
BATCHES: Final = 100
IMPORTS: Final = 9
CLIENTS: Final = 1000
REQUESTS: Final = 100
MOST: Final = 1.3
"""Goal: what a batch may cost beyond the bare client's, as a ratio."""

IMPORTED: Final[dict[str, tuple[str, bool]]] = {
    "http.client": ("import http.client, ssl, json", False),
    "ours http": ("import shared.db.http", False),
    "psycopg": ("import psycopg", False),
    "ours pooled": ("import shared.db.pooled", False),
    "neon-serverless": ("import neon_serverless", True),
    "sqlalchemy and psycopg": ("import sqlalchemy, psycopg", True),
}
"""What is imported, and whether it is a rival's. Our modules beyond the logger, which every function needs anyway."""


@dataclass(frozen=True)
class Ratio:
    """How much more than the bare client somebody takes.

    Attributes:
        median: Over all rounds.
        low: A quarter of the rounds had less.
        high: A quarter of the rounds had more.
        microseconds: Of one batch, the median.
        goal: The most that it may be; None where there is no goal.
    """

    transport: str
    name: str
    median: float
    low: float
    high: float
    microseconds: float
    goal: float | None

    @property
    def met(self) -> bool:
        return self.goal is None or self.median <= self.goal


class Contender:
    """A process that runs batches when it is told how many."""

    def __init__(self, name: str, environment: dict[str, str], *, rival: bool = False) -> None:
        python = RIVALS_PYTHON if rival else sys.executable
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(  # noqa: S603 (our own words)
            [python, "-m", "tests.bench.contender", name],
            cwd=PROJECT,
            env=environment,
            stdin=pipe,
            stdout=pipe,
            text=True,
        )
        assert self._said() == "ready", name

    def seconds(self, batches: int) -> float:
        assert self._process.stdin
        self._process.stdin.write(f"{batches}\n")
        self._process.stdin.flush()
        return float(self._said())

    def close(self) -> None:
        self._process.communicate()

    def _said(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()


def compare(transport: str, bare: str, others: dict[str, bool], environment: dict[str, str]) -> list[Ratio]:
    """Let the bare client, its second self and the others (name -> whether a rival's) take turns."""
    with ExitStack() as stack:
        contenders = {
            name: Contender(name, environment, rival=rival) for name, rival in {bare: False, **others}.items()
        }
        contenders[f"{bare}, again"] = Contender(bare, environment)
        for contender in contenders.values():
            stack.callback(contender.close)
        rounds = [_round(contenders) for _ in range(ROUNDS)]
    return [_ratio(transport, name, bare, rounds) for name in contenders]


def _round(contenders: dict[str, Contender]) -> dict[str, float]:
    order = random.sample(list(contenders), len(contenders))
    return {name: contenders[name].seconds(BATCHES) / BATCHES for name in order}


def _ratio(transport: str, name: str, bare: str, rounds: list[dict[str, float]]) -> Ratio:
    low, median, high = statistics.quantiles([each[name] / each[bare] for each in rounds], n=4)
    microseconds = statistics.median(each[name] for each in rounds) * 1e6
    goal = MOST if name == "ours" and "," not in transport else None
    return Ratio(transport, name, round(median, 2), round(low, 2), round(high, 2), round(microseconds), goal)


def import_milliseconds() -> dict[str, float]:
    """Median of a fresh process each; the logger is there already, as in every function."""
    seen: dict[str, list[float]] = {name: [] for name in IMPORTED}
    for _ in range(IMPORTS):
        for name, (code, rival) in IMPORTED.items():
            before = "" if rival else "import shared.observability; "
            timed = f"{before}import time; t = time.perf_counter(); {code}; print((time.perf_counter() - t) * 1000)"
            words = [RIVALS_PYTHON if rival else sys.executable, "-c", timed]
            said = subprocess.run(words, cwd=PROJECT, capture_output=True, text=True, check=True).stdout  # noqa: S603 (our own words)
            seen[name].append(float(said))
    return {name: round(statistics.median(each), 1) for name, each in seen.items()}


def measure(say: Callable[[str], None]) -> dict[str, Any]:
    """Everything, on servers of its own."""
    began, load = datetime.now(UTC), os.getloadavg()[0]
    with State.temporary() as state, Postgres(state) as postgres, ExitStack() as stack:
        migrate(postgres.owner_url, postgres.app_url, say=lambda _: None)
        pooler = PgBouncer(state, postgres)
        stack.callback(pooler.stop)
        pooler.start()
        server = Server("neon sql", "infra.local.neon_sql", "--postgres-port", str(pooler.port), state=state)
        stack.callback(server.stop)
        server.start()
        server.wait()
        environment = {"DATABASE_URL": pooler.app_url, "DATABASE_HTTP_ENDPOINT": f"{server.url}/sql"}
        say("comparing over HTTP ...")
        http = {"ours": False, "neon-serverless": True}
        ratios = compare("http", "bare POST", http, environment | {"DATABASE_TRANSPORT": "http"})
        say("comparing over HTTP, answered at once ...")
        canned = _canned(state, environment)
        stack.callback(canned.stop)
        alone = {"DATABASE_HTTP_ENDPOINT": f"{canned.url}/sql", "DATABASE_TRANSPORT": "http"}
        ratios += compare("http, answered at once", "bare POST", http, environment | alone)
        say("comparing through PgBouncer ...")
        pooled = {"ours": False, "sqlalchemy": True}
        ratios += compare("pooled", "bare pipeline", pooled, environment | {"DATABASE_TRANSPORT": "pooled"})
        say(f"{CLIENTS} clients with {REQUESTS} requests each ...")
        with psycopg.connect(postgres.owner_url, autocommit=True) as owner:
            owner.execute(SCRATCH)
        many = run_many(pooler.app_url, CLIENTS, REQUESTS, PROJECT)
    return {
        "date": f"{began:%Y-%m-%d}",
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "load": [round(load, 1), round(os.getloadavg()[0], 1)],
        "postgres": postgres.version,
        "ratios": ratios,
        "import_milliseconds": import_milliseconds(),
        "many_clients": many,
    }


def _canned(state: State, environment: dict[str, str]) -> Server:
    """A server that gives the stand-in's answer to the batch of this benchmark."""
    answer = state.folder / "answer.json"
    code = "import sys; from tests.bench.contender import bare_post; sys.stdout.buffer.write(bare_post()())"
    words = [sys.executable, "-c", code]
    answer.write_bytes(subprocess.run(words, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, check=True).stdout)  # noqa: S603 (our own words)
    server = Server("canned answers", "tests.bench.canned", str(answer), state=state)
    server.start()
    server.wait()
    return server


def report(measured: dict[str, Any]) -> str:
    """The results as Markdown."""
    (before, after), many = measured["load"], measured["many_clients"]
    lines = [
        "# What the data layer costs",
        "",
        f"`make bench-db` on {measured['date']}: {measured['machine']}, PostgreSQL {measured['postgres']}, with",
        "PgBouncer and the stand-in for Neon's `/sql` on the same machine. A batch is two statements in one",
        f"transaction. Load average {before} before and {after} after, of which two or so are this measurement itself.",
        "",
        "*Answered at once*: by a server that knows the answer beforehand, which shows the client alone; a real answer",
        "takes milliseconds, so that no goal is set there.",
        "",
        "| transport | client | times the bare client | half of the rounds | µs a batch | goal |",
        "|---|---|---|---|---|---|",
        *(
            f"| {each.transport} | {each.name} | {each.median:.2f} | {each.low:.2f} to {each.high:.2f} "
            f"| {each.microseconds:.0f} | {_verdict(each)} |"
            for each in measured["ratios"]
        ),
        "",
        "| import | ms |",
        "|---|---|",
        *(f"| {name} | {milliseconds} |" for name, milliseconds in measured["import_milliseconds"].items()),
        "",
        f"{CLIENTS} clients on 20 server connections, {many['requests']} batches of all sorts: {many['wrong']} saw a",
        f"wrong user, {many['failed']} failed, in {many['seconds']} s with connecting.",
    ]
    return "\n".join(lines) + "\n"


def _verdict(ratio: Ratio) -> str:
    if ratio.goal is None:
        return ""
    return f"at most {ratio.goal}: {'met' if ratio.met else 'missed'}"


def main() -> int:
    measured = measure(print)
    text = report(measured)
    print(f"\n{text}")
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "db.md").write_text(text, "utf-8")
    written = measured | {"ratios": [asdict(each) for each in measured["ratios"]]}
    (RESULTS / "db.json").write_text(json.dumps(written, indent=2) + "\n", "utf-8")
    many = measured["many_clients"]
    met = all(each.met for each in measured["ratios"]) and not many["wrong"] and not many["failed"]
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
