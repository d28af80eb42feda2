"""What a cold start costs: `make bench-cold`, every zip under AWS' Runtime Interface Emulator, beside a bare FastAPI.

All functions and the bare one are started in turns, so that whatever else the machine does slows them alike, and the
best of the starts counts: nothing makes an import faster than it is. INIT is measured twice: as the emulator says, and
as processor time, which other programs disturb less; the goal is for the latter. The warm invocations are those of
a signed-in reader on the local platform, and are compared with the same handler called in a process of its own; of both
the fastest tenth counts, for the same reason.

The goals: INIT of history and accounts at most 1.25 times the bare one's, of the chat 1.4 times; a zip at most 13 MB; a
warm invocation at most 1.2 times the handler's own time, once what the emulator and the runtime client themselves take
is subtracted, which is what they add to the bare one. The exit code says whether they are met.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import uuid
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zipfile import ZipFile

import httpx

from infra.bundle import PROJECT, Bundler, Service
from infra.local.passages import ingest_own_documents
from infra.local.platform import Deployment, Platform
from infra.local.state import State
from infra.packaging.dependencies import Target, group_archive
from infra.packaging.interpreter import find_interpreter
from tests.bench.emulated import ALONE, MACHINES, Start, Unzipped, emulator, run

if TYPE_CHECKING:
    from collections.abc import Mapping

RESULTS: Final = Path(__file__).parent / "results"
CACHE: Final = PROJECT / "build" / "groups"
EVENTS: Final = PROJECT / "tests" / "events"
BARE: Final = "bare FastAPI"
BARE_HANDLER: Final = "functions/bare/hello.handler"
BARE_SOURCE: Final = """\
from fastapi import FastAPI
from mangum import Mangum

app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)


@app.get("/hello")
async def hello() -> dict[str, str]:
    return {"hello": "world"}


handler = Mangum(app, lifespan="off")
"""

LARGEST_MEGABYTES: Final = 13.0
WARM_GOAL: Final = 1.2

IN_PROCESS: Final = """
import importlib, json, sys, time
import awslambdaric.bootstrap
from awslambdaric.lambda_context import LambdaContext
module, _, name = sys.argv[1].rpartition(".")
handler = getattr(importlib.import_module(module.replace("/", ".")), name)
init = time.process_time() * 1000
event, times = sys.stdin.read(), []
for _ in range(int(sys.argv[2]) + 1):
    deadline = int((time.time() + 29) * 1000)
    context = LambdaContext("00000000-0000-0000-0000-000000000000", None, None, deadline, None)
    read = json.loads(event)
    began = time.perf_counter()
    handler(read, context)
    times.append((time.perf_counter() - began) * 1000)
