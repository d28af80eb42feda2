"""A gateway in front of a folder of small functions, started for real."""

from __future__ import annotations

import json
import os
import re
import select
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.fixtures.loopback import NO_TLS

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

PROJECT = Path(__file__).resolve().parents[3]
READY_SECONDS = 120

PROBES = """
import base64, json, os, time

def whole_event(event, context):
    return {"event": event, "pid": os.getpid(), "environ": dict(os.environ),
            "left": context.get_remaining_time_in_millis(), "request": context.aws_request_id}

def sleeps(event, context):
    time.sleep(float(event["queryStringParameters"]["seconds"]))
    return {"pid": os.getpid()}

def waits(event, context):
    while not os.path.exists(event["queryStringParameters"]["for"]):
        time.sleep(0.01)
    return {"pid": os.getpid()}

def crashes(event, context):
    os._exit(7)

def raises(event, context):
    raise ValueError("as it was told to")

def returns(event, context):
    return json.loads(base64.b64decode(event["body"]) if event["isBase64Encoded"] else event["body"])

def returns_much(event, context):
    return {"statusCode": 200, "body": "x" * int(event["queryStringParameters"]["size"])}

def measures(event, context):
    return {"length": len(event["body"])}
"""

SERVICE = """
service: probes
provider:
  name: aws
  timeout: 120
  memorySize: 512
  httpApi: {cors: {allowedOrigins: ["https://book.example.org"], allowCredentials: true}}
functions:
  wholeEvent: {handler: functions/probes.whole_event, events: [{httpApi: 'GET /event'}, {httpApi: 'POST /event/{id}'}]}
  sleeps: {handler: functions/probes.sleeps, events: [{httpApi: 'GET /sleeps'}]}
  waits: {handler: functions/probes.waits, events: [{httpApi: 'GET /waits'}]}
  times-out: {handler: functions/probes.sleeps, timeout: 3, events: [{httpApi: 'GET /times-out'}]}
  crashes: {handler: functions/probes.crashes, events: [{httpApi: 'GET /crashes'}]}
  raises: {handler: functions/probes.raises, events: [{httpApi: 'GET /raises'}]}
  returns: {handler: functions/probes.returns, events: [{httpApi: 'POST /returns'}]}
  returnsMuch: {handler: functions/probes.returns_much, events: [{httpApi: 'GET /returns-much'}]}
  anything: {handler: functions/probes.whole_event, events: [{httpApi: 'ANY /anything/{path+}'}]}
  measures: {handler: functions/probes.measures, events: [{httpApi: 'POST /measures'}]}
  unloadable: {handler: functions/absent.handler, events: [{httpApi: 'GET /unloadable'}]}
"""


MODULES = {"probes.py": PROBES}


@dataclass(frozen=True)
class Gateway:
    """A gateway that runs, and a client for it."""

    process: subprocess.Popen[str]
    client: httpx.Client
    logs: Path

    def get(self, path: str) -> httpx.Response:
        return self.client.get(path)

    def post(self, path: str, **content: Any) -> httpx.Response:  # noqa: ANN401 (what httpx takes)
        return self.client.post(path, **content)

    def waits(self, file: Path) -> httpx.Response:
        """The answer of a function that waits until there is such a file."""
        return self.client.get("/waits", params={"for": str(file)})

    def figures(self, function: str) -> dict[str, int]:
        """Environments, cold starts and invocations of a function."""
        return self.get("/_gateway/functions").json()[function]

    def begun(self, function: str) -> int:
        """How many requests its processes have been given, those under way among them."""
        return sum(self.get("/_gateway/processes").json()[function].values())

    def pids(self, function: str) -> set[int]:
        """The processes that run a function."""
        return {int(pid) for pid in self.get("/_gateway/processes").json()[function]}

    def log(self, function: str) -> str:
        return (self.logs / f"{function}.log").read_text("utf-8")

    def children(self) -> list[int]:
        """The processes that run functions."""
        pid = self.process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]


@contextmanager
def running_gateway(
    folder: Path, *options: str, service: str = SERVICE, modules: Mapping[str, str] = MODULES
) -> Generator[Gateway]:
    """A gateway with these functions; stopped when the block ends."""
    _write_project(folder, service, modules)
    logs = folder / "logs"
    files = ["--serverless", folder / "serverless.yml", "--environment", folder / "environment.json", "--root", folder]
    process = subprocess.Popen(  # noqa: S603 (our own module)
        [sys.executable, "-m", "infra.local.gateway", "--port", "0", *files, "--log-dir", logs, *options],
        cwd=PROJECT,
        env=os.environ | {"DATABASE_URL": "postgresql://somebody@elsewhere/private", "AWS_PROFILE": "somebody"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        with httpx.Client(base_url=_address(process), timeout=120, verify=NO_TLS) as client:
            yield Gateway(process, client, logs)
    finally:
        _stop(process)
        assert process.stdout
        process.stdout.close()


def _write_project(folder: Path, service: str, modules: Mapping[str, str]) -> None:
    (folder / "functions").mkdir()
    (folder / "functions" / "__init__.py").touch()
    for name, text in modules.items():
        (folder / "functions" / name).write_text(text, "utf-8")
    (folder / "serverless.yml").write_text(service, "utf-8")
    (folder / "environment.json").write_text(json.dumps({"COLOUR": "blue"}), "utf-8")


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    ready, _, _ = select.select([process.stdout], [], [], READY_SECONDS)
    line = process.stdout.readline() if ready else ""
    found = re.search(r"http://\S+", line)
    assert found, f"the gateway did not say that it is ready: {line!r}"
    return found[0]


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Generator[Gateway]:
    """One for all tests of a module that leave it as it was."""
    with running_gateway(tmp_path_factory.mktemp("gateway"), "--cap", "2") as running:
        yield running


@pytest.fixture
def own_gateway(tmp_path: Path) -> Generator[Gateway]:
    """One for a test that counts processes or breaks them."""
    with running_gateway(tmp_path, "--cap", "2") as running:
        yield running
