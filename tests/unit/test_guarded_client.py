"""While a server is away nobody waits for it, and one request at a time looks whether it is back."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from infra.local.ports import free_port
from shared import deadline
from shared.guarded_client import GuardedClient
from shared.http_client import TimedOut, Unreachable
from tests.fixtures.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

PAUSE = 1.0

SOON = 0.6
"""Seconds after which a server that never answers is given up; one that answers has longer than any machine needs."""


class Gateway(ThreadingHTTPServer):
    """Gives the answer that it is told to give, and counts."""

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Answering)
        self.status = 200
        self.asked = 0


class Answering(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Gateway)
        self.server.asked += 1
        self.send_response(self.server.status)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
        """Keep quiet."""


@contextmanager
def gateway(port: int = 0) -> Generator[Gateway]:
    with Gateway(port) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@contextmanager
def deaf() -> Generator[tuple[socket.socket, int]]:
    """A server that lets the kernel accept connections, and never reads a byte; nobody else takes its port later."""
    port = free_port()
    with socket.create_server(("127.0.0.1", port)) as listener:
        yield listener, port


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def guarded(clock: Clock) -> Callable[[int], GuardedClient]:
    return lambda port: GuardedClient(f"http://127.0.0.1:{port}", "the server", first_pause=PAUSE, clock=clock)


def post(client: GuardedClient, timeout: float = 60) -> int:
    return client.request("POST", "/", b"", {}, timeout=timeout, idempotent=True).status


def connections(listener: socket.socket) -> int:
    """How many clients have connected since this was asked last."""
    listener.settimeout(0)
    count = 0
    while True:
        try:
            listener.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1


def test_a_server_that_answers_is_simply_asked(guarded: Callable[[int], GuardedClient]) -> None:
    with gateway() as server:
        client = guarded(server.server_address[1])

        assert [post(client) for _ in range(3)] == [200] * 3
        client.close()

    assert server.asked == 3


def test_a_silent_server_is_waited_for_once_and_then_not_even_connected(
    guarded: Callable[[int], GuardedClient],
) -> None:
    with deaf() as (listener, port):
        client = guarded(port)
        with pytest.raises(TimedOut):
            post(client, SOON)
        for _ in range(20):
            with pytest.raises(Unreachable) as raised:
                post(client, SOON)
            assert not raised.value.sent

        assert connections(listener) == 1


def test_after_the_pause_one_request_looks_whether_it_is_back(
    guarded: Callable[[int], GuardedClient], clock: Clock
) -> None:
    with deaf() as (_, port):
        client = guarded(port)
        with pytest.raises(Unreachable):
            post(client, SOON)
    with gateway(port) as server:
        with pytest.raises(Unreachable):
            post(client)
        clock.now += PAUSE

        assert [post(client), post(client)] == [200, 200]
        client.close()
        assert server.asked == 2


def test_a_probe_waits_a_second_at_most(guarded: Callable[[int], GuardedClient], clock: Clock) -> None:
    with deaf() as (_, port):
        client = guarded(port)
        with pytest.raises(Unreachable):
            post(client, SOON)
        clock.now += PAUSE
        began = time.monotonic()
        with pytest.raises(TimedOut):
            post(client)

    assert 0.9 < time.monotonic() - began < 30, "of sixty seconds"


@pytest.mark.parametrize(("status", "asked"), [(502, 1), (503, 1), (504, 1), (404, 3), (429, 3), (500, 3)])
def test_a_gateway_that_has_no_server_behind_it_counts_as_away_and_a_server_that_refuses_does_not(
    guarded: Callable[[int], GuardedClient], status: int, asked: int
) -> None:
    with gateway() as server:
        server.status = status
        client = guarded(server.server_address[1])
        for number in range(3):
            if number < asked:
                assert post(client) == status
            else:
                with pytest.raises(Unreachable):
                    post(client)
        client.close()

    assert server.asked == asked


def test_whoever_is_in_a_hurry_learns_nothing_for_the_others(guarded: Callable[[int], GuardedClient]) -> None:
    with deaf() as (_, port):
        client = guarded(port)
        for _ in range(2):
            with deadline.within(0.1), pytest.raises(TimedOut):
                post(client)
        with pytest.raises(TimedOut):
            post(client, timeout=0.1)

    with gateway(port) as server:
        assert post(client) == 200
        client.close()

    assert server.asked == 1
