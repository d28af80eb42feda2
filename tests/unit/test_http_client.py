"""The client against servers that misbehave in one way each, on real sockets."""

from __future__ import annotations

import contextlib
import socket
import ssl
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from shared import deadline, http_client, sockets
from shared.errors import Misconfigured
from shared.http_client import AnswerTooLarge, HttpClient, TimedOut, Unreachable
from tests.unit.certificates import self_signed

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

LATE_SECONDS = 15.0
"""Whoever has not given up by then waited for the other side; a machine that stands still for seconds is no reason."""

LONG_SECONDS = 60.0
"""What is given to whoever needs milliseconds, and more than LATE_SECONDS to whoever should not take it."""

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
SLOW_HEAD = b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200


class Server:
    """Accepts connections on loopback and plays one script for each; a script gets the socket and may misbehave."""

    def __init__(self, *scripts: Callable[[socket.socket], None]) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.origin = f"http://127.0.0.1:{self.port}"
        self.accepted = 0
        self.requests: list[bytes] = []
        self.open: list[socket.socket] = []
        self.thread = threading.Thread(target=self._serve, args=(scripts,))
        self.thread.start()

    def _serve(self, scripts: tuple[Callable[[socket.socket], None], ...]) -> None:
        for script in scripts:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.accepted += 1
            self.open.append(connection)
            with contextlib.suppress(OSError):
                script(connection)

    def close(self) -> None:
        with contextlib.suppress(OSError):  # wakes the thread up where that takes a shutdown
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for connection in self.open:
            connection.close()
        self.thread.join(LONG_SECONDS)


def read_request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536) or b"\r\n\r\n"
    head, _, body = received.partition(b"\r\n\r\n")
    length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length")), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def answers(*replies: bytes, then_close: bool = False) -> Callable[[socket.socket], None]:
    def script(connection: socket.socket) -> None:
        for reply in replies:
            read_request(connection)
            connection.sendall(reply)
        if then_close:
            connection.close()

    return script


def deaf(connection: socket.socket) -> None:
    while connection.recv(100_000):
        pass


def wait_for(event: threading.Event) -> Callable[[socket.socket], None]:
    def script(_connection: socket.socket) -> None:
        event.wait(LONG_SECONDS)

    return script


@pytest.fixture
def serve() -> Generator[Callable[..., tuple[Server, HttpClient]]]:
    made: list[Server | HttpClient] = []

    def start(*scripts: Callable[[socket.socket], None], max_answer_bytes: int = 1000) -> tuple[Server, HttpClient]:
        server = Server(*scripts)
        client = HttpClient(server.origin, max_answer_bytes=max_answer_bytes)
        made.extend((client, server))
        return server, client

    yield start
    for each in made:
        each.close()


def post(client: HttpClient, *, idempotent: bool = False, timeout: float = LONG_SECONDS) -> http_client.Response:
    return client.request("POST", "/", b"{}", {}, timeout=timeout, idempotent=idempotent)


def test_a_request_arrives_as_written_and_its_answer_comes_back(
    serve: Callable[..., tuple[Server, HttpClient]],
) -> None:
    seen: list[bytes] = []

    def script(connection: socket.socket) -> None:
        seen.append(read_request(connection))
        connection.sendall(b"HTTP/1.1 418 Teapot\r\nX-Kind: green\r\nContent-Length: 3\r\n\r\ntea")

    server, client = serve(script)

    answer = client.request("POST", "/sql?x=1", "é".encode(), {"X-Name": "value"})

    assert (answer.status, answer.headers["x-kind"], answer.body) == (418, "green", b"tea")
    assert seen[0].split(b"\r\n") == [
        b"POST /sql?x=1 HTTP/1.1",
        b"Accept-Encoding: identity",
        b"Content-Length: 2",
        f"Host: 127.0.0.1:{server.port}".encode(),
        b"X-Name: value",
        b"",
        "é".encode(),
    ]


def test_the_connection_is_kept_for_the_next_request(serve: Callable[..., tuple[Server, HttpClient]]) -> None:
    server, client = serve(answers(OK, OK, OK))

    bodies = [post(client).body for _ in range(3)]

    assert (bodies, server.accepted) == ([b"ok"] * 3, 1)


def test_a_chunked_answer_is_read_to_its_end(serve: Callable[..., tuple[Server, HttpClient]]) -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n"
    server, client = serve(answers(chunked, OK))

    assert [post(client).body, post(client).body] == [b"abcde", b"ok"]
    assert server.accepted == 1


