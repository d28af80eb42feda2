"""One invocation, as AWS does it: `awslambdaric` fetches the event from the Runtime API and hands back the result.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html. The local platform has a fuller one; this one knows
nothing of routes, so that a recorded event reaches the function as it was recorded.
"""

from __future__ import annotations

import json
import queue
import subprocess
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from pathlib import Path

ALONE = ("-S", "-s", "-P", "-B")
"""No site-packages, no folder but those in PYTHONPATH, nothing written: what is not in the zip cannot be imported."""

SECONDS = 29
"""The timeout in serverless.yml."""


SHOW_IMPORTS_AND_START = """
import gc, importlib, json, pathlib, runpy, sys
handler, report = sys.argv[1:]
happened = set()
sys.addaudithook(lambda event, _: happened.add(event))
importlib.import_module(handler.rpartition(".")[0].replace("/", "."))
modules = {name: getattr(module, "__file__", None) for name, module in sys.modules.items()}
shown = {"modules": modules, "standard_library": sys.base_prefix, "happened": sorted(happened)}
shown["collections"] = sum(each["collections"] for each in gc.get_stats())
pathlib.Path(report).write_text(json.dumps(shown))
sys.argv[1:] = [handler]
runpy.run_module("awslambdaric", run_name="__main__")
"""
"""Loads the handler as the runtime client does, a moment before it, and says what that brought about."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one start and one event.

    Attributes:
        kind: `response`, or else the kind of failure.
        body: What the function returned, or what the runtime client said of the failure.
        modules: What was imported with the handler, and from which file.
        standard_library: Where that of the function's Python lies.
        happened: Audit events while the handler was imported.
        collections: How often garbage was looked for until then.
        log: What the function wrote.
    """

    kind: str
    body: bytes
    modules: dict[str, str | None]
    standard_library: str
    happened: list[str]
    collections: int
    log: str

    @property
    def answer(self) -> Any:  # noqa: ANN401 (a function may return anything)
        """What the function returned, decoded; fails with its log when it crashed, raised or took too long."""
        assert self.kind == "response", f"{self.kind} {self.body!r}\n{self.log}"
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Function:
    """An unzipped function and what it runs on."""

    python: Path
    task: Path
    runtime_client: Path
    handler: str

    def invoke(self, event: bytes, environment: Mapping[str, str]) -> Trial:
        """Start the function, give it the event, and end it."""
        log_file, report = self.task.with_suffix(".log"), self.task.with_suffix(".json")
        with _runtime_api(event) as api, log_file.open("wb") as log:
            words = [self.python, *ALONE, "-c", SHOW_IMPORTS_AND_START, self.handler, report]
            variables = {**environment, **self._reserved(api)}
            process = subprocess.Popen(words, cwd=self.task, env=variables, stdout=log, stderr=log)  # noqa: S603 (our own words)
            try:
                kind, body = api.outcomes.get(timeout=SECONDS)
            except queue.Empty:
                kind, body = "timeout", b""
            finally:
                process.kill()
                process.wait()
        assert report.exists(), f"the handler cannot be imported alone\n{log_file.read_text()}"
        return Trial(kind, body, **json.loads(report.read_text()), log=log_file.read_text())

    def _reserved(self, api: RuntimeApi) -> dict[str, str]:
        return {
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
            "AWS_LAMBDA_FUNCTION_NAME": self.task.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server_port}",
            "LAMBDA_TASK_ROOT": str(self.task),
            "PYTHONPATH": f"{self.task}:{self.runtime_client}",
        }


class RuntimeApi(ThreadingHTTPServer):
    """Has one event, and keeps whoever asks for a second one waiting."""

    daemon_threads = True

    def __init__(self, event: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Call)
        self.events: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self.outcomes: queue.SimpleQueue[tuple[str, bytes]] = queue.SimpleQueue()
        self.events.put(event)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: the process is killed while it waits for its next event."""


class _Call(BaseHTTPRequestHandler):
    server: RuntimeApi  # pyright: ignore[reportIncompatibleVariableOverride] (this handler serves no other)

    def do_GET(self) -> None:
        event = self.server.events.get()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(event)))
        self.send_header("Lambda-Runtime-Aws-Request-Id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
        self.send_header("Lambda-Runtime-Deadline-Ms", str(int((time.time() + SECONDS) * 1000)))
        self.send_header(
            "Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:123456789012:function:recorded"
        )
        self.send_header("Lambda-Runtime-Trace-Id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0")
        self.end_headers()
        self.wfile.write(event)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.server.outcomes.put((self.path.rpartition("/")[2], body))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class names it so)
        """Say nothing: pytest's output is for results."""


@contextmanager
def _runtime_api(event: bytes) -> Generator[RuntimeApi]:
    with RuntimeApi(event) as api:
        thread = threading.Thread(target=api.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield api
        finally:
            api.shutdown()
            thread.join()