print("\\n" + json.dumps({"init": init, "times": times[1:]}))
"""


@dataclass(frozen=True, slots=True)
class Line:
    """What was measured of one function: milliseconds and megabytes, and times the bare one's processor time.

    Attributes:
        runtime: What the emulator and the runtime client take of any invocation.
    """

    name: str
    zipped: float
    init: float
    processor: float
    times_bare: float
    goal: float | None
    warm: float
    in_process: float
    runtime: float
    peak: float

    @property
    def times_alone(self) -> float:
        """How much longer a warm invocation takes than the handler, without what the runtime takes of any function."""
        return (self.warm - self.runtime) / self.in_process

    @property
    def missed(self) -> list[str]:
        """The goals that this function misses."""
        if self.name == BARE:
            return []
        complaints = {
            f"INIT {self.times_bare:.2f} x": self.goal is not None and self.times_bare > self.goal,
            f"zip {self.zipped:.1f} MB": self.zipped > LARGEST_MEGABYTES,
            f"warm {self.times_alone:.2f} x": self.times_alone > WARM_GOAL,
        }
        return [complaint for complaint, true in complaints.items() if true]


@dataclass(slots=True)
class Measured:
    """What is known of one function so far; times are in milliseconds."""

    starts: list[Start] = field(default_factory=list[Start])
    processor: list[float] = field(default_factory=list[float])
    alone: list[float] = field(default_factory=list[float])

    def add(self, in_process: dict[str, Any]) -> None:
        """Take in what a process without Lambda around it has told."""
        self.processor.append(in_process["init"])
        self.alone += in_process["times"]

    @property
    def warm(self) -> float:
        """Of the warm invocations, what the fastest tenth takes at most."""
        return fastest_tenth([time for start in self.starts for time in start.warm])


def fastest_tenth(times: list[float]) -> float:
    """What the fastest tenth takes at most."""
    return statistics.quantiles(times, n=10)[0]


def main() -> int:
    """Measure, write the results, say what was missed."""
    arguments = _arguments()
    python = find_interpreter(Service.read().python)
    if python is None or emulator() is None:
        print("This needs AWS' Python and the AWS SAM command line: `make bench-cold` installs the latter.")
        return 2
    with tempfile.TemporaryDirectory() as scratch, State.temporary() as state, _platform(state) as platform:
        ingest_own_documents(state, platform.qdrant.url)
        target = Target(MACHINES[os.uname().machine], Service.read().python, python)
        functions = _unzipped(target, Path(scratch), arguments.names or list(Service.read().handlers))
        lines = _measure(functions, platform, Path(scratch), arguments)
    if not arguments.names:
        _write(lines, arguments.starts)
    missed = [f"{line.name}: {', '.join(line.missed)}" for line in lines if line.missed]
    print("\n".join([_table(lines), "", *(missed or ["every goal is met"])]))
    return 1 if missed else 0


def _platform(state: State) -> Platform:
    """Without rate limits: a function that only refuses would be fast."""
    return Platform(state, deployment=Deployment(settings={"RATE_LIMITS": "off"}))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.cold")
    parser.add_argument("--starts", type=int, default=9, help="cold starts of each function")
    parser.add_argument("--warm", type=int, default=30, help="invocations after each start")
    parser.add_argument("names", nargs="*", metavar="NAME", help="functions to measure, without writing results; all")
    return parser.parse_args()


def _unzipped(target: Target, scratch: Path, names: list[str]) -> list[Unzipped]:
    bare = scratch / "project"
    (bare / "functions" / "bare").mkdir(parents=True)
    for package in ("functions", "functions/bare"):
        (bare / package / "__init__.py").touch()
    (bare / "functions" / "bare" / "hello.py").write_text(BARE_SOURCE, encoding="utf-8")
    shutil.copytree(PROJECT / "infra" / "requirements", bare / "infra" / "requirements")
    client = _runtime_client(target, scratch)
    ours = Service.read().handlers
    handlers = {BARE: (bare, BARE_HANDLER)} | {name: (PROJECT, ours[name]) for name in names}
    found: list[Unzipped] = []
    for name, (root, handler) in handlers.items():
        built = Bundler(target, root=root, output=scratch / "zips", cache=CACHE).build(name, handler)
        with ZipFile(built.path) as zipped:
            zipped.extractall(scratch / "task" / name)
        assert target.python
        found.append(Unzipped(name, handler, scratch / "task" / name, built.size, target.python, client))
    return found


def _runtime_client(target: Target, scratch: Path) -> Path:
    """awslambdaric, which is no part of a zip: AWS' runtime brings it."""
    locked = (PROJECT / "infra" / "requirements" / "dev.txt").read_text(encoding="utf-8")
    pinned = re.findall(r"^(?:awslambdaric|simplejson|snapshot-restore-py)==.*(?:\n .*)*", locked, re.MULTILINE)
    requirements = scratch / "runtime.txt"
    requirements.write_text("\n".join(pinned), encoding="utf-8")
    with ZipFile(group_archive(requirements, target, CACHE)) as zipped:
        zipped.extractall(scratch / "runtime")
    return scratch / "runtime"