def test_a_connection_that_the_server_announces_to_close_is_not_kept(
    serve: Callable[..., tuple[Server, HttpClient]],
) -> None:
    last = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
    server, client = serve(answers(last), answers(OK))

    assert [post(client).body, post(client).body] == [b"ok", b"ok"]
    assert server.accepted == 2


def test_a_kept_connection_that_said_goodbye_is_replaced_before_anything_is_sent(
    serve: Callable[..., tuple[Server, HttpClient]],
) -> None:
    closed = threading.Event()

    def goodbye(connection: socket.socket) -> None:
        answers(OK, then_close=True)(connection)
        closed.set()

    server, client = serve(goodbye, answers(OK))
    post(client)
    assert closed.wait(60)

    assert post(client, idempotent=False).body == b"ok"
    assert server.accepted == 2


def test_a_kept_connection_that_was_idle_for_a_minute_of_wall_clock_time_is_not_trusted() -> None:
    near, far = socket.socketpair()
    with near, far:
        now = time.time()

        assert sockets.reusable(near.fileno(), now - 59)
        assert not sockets.reusable(near.fileno(), now - 61)
        assert not sockets.reusable(near.fileno(), now + 5), "a clock that was set back says nothing"


def dies_on_second_request(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(OK)
    read_request(connection)
    connection.close()


def test_a_kept_connection_that_dies_before_answering_costs_an_idempotent_request_nothing(
    serve: Callable[..., tuple[Server, HttpClient]],
) -> None:
    server, client = serve(dies_on_second_request, answers(OK))
    post(client)

    assert post(client, idempotent=True).body == b"ok"
    assert server.accepted == 2


def test_a_request_that_may_have_been_executed_is_not_sent_again_unless_it_is_idempotent(
    serve: Callable[..., tuple[Server, HttpClient]],
) -> None:
    server, client = serve(dies_on_second_request, answers(OK))
    post(client)

    with pytest.raises(Unreachable) as caught:
        post(client, idempotent=False)

    assert (caught.value.sent, caught.value.heard, server.accepted) == (True, False, 1)


def test_an_answer_that_breaks_off_is_never_asked_for_again(serve: Callable[..., tuple[Server, HttpClient]]) -> None:
    half = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"

    def script(connection: socket.socket) -> None:
        answers(OK, half, then_close=True)(connection)

    server, client = serve(script, answers(OK))
    post(client)

    with pytest.raises(Unreachable) as caught:
        post(client, idempotent=True)

    assert (caught.value.sent, caught.value.heard, server.accepted) == (True, True, 1)


def test_a_refused_connection_says_that_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with pytest.raises(Unreachable) as caught:
        post(HttpClient(f"http://127.0.0.1:{port}"))

    assert not caught.value.sent


def test_a_server_that_never_answers_is_left_in_time(serve: Callable[..., tuple[Server, HttpClient]]) -> None:
    _, client = serve(deaf)
    began = time.monotonic()

    with pytest.raises(TimedOut) as caught:
        post(client, timeout=0.3)

    assert caught.value.sent
    assert 0.3 <= time.monotonic() - began < LATE_SECONDS


@pytest.mark.parametrize("dripped", [SLOW_HEAD, SLOW_HEAD + OK[15:-2]], ids=["head", "before the body"])
def test_a_server_that_drips_is_left_in_time(serve: Callable[..., tuple[Server, HttpClient]], dripped: bytes) -> None:
    def drip(connection: socket.socket) -> None:
        read_request(connection)
        for byte in dripped:
            connection.sendall(bytes([byte]))
            time.sleep(0.15)  # less than the timeout, and the whole takes longer than LATE_SECONDS
        connection.recv(1)

    _, client = serve(drip)
    began = time.monotonic()

    with pytest.raises(TimedOut):
        post(client, timeout=0.3)

    assert 0.3 <= time.monotonic() - began < LATE_SECONDS


def test_a_server_that_does_not_read_is_left_in_time(serve: Callable[..., tuple[Server, HttpClient]]) -> None:
    stop = threading.Event()
    _, client = serve(wait_for(stop))
    began = time.monotonic()

    with pytest.raises(TimedOut):
        client.request("POST", "/", b"x" * 50_000_000, {}, timeout=0.3)

    assert time.monotonic() - began < LATE_SECONDS
    stop.set()


def test_the_invocation_may_leave_less_time_than_the_request_asks_for(
    serve: Callable[..., tuple[Server, HttpClient]],
) -> None:
    _, client = serve(deaf)
    began = time.monotonic()

    with deadline.within(0.2), pytest.raises(TimedOut):
        post(client)

    assert time.monotonic() - began < LATE_SECONDS


def test_a_slow_answer_is_waited_for(serve: Callable[..., tuple[Server, HttpClient]]) -> None:
    def slow(connection: socket.socket) -> None:
        read_request(connection)
        time.sleep(sockets.CONNECT_SECONDS + 0.3)
        connection.sendall(OK)

    _, client = serve(slow)

    assert post(client).body == b"ok"


def test_an_answer_beyond_the_limit_is_refused(serve: Callable[..., tuple[Server, HttpClient]]) -> None:
    _, client = serve(answers(b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n" + b"x" * 11), max_answer_bytes=10)

    with pytest.raises(AnswerTooLarge):
        post(client)


def test_rubbish_is_no_answer(serve: Callable[..., tuple[Server, HttpClient]]) -> None:
    _, client = serve(answers(b"SSH-2.0-OpenSSH\r\n\r\n", then_close=True))

    with pytest.raises(Unreachable):
        post(client)


def test_a_line_break_in_a_header_is_refused() -> None:
    with pytest.raises(ValueError, match="line break"):
        HttpClient("http://127.0.0.1:1").request("GET", "/", b"", {"X": "a\r\nHost: evil"})


@pytest.mark.parametrize("origin", ["http://example.com", "ftp://127.0.0.1.evil.com", "example.com", ""])
def test_only_this_machine_is_spoken_to_without_tls(origin: str) -> None:
    with pytest.raises(Misconfigured):
        HttpClient(origin)


def test_threads_never_share_a_connection(serve: Callable[..., tuple[Server, HttpClient]]) -> None:
    gate = threading.Barrier(3)

    def script(connection: socket.socket) -> None:
        def answer() -> None:
            read_request(connection)
            gate.wait(LONG_SECONDS)
            connection.sendall(OK)

        threading.Thread(target=answer).start()

    server, client = serve(script, script)
    bodies: list[bytes] = []
    threads = [threading.Thread(target=lambda: bodies.append(post(client).body)) for _ in range(2)]
    for thread in threads:
        thread.start()
    gate.wait(LONG_SECONDS)
    for thread in threads:
        thread.join(LONG_SECONDS)

    assert (bodies, server.accepted) == ([b"ok", b"ok"], 2)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    path.write_text(self_signed(), "ascii")
    return path


def over_tls(certificate: Path, script: Callable[[socket.socket], None]) -> Callable[[socket.socket], None]:
    def wrapped(connection: socket.socket) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        with context.wrap_socket(connection, server_side=True) as encrypted:
            script(encrypted)

    return wrapped


def test_tls_verifies_with_the_authorities_given_and_keeps_the_connection(
    serve: Callable[..., tuple[Server, HttpClient]], certificate: Path
) -> None:
    server, _ = serve(over_tls(certificate, answers(OK, OK)))
    client = HttpClient(f"https://localhost:{server.port}", ca_file=str(certificate))

    assert [post(client).body, post(client).body] == [b"ok", b"ok"]
    assert server.accepted == 1
    client.close()


def test_a_certificate_of_an_unknown_authority_is_refused_before_anything_is_sent(
    serve: Callable[..., tuple[Server, HttpClient]], certificate: Path
) -> None:
    server, _ = serve(over_tls(certificate, answers(OK)))

    with pytest.raises(Unreachable, match="certificate verify failed") as caught:
        post(HttpClient(f"https://localhost:{server.port}"))

    assert not caught.value.sent


def test_a_port_that_accepts_and_never_shakes_hands_is_found_out_early(
    serve: Callable[..., tuple[Server, HttpClient]], certificate: Path
) -> None:
    server, _ = serve(deaf)
    client = HttpClient(f"https://localhost:{server.port}", ca_file=str(certificate))
    began = time.monotonic()

    with pytest.raises(TimedOut) as caught:
        post(client)

    assert not caught.value.sent
    assert time.monotonic() - began < LATE_SECONDS


def test_importing_the_client_costs_no_third_party_package() -> None:
    code = "import sys, shared.http_client; print(*sorted(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 (ours)
    loaded = run.stdout.split()

    assert not {"httpx", "psycopg", "requests", "urllib3"} & set(loaded)
