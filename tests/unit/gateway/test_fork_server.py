"""Environments that are copies of one process with the common imports are what processes of their own are."""

from __future__ import annotations

import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from infra.local.gateway.fork_server import LONGEST_MESSAGE
from tests.fixtures.waiting import until
from tests.unit.gateway.conftest import PROBES, SERVICE, running_gateway
from tests.unit.gateway.test_execution import is_running

if TYPE_CHECKING:
    from collections.abc import Generator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from tests.unit.gateway.conftest import Gateway

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="its sockets are Linux's")

LOOKS = """
import sys, time, random, uuid

def looks(event, context):
    print("said by", os.getpid())
    print("complained by", os.getpid(), file=sys.stderr)
    return {"pid": os.getpid(), "parent": os.getppid(), "argv": sys.argv[1:],
            "folder": os.getcwd(), "module": os.path.dirname(os.path.dirname(__file__)),
            "preloaded": "wave" in sys.modules, "zone": time.tzname[0], "open": sorted(os.listdir("/proc/self/fd")),
            "random": [random.random(), str(uuid.uuid4())], "group": os.getpgid(0), "environ": dict(os.environ),
            "children": open(f"/proc/self/task/{os.getpid()}/children").read()}

def leaves(event, context):
    raise SystemExit(3)
"""
FURTHER = """
  looks: {handler: functions/probes.looks, events: [{httpApi: 'GET /looks'}]}
  leaves: {handler: functions/probes.leaves, events: [{httpApi: 'GET /leaves'}]}
"""
OF_ONE_PROCESS = {"AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "_X_AMZN_TRACE_ID"}
BY_PYTHON = {"LC_CTYPE"}
"""What it sets for itself when it starts, where the machine does not have the language that Lambda names."""


def gateway_in(folder: Path, *options: str) -> AbstractContextManager[Gateway]:
    folder.mkdir()
    service, modules = SERVICE.rstrip() + FURTHER, {"probes.py": PROBES + LOOKS}
    return running_gateway(folder, "--cap", "2", *options, service=service, modules=modules)


@pytest.fixture(scope="module")
def forking(tmp_path_factory: pytest.TempPathFactory) -> Generator[Gateway]:
    with gateway_in(tmp_path_factory.mktemp("gateway") / "forking", "--fork-after", "wave") as gateway:
        yield gateway


def comparable(environ: dict[str, str]) -> dict[str, str]:
    return {name: "" if name in OF_ONE_PROCESS else value for name, value in environ.items() if name not in BY_PYTHON}


def looked(gateway: Gateway) -> dict[str, Any]:
    return gateway.get("/looks").json()


def test_a_copy_has_the_common_imports_and_else_what_a_process_of_its_own_has(forking: Gateway, tmp_path: Path) -> None:
    copy = looked(forking)
    with gateway_in(tmp_path / "usual") as usual:
        alone = looked(usual)
        assert looked(usual)["pid"] == alone["pid"]
    assert (copy["preloaded"], alone["preloaded"]) == (True, False)
    assert (copy["argv"], copy["zone"]) == (alone["argv"], alone["zone"])
    for each in (copy, alone):
        assert each["folder"] == each["module"] == each["environ"]["LAMBDA_TASK_ROOT"]
        assert (each["group"], each["children"]) == (each["pid"], "")
    assert comparable(copy["environ"]) == comparable(alone["environ"])
    assert len(copy["open"]) <= len(alone["open"])


def test_copies_draw_different_numbers_and_write_to_the_log_of_their_function(forking: Gateway) -> None:
    first = looked(forking)
    os.kill(first["pid"], signal.SIGKILL)
    until(lambda: first["pid"] not in forking.pids("looks"), "the gateway sees that it has ended")
    second = looked(forking)
    assert second["pid"] != first["pid"]
    assert not set(first["random"]) & set(second["random"])
    for pid in (first["pid"], second["pid"]):
        assert f"said by {pid}" in forking.log("looks")
        assert f"complained by {pid}" in forking.log("looks")


@pytest.mark.parametrize("path", ["/crashes", "/raises", "/leaves", "/unloadable"])
def test_a_copy_that_fails_is_replaced_and_the_others_go_on(forking: Gateway, path: str) -> None:
    before = looked(forking)["pid"]
    assert [forking.get(path).status_code for _ in range(2)] == [500, 500]
    assert looked(forking)["pid"] == before


def test_two_copies_work_at_once(forking: Gateway, tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as threads:
        waiting = [threads.submit(forking.waits, tmp_path / "go") for _ in range(2)]
        until(lambda: forking.begun("waits") == 2, "both wait")
        (tmp_path / "go").touch()
        pids = {each.result().json()["pid"] for each in waiting}
    assert len(pids) == 2


@pytest.mark.parametrize("killed", ["the gateway", "what it is a copy of"])
def test_no_copy_outlives_what_began_it(tmp_path: Path, killed: str) -> None:
    with gateway_in(tmp_path / "forking", "--fork-after", "wave") as gateway:
        copy = looked(gateway)
        os.kill(gateway.process.pid if killed == "the gateway" else copy["parent"], signal.SIGKILL)
        until(lambda: not is_running(copy["pid"]), "it is gone as well")


def test_the_environment_of_a_function_may_be_as_large_as_lambda_lets_it_be() -> None:
    assert LONGEST_MESSAGE > 10 * 4096, "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"
