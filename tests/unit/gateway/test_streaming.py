"""Answers that are streamed: the runtime of shared/streaming in a real process, behind the local REST API.

No test counts time: the function goes on when the test has seen what came before.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import httpx
import pytest

from infra.local.gateway.processes import module_run
from infra.local.gateway.routes import Function
from tests.unit.gateway.conftest import PROJECT, running_gateway
from tests.unit.gateway.test_execution import FAULT, eventually

if TYPE_CHECKING:
    from collections.abc import Generator

    from tests.unit.gateway.conftest import Gateway

STREAMS = """
import asyncio, json, os, pathlib, sys, time
from urllib.parse import parse_qs
from shared.app import Handler

async def app(scope, receive, send):
    asked = {name: values[0] for name, values in parse_qs(scope["query_string"].decode()).items()}
    folder = pathlib.Path(asked["folder"])
    if asked.get("fails") == "at once":
        raise ValueError("as it was told to")
    body = (await receive())["body"]
    cookies = [(b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")]
    headers = [(b"content-type", b"text/plain"), *cookies, (b"x-pid", b"%d" % os.getpid())]
    await send({"type": "http.response.start", "status": 201, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps({
        "path": scope["path"], "client": scope["client"], "route": scope["aws.event"]["routeKey"],
        "body": body.decode(), "left": scope["aws.context"].get_remaining_time_in_millis(),
    }).encode() + b"\\n", "more_body": True})
    while not (folder / "go on").exists():
        await asyncio.sleep(0.01)
    if asked.get("fails") == "later":
        raise ValueError("as it was told to")
    await send({"type": "http.response.body", "body": b"", "more_body": True})
    await send({"type": "http.response.body", "body": "\u06d4\\n".encode(), "more_body": True})
    await send({"type": "http.response.body", "body": b"end"})
    (folder / "ended").touch()

handler = Handler(app)
"""

SERVICE = """
service: probes
provider: {name: aws, timeout: 20, httpApi: {cors: {allowedOrigins: ["https://book.example.org"]}}}
functions:
  streams:
    handler: functions/streams.handler
    environment: {AWS_LAMBDA_EXEC_WRAPPER: /var/task/bootstrap}
    events: [{http: {method: post, path: api/told, response: {transferMode: STREAM}}}, {httpApi: 'GET /buffered'}]
  times-out:
    handler: functions/streams.handler
    timeout: 2
    environment: {AWS_LAMBDA_EXEC_WRAPPER: /var/task/bootstrap}
    events: [{http: {method: post, path: api/slowly, response: {transferMode: STREAM}}}]
  unloadable:
    handler: functions/absent.handler
    environment: {AWS_LAMBDA_EXEC_WRAPPER: /var/task/bootstrap}
    events: [{http: {method: post, path: api/unloadable, response: {transferMode: STREAM}}}]
"""


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Generator[Gateway]:
    folder = tmp_path_factory.mktemp("streams")
    wrapper = folder / "bootstrap"
    script = (PROJECT / "shared/streaming/bootstrap").read_text("utf-8")
    wrapper.write_text(script.replace("exec ", f"PYTHONPATH='{PROJECT}' exec "), "utf-8")
    wrapper.chmod(0o755)
    with running_gateway(folder, "--cap", "1", service=SERVICE, modules={"streams.py": STREAMS}) as running:
        yield running


@pytest.fixture(scope="module")
def forking(tmp_path_factory: pytest.TempPathFactory) -> Generator[Gateway]:
    """One whose containers are copies of a process that has imported what our runtime needs."""
    folder = tmp_path_factory.mktemp("copies")
    shutil.copy(PROJECT / "shared/streaming/bootstrap", folder / "bootstrap")
    modules = {"streams.py": STREAMS}
    with running_gateway(folder, "--fork-after", "shared.web", service=SERVICE, modules=modules) as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@contextmanager
def told(gateway: Gateway, folder: Path, fails: str = "", path: str = "/stream/api/told") -> Generator[httpx.Response]:
    """The answer, whose first part has come."""
    query = {"folder": str(folder), "fails": fails}
    text = {"content-type": "text/plain"}
    with gateway.client.stream("POST", path, params=query, content=b"asked", headers=text) as answer:
        yield answer


def test_each_part_comes_as_soon_as_the_function_has_it(gateway: Gateway, folder: Path) -> None:
    with told(gateway, folder) as answer:
        lines = answer.iter_lines()
        first = json.loads(next(lines))
        (folder / "go on").touch()  # only now: the first part did not wait for the others
        rest = list(lines)

    assert (first["path"], first["route"], first["body"]) == ("/api/told", "POST /api/told", "asked")
    assert first["client"][0] == "127.0.0.1"
    assert 0 < first["left"] <= 20_000
    assert rest == ["\u06d4", "end"]
    assert answer.status_code == 201
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert "content-length" not in answer.headers


@pytest.mark.skipif(sys.platform != "linux", reason="containers are copies on Linux alone")
def test_a_copy_streams_as_a_process_of_its_own_does(forking: Gateway, folder: Path) -> None:
    with told(forking, folder) as answer:
        first = json.loads(next(answer.iter_lines()))
        begun_as = Path(f"/proc/{answer.headers['x-pid']}/cmdline").read_text("utf-8")
        (folder / "go on").touch()

    assert (first["path"], first["body"]) == ("/api/told", "asked")
    assert "infra.local.gateway.forking" in begun_as
    assert forking.client.post("/stream/api/unloadable").json() == FAULT[1]


@pytest.mark.parametrize(
    ("script", "module"),
    [
        ('#!/bin/sh\n# why\nexec "$1" -m some.module\n', ["some.module"]),
        ('#!/bin/sh\nTZ=UTC exec "$1" -m some.module\n', []),
        ('#!/bin/sh\nexport TZ=UTC\nexec "$1" -m some.module\n', []),
        ('#!/bin/sh\nexec "$@"\n', []),
        (None, []),
    ],
)
def test_only_a_wrapper_that_does_nothing_but_run_a_module_is_replaced_by_a_copy(
    tmp_path: Path, script: str | None, module: list[str]
) -> None:
    if script is not None:
        (tmp_path / "wrapper").write_text(script, "utf-8")
    function = Function("streams", "streams", "functions/streams.handler", 20, 512, wrapper="wrapper")

    assert module_run(tmp_path, function) == module
    assert module_run(tmp_path, replace(function, wrapper=None)) == ["awslambdaric", "functions/streams.handler"]


def test_an_environment_answers_one_request_after_the_other(gateway: Gateway, folder: Path) -> None:
    (folder / "go on").touch()

    pids: set[str] = set()
    for _ in range(3):
        with told(gateway, folder) as answer:
            assert answer.read().endswith(b"end")
            pids.add(answer.headers["x-pid"])

    assert len(pids) == 1


def test_a_function_that_fails_before_its_answer_answers_500_and_goes_on(gateway: Gateway, folder: Path) -> None:
    for _ in range(2):
        answer = gateway.client.post("/stream/api/told", params={"folder": str(folder), "fails": "at once"})
        assert (answer.status_code, answer.json()) == FAULT


def test_an_answer_that_breaks_off_never_looks_whole(gateway: Gateway, folder: Path) -> None:
    with told(gateway, folder, fails="later") as answer:
        lines = answer.iter_lines()
        next(lines)
        (folder / "go on").touch()
        with pytest.raises(httpx.RemoteProtocolError):
            list(lines)


def test_an_answer_whose_function_is_killed_never_looks_whole(gateway: Gateway, folder: Path) -> None:
    with told(gateway, folder) as answer:
        lines = answer.iter_lines()
        next(lines)
        os.kill(int(answer.headers["x-pid"]), signal.SIGKILL)
        with pytest.raises(httpx.RemoteProtocolError):
            list(lines)

    with told(gateway, folder) as answer:
        (folder / "go on").touch()
        assert answer.read().endswith(b"end"), "another environment took its place"


def test_an_answer_that_takes_too_long_never_looks_whole(gateway: Gateway, folder: Path) -> None:
    with pytest.raises(httpx.RemoteProtocolError), told(gateway, folder, path="/stream/api/slowly") as answer:
        answer.read()


def test_a_function_is_not_told_that_its_client_left(gateway: Gateway, folder: Path) -> None:
    with told(gateway, folder) as answer:
        next(answer.iter_lines())
    (folder / "go on").touch()

    assert eventually((folder / "ended").exists)


def test_a_function_that_cannot_be_loaded_answers_500_and_says_why_in_its_log(gateway: Gateway) -> None:
    answer = gateway.client.post("/stream/api/unloadable", content=b"")

    assert (answer.status_code, answer.json()) == FAULT
    assert "No module named 'functions.absent'" in gateway.log("unloadable")


def test_what_streams_is_reached_under_the_base_path_alone(gateway: Gateway) -> None:
    for path in (f"/api/told?folder={uuid4()}", "/stream/buffered"):
        assert gateway.client.post(path, content=b"").status_code == 404


def test_preflights_are_answered_without_the_function(gateway: Gateway) -> None:
    asks = {"origin": "https://book.example.org", "access-control-request-method": "POST"}

    answer = gateway.client.options("/stream/api/told", headers=asks)

    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "https://book.example.org"