def _measure(functions: list[Unzipped], platform: Platform, scratch: Path, arguments: argparse.Namespace) -> list[Line]:
    environment = platform.environment("http")
    events = {each.name: _event(each.name, platform.url("http"), _signed_in(platform)) for each in functions}
    measured = {each.name: Measured() for each in functions}
    for turn in range(arguments.starts):
        for each in functions:
            event = events[each.name]
            measured[each.name].starts.append(run(each, event, environment, scratch / "log", arguments.warm))
            measured[each.name].add(_in_process(each, event, environment, arguments.warm))
        print(f"{turn + 1} of {arguments.starts} starts", file=sys.stderr)
    return [_line(each, measured[each.name], measured[BARE]) for each in functions]


def _line(function: Unzipped, measured: Measured, bare: Measured) -> Line:
    return Line(
        name=function.name,
        zipped=function.size / 1e6,
        init=min(start.init for start in measured.starts),
        processor=min(measured.processor),
        times_bare=min(measured.processor) / min(bare.processor),
        goal=_goal(function.name),
        warm=measured.warm,
        in_process=fastest_tenth(measured.alone),
        runtime=bare.warm - fastest_tenth(bare.alone),
        peak=statistics.median(start.peak for start in measured.starts),
    )


def _goal(name: str) -> float | None:
    if name == "chat":
        return 1.4
    return 1.25 if name.startswith(("auth", "conversations")) else None


def _signed_in(platform: Platform) -> str:
    person = {"name": "Ada", "email": f"{uuid.uuid4()}@example.com", "password": uuid.uuid4().hex}
    url = platform.url("http")
    with httpx.Client(base_url=url, headers={"origin": url}, timeout=30, trust_env=False) as client:
        client.post("/api/auth/sign-up/email", json=person).raise_for_status()
        return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


def _event(name: str, origin: str, cookie: str) -> bytes:
    """The recorded event of a function, from a reader who is signed in on a page of the platform."""
    recorded: dict[str, Any] = json.loads((EVENTS / f"{'healthLive' if name == BARE else name}.json").read_text())
    if name == BARE:
        recorded["rawPath"] = recorded["requestContext"]["http"]["path"] = "/hello"
    recorded["headers"]["origin"] = origin
    recorded["cookies"] = cookie.split("; ")
    return json.dumps(recorded).encode()


def _in_process(function: Unzipped, event: bytes, environment: Mapping[str, str], invocations: int) -> dict[str, Any]:
    words = [function.python, *ALONE, "-c", IN_PROCESS, function.handler, str(invocations)]
    variables = function.variables(environment)
    done = subprocess.run(words, input=event, env=variables, capture_output=True, check=True, cwd=function.task)  # noqa: S603 (our own words)
    return json.loads(done.stdout.splitlines()[-1])


def _table(lines: list[Line]) -> str:
    titles = (
        "function | zip MB | INIT ms | INIT, processor ms | x bare | goal | warm ms | handler alone ms | x | peak MB"
    )
    rows = [
        f"{line.name} | {line.zipped:.1f} | {line.init:.0f} | {line.processor:.0f} | {line.times_bare:.2f} "
        f"| {line.goal or ''} | {line.warm:.2f} | {line.in_process:.2f} | {line.times_alone:.2f} | {line.peak:.0f}"
        for line in lines
    ]
    return "\n".join([f"| {titles} |", "|---|" + "---|" * 9, *(f"| {row} |" for row in rows)])


def _write(lines: list[Line], starts: int) -> None:
    RESULTS.mkdir(exist_ok=True)
    machine = (
        f"{os.cpu_count()} processors, {os.uname().machine}, best of {starts} starts, {datetime.now(UTC):%Y-%m-%d}"
    )
    written = {"machine": machine, "lines": [asdict(line) | {"missed": line.missed} for line in lines]}
    (RESULTS / "cold.json").write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
    missed = [f"- missed: {line.name}: {', '.join(line.missed)}" for line in lines if line.missed]
    page = [
        "# Cold starts",
        "",
        f"`make bench-cold`: {machine}.",
        "",
        _table(lines),
        "",
        *(missed or ["Every goal is met."]),
    ]
    (RESULTS / "cold.md").write_text("\n".join(page) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
