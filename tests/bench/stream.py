"""How soon what is written reaches the client, and a stop the writer: `make bench-stream`.

A writer with a script runs in the runtime loop of the functions, behind the local gateway, on the real tables. Measured
are the way of a unit from the writer to the client; that of a stop from the client, through the database, to the writer
in another process; and the memory of the process that has streamed a thousand answers. The times are those of this
machine. Exits with 1 when a goal is missed.
"""

from __future__ import annotations

import json
import secrets
import statistics
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import httpx
import psycopg

from infra.local.platform import Platform
from infra.local.program import PROJECT
from infra.local.server import Server
from infra.local.state import State
from shared.auth.browser.cookies import sign
from shared.uuid7 import uuid7
from tests.bench.machine import machine, percentile
from tests.outage.soak import NEW_SESSION, NEW_USER

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

UNITS: Final = 200
STOPS: Final = 20
FEW: Final = 10
MANY: Final = 1_000
UNIT_GOAL: Final = 30.0
STOP_GOAL: Final = 200.0
MEMORY_GOAL: Final = 5.0
"""Milliseconds of 95 in 100 units, milliseconds of the slowest stop, megabytes."""

SERVICE: Final = """
service: bench
provider: {name: aws, timeout: 29, memorySize: 1024}
functions:
  chatStream:
    handler: tests/bench/stream_function.handler
    environment: {AWS_LAMBDA_EXEC_WRAPPER: /var/task/shared/streaming/bootstrap}
    events: [{http: {method: POST, path: api/chat, response: {transferMode: STREAM}}}]
  chatStop:
    handler: functions/chat/stop.handler
    events: [{httpApi: 'POST /api/chat/{id}/stop'}]
"""


def main() -> int:
    """Measure all three; the exit code."""
    print(f"bench-stream: {machine()}", flush=True)
    with (
        State.temporary() as state,
        Platform(state, ["pooled"]) as platform,
        tempfile.TemporaryDirectory() as folder,
        gateway(platform, Path(folder)) as api,
    ):
        reader = sign_in(platform)
        stop(api, reader)  # starts the processes
        ways = units(api)
        stops = [stop(api, reader) for _ in range(STOPS)]
        grown = memory(api)
    return report(ways, stops, grown)


@contextmanager
def gateway(platform: Platform, folder: Path) -> Generator[httpx.Client]:
    """A client of the function with its writer, and of the stop, behind a gateway of their own."""
    (folder / "serverless.yml").write_text(SERVICE, encoding="utf-8")
    (folder / "environment.json").write_text(
        json.dumps(platform.environment("pooled") | {"RATE_LIMITS": "off"}), encoding="utf-8"
    )
    files = ("--serverless", folder / "serverless.yml", "--environment", folder / "environment.json")
    options = (*files, "--root", PROJECT, "--cap", "1")
    server = Server("bench gateway", "infra.local.gateway", *options, state=platform.state)
    server.start()
    try:
        server.wait()
        with httpx.Client(base_url=server.url, timeout=60, trust_env=False) as api:
            yield api
    finally:
        server.stop()


def sign_in(platform: Platform) -> dict[str, str]:
    """The cookie of somebody who has just signed in."""
    token, user = secrets.token_urlsafe(24), "bench-stream"
    with psycopg.connect(platform.postgres.superuser_url) as connection:
        connection.execute(NEW_USER, (user, "bench@example.com"))
        connection.execute(NEW_SESSION, ("bench-session", token, user))
    return {"cookie": f"better-auth.session_token={sign(token, platform.postgres.secrets.better_auth_secret)}"}


def told(api: httpx.Client, body: dict[str, str], headers: dict[str, str]) -> Iterator[tuple[str, Any, int]]:
    """Each event with the time at which it came."""
    name = ""
    with api.stream(
        "POST", "/stream/api/chat", json=body, headers={"accept": "text/event-stream", **headers}
    ) as answer:
        answer.raise_for_status()
        for line in answer.iter_lines():
            kind, _, text = line.partition(": ")
            if kind == "event":
                name = text
            elif kind == "data" and name == "error":
                raise RuntimeError(text)
            elif kind == "data":
                yield name, json.loads(text), time.time_ns()


def ask(api: httpx.Client, message: str, headers: dict[str, str]) -> list[tuple[str, Any, int]]:
    """A whole answer."""
    events = list(told(api, {"message": message}, headers))
    assert events[-1][0] == "done", events[-1]
    return events


def units(api: httpx.Client) -> list[float]:
    """Milliseconds that each unit took from the writer to here."""
    events = ask(api, f"{UNITS} units 10 ms apart", {})
    return [(at - int(data["text"].split()[1])) / 1e6 for name, data, at in events if name == "delta"]


def stop(api: httpx.Client, reader: dict[str, str]) -> float:
    """Milliseconds from the request to stop until the writer is stopped."""
    question = {"message": "2000 units 10 ms apart", "messageId": str(uuid7())}
    address = f"/api/chat/{question['messageId']}/stop"
    asked, stopping = 0, threading.Thread(target=lambda: api.post(address, headers=reader).raise_for_status())
    for name, data, _ in told(api, question, reader):
        if name == "delta" and not asked and data["text"].startswith("5 "):
            asked = time.time_ns()
            stopping.start()
        if name == "done":
            stopping.join()
            assert data["status"] == "stopped", data
            return (int(data["answer"].rpartition(" ")[2]) - asked) / 1e6
    raise AssertionError("the stream ended without its end")


def memory(api: httpx.Client) -> float:
    """Megabytes that the peak of the process has grown by between ten streamed answers and a thousand."""
    for _ in range(FEW):
        ask(api, "20 units 0 ms apart", {})
    before = peak(api)
    for _ in range(MANY - FEW):
        ask(api, "20 units 0 ms apart", {})
    return peak(api) - before


def peak(api: httpx.Client) -> float:
    """Megabytes of the one process that streams."""
    [pid] = api.get("/_gateway/processes").json()["chatStream"]
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


def report(ways: list[float], stops: list[float], grown: float) -> int:
    """Print the figures; the exit code."""
    ordered = sorted(ways)
    p50, p95 = percentile(ordered, 0.5), percentile(ordered, 0.95)
    slowest, usual = max(stops), statistics.median(stops)
    print(f"  a unit, from the writer to the client ({len(ways)}): p50 {p50:.1f} ms, p95 {p95:.1f} ms")
    print(f"  a stop, from the client to the writer ({len(stops)}): p50 {usual:.0f} ms, at most {slowest:.0f} ms")
    print(f"  peak memory after {MANY:,} streams above that after {FEW}: {grown:.1f} MB")
    missed = [
        goal
        for goal, ok in {
            f"p95 of a unit below {UNIT_GOAL:.0f} ms": p95 <= UNIT_GOAL,
            f"a stop within {STOP_GOAL:.0f} ms": slowest <= STOP_GOAL,
            f"at most {MEMORY_GOAL:.0f} MB": grown <= MEMORY_GOAL,
        }.items()
        if not ok
    ]
    for goal in missed:
        print(f"  MISSED: {goal}")
    figures = f"unit p95 {p95:.1f} ms, stop at most {slowest:.0f} ms, memory {grown:+.1f} MB"
    print(f"bench-stream: {figures}, {len(missed)} goals missed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
