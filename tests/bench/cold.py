"""What a cold start costs: `make bench-cold`, every zip under AWS' Runtime Interface Emulator, beside a bare FastAPI.

All functions and the bare one are started in turns, so that whatever else the machine does slows them alike, and the
best of the starts counts: nothing makes an import faster than it is. INIT is measured twice: as the emulator says, and
as processor time of the runtime client's and the handler's imports in a process of their own, which others slow less.
Both are shown beside the bare one's; the goal is judged by processor time, because INIT is computing and nothing else,
and because wall time on a small machine tells as much of the emulator as of us.

The warm invocations are those of a signed-in reader on the local platform, whose requests nobody limits. They are
compared with the same handler called in a process of its own; of both the fastest tenth counts. From a warm invocation
is subtracted what the emulator and the runtime client take of any, which is what they add to the bare one. Nothing else
is subtracted: lines that we log and bytes that we answer cost what they cost. Between two calls in the process of its
own lies a millisecond, as between two events of the emulator: a processor that did something else meanwhile or nothing
takes 0.05 to 0.1 ms longer for the same work, which is much for a handler of 0.25 ms. What the handler takes without a
pause stands beside it.

The goals: INIT of history and accounts at most 1.25 times the bare one's, of the chat 1.4 times; a zip at most 13 MB; a
warm invocation at most 1.2 times the handler's own time. The exit code says whether they are met.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zipfile import ZipFile

import httpx

from infra.bundle import PROJECT, Bundler, Service
from infra.local.components import Deployment
from infra.local.passages import ingest_own_documents
from infra.local.platform import Platform
from infra.local.state import State
from infra.packaging.dependencies import Target, group_archive
from infra.packaging.interpreter import find_interpreter
from tests.bench.cold_results import BARE, Line, Measured, line_of, table_of, write
from tests.bench.emulated import ALONE, MACHINES, Unzipped, emulator, run

if TYPE_CHECKING:
    from collections.abc import Mapping

CACHE: Final = PROJECT / "build" / "groups"
EVENTS: Final = PROJECT / "tests" / "events"
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

PAUSE_SECONDS: Final = 0.001
IN_PROCESS: Final = """
import importlib, json, sys, time
import awslambdaric.bootstrap
from awslambdaric.lambda_context import LambdaContext
module, _, name = sys.argv[1].rpartition(".")
handler = getattr(importlib.import_module(module.replace("/", ".")), name)
init = time.process_time() * 1000
event = sys.stdin.read()
def times(pause):
    for _ in range(int(sys.argv[2]) + 1):
        deadline = int((time.time() + 29) * 1000)
        context = LambdaContext("00000000-0000-0000-0000-000000000000", None, None, deadline, None)
        read = json.loads(event)
        time.sleep(pause)
        began = time.perf_counter()
        handler(read, context)
        yield (time.perf_counter() - began) * 1000
apart = list(times(float(sys.argv[3])))
back_to_back = list(times(0)) if apart[-1] < 20 else apart  # a pause is nothing to a slow one
print("\\n" + json.dumps({"init": init, "apart": apart[1:], "back_to_back": back_to_back[1:]}))
"""


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
        functions = _unzipped(target, Path(scratch), arguments.names or _answering_readers())
        lines = _measure(functions, platform, Path(scratch), arguments)
    if not arguments.names:
        write(lines, arguments.starts)
    missed = [f"{line.name}: {', '.join(line.missed)}" for line in lines if line.missed]
    print("\n".join([table_of(lines), "", *(missed or ["every goal is met"])]))
    return 1 if missed else 0


def _answering_readers() -> list[str]:
    """The functions with a route; nobody waits for those that a queue or a schedule calls."""
    return [name for name in Service.read().handlers if "headers" in _recorded(name)]


def _recorded(name: str) -> dict[str, Any]:
    return json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))


def _platform(state: State) -> Platform:
    """Without rate limits: a function that only refuses would be fast."""
    return Platform(state, deployment=Deployment(settings={"RATE_LIMITS": "off", "USES_AN_HOUR": "0"}))


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
    client = runtime_client(target, scratch)
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


def runtime_client(target: Target, scratch: Path) -> Path:
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
    return [line_of(each, measured[each.name], measured[BARE]) for each in functions]


def _signed_in(platform: Platform) -> str:
    person = {"name": "Ada", "email": f"{uuid.uuid4()}@example.com", "password": uuid.uuid4().hex}
    url = platform.url("http")
    with httpx.Client(base_url=url, headers={"origin": url}, timeout=30, trust_env=False) as client:
        client.post("/api/auth/sign-up/email", json=person).raise_for_status()
        return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


def _event(name: str, origin: str, cookie: str) -> bytes:
    """The recorded event of a function, from a reader who is signed in on a page of the platform."""
    recorded = _recorded("healthLive" if name == BARE else name)
    if name == BARE:
        recorded["rawPath"] = recorded["requestContext"]["http"]["path"] = "/hello"
    recorded["headers"]["origin"] = origin
    recorded["cookies"] = cookie.split("; ")
    return json.dumps(recorded).encode()


def _in_process(function: Unzipped, event: bytes, environment: Mapping[str, str], invocations: int) -> dict[str, Any]:
    words = [function.python, *ALONE, "-c", IN_PROCESS, function.handler, str(invocations), str(PAUSE_SECONDS)]
    variables = function.variables(environment)
    done = subprocess.run(words, input=event, env=variables, capture_output=True, check=True, cwd=function.task)  # noqa: S603 (our own words)
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    sys.exit(main())
