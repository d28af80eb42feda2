"""What the rehearsal of a deployment says when the deployed API does not answer."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import repeat
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest

from infra.local.deployed_stage import NotAsPromised
from infra.local.deployment import Reader
from infra.local.ports import LOOPBACK, free_port

if TYPE_CHECKING:
    from collections.abc import Generator


def test_nobody_there_is_said_in_a_sentence() -> None:
    with pytest.raises(NotAsPromised, match=r"GET /health: no answer \(.*refused"):
        Reader(f"http://{LOOPBACK}:{free_port()}").call("GET", "/health")


def test_a_connection_that_ends_without_an_answer_is_said_in_a_sentence() -> None:
    with socket.create_server((LOOPBACK, 0)) as door:
        ending = Thread(target=_end_one, args=(door,))
        ending.start()
        with pytest.raises(NotAsPromised, match=r"GET /health: no answer \("):
            Reader(f"http://{LOOPBACK}:{door.getsockname()[1]}").call("GET", "/health")
        ending.join()


def test_what_may_be_said_twice_is_asked_again_of_a_function_that_had_not_started_in_its_time() -> None:
    with _answering(OUT_OF_TIME, OUT_OF_TIME, WELL) as url:
        assert Reader(url).call("GET", "/health") == {"status": "ok"}
    with _answering(OUT_OF_TIME, WELL) as url:
        assert Reader(url).call("POST", "/api/chat", {"message": "?"}) == {"status": "ok"}


def test_what_may_be_said_twice_is_asked_again_where_no_answer_comes() -> None:
    with _answering(NOTHING, *repeat(WELL, 500)) as url:
        assert Reader(url, seconds=0.2).call("GET", "/health") == {"status": "ok"}
    with _answering(NOTHING) as url, pytest.raises(NotAsPromised, match=r"sign-up/email: no answer \(timed out\)"):
        Reader(url, seconds=0.2).call("POST", "/api/auth/sign-up/email", {})


def test_what_may_not_be_said_twice_or_is_another_failure_is_not_asked_again() -> None:
    with _answering(OUT_OF_TIME) as url, pytest.raises(NotAsPromised, match=r"sign-up/email: 502 .*Timedout"):
        Reader(url).call("POST", "/api/auth/sign-up/email", {})
    with _answering((500, b"{}")) as url, pytest.raises(NotAsPromised, match="GET /health: 500"):
        Reader(url).call("GET", "/health")


OUT_OF_TIME = (502, b'{"errorMessage": "Task timed out after 10.00 seconds", "errorType": "Sandbox.Timedout"}')
WELL = (200, b'{"status": "ok"}')
NOTHING = (0, b"")
"""The request stays open until the server ends."""


@contextmanager
def _answering(*answers: tuple[int, bytes]) -> Generator[str]:
    """A server that gives these answers, one a request."""
    left = iter(answers)
    over = Event()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = next(left)
            if not status:
                over.wait()
                return
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 (the names that http.server looks for)

    with ThreadingHTTPServer((LOOPBACK, 0), Answer) as server:
        serving = Thread(target=server.serve_forever)
        serving.start()
        yield f"http://{LOOPBACK}:{server.server_port}"
        over.set()
        server.shutdown()
        serving.join()


def _end_one(door: socket.socket) -> None:
    connection, _ = door.accept()
    connection.close()
