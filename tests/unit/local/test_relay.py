from __future__ import annotations

import gc
import socket
import threading
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from infra.local.ports import LOOPBACK, answers
from infra.local.relay import Relay
from tests.fixtures.stopwatch import Stopwatch
from tests.fixtures.waiting import PATIENCE_SECONDS, until

if TYPE_CHECKING:
    from collections.abc import Callable, Generator


def answer_lines(connection: socket.socket) -> None:
    """Send back each line in two pieces, once it is complete."""
    with suppress(OSError), connection, connection.makefile("rb") as lines:
        for line in iter(lines.readline, b""):
            if not line.endswith(b"\n"):
                return
            half = len(line) // 2
            connection.sendall(line[:half])
            connection.sendall(line[half:])


def serve(listener: socket.socket) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=answer_lines, args=[connection], daemon=True).start()


@pytest.fixture
def relay() -> Generator[Relay]:
    """A relay to a server that sends back every line."""
    with closing(socket.create_server((LOOPBACK, 0))) as listener:
        threading.Thread(target=serve, args=[listener], daemon=True).start()
        with Relay(listener.getsockname()[1]) as relay:
            yield relay
        listener.shutdown(socket.SHUT_RDWR)


class Client:
    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.lines = connection.makefile("rb")

    def say(self, text: bytes) -> None:
        self.connection.sendall(text)

    def hear(self) -> bytes:
        return self.lines.readline()

    def ask(self, line: bytes = b"hello\n") -> bytes:
        self.say(line)
        return self.hear()


@contextmanager
def connected(relay: Relay, patience: float = PATIENCE_SECONDS) -> Generator[Client]:
    with socket.create_connection((LOOPBACK, relay.port), timeout=patience) as connection:
        client = Client(connection)
        with client.lines:
            yield client


def test_everything_passes_unchanged_in_both_directions(relay: Relay) -> None:
    line = bytes(each for each in range(256) if each != ord("\n")) * 8192 + b"\n"
    with connected(relay) as client:
        threading.Thread(target=client.say, args=[line], daemon=True).start()
        assert client.hear() == line


def test_a_flight_is_a_question_and_its_answer_however_many_pieces_they_have(relay: Relay) -> None:
    with connected(relay) as client, relay.count() as counted:
        for _ in range(3):
            before = relay.total.sent
            client.say(b"hel")
            until(lambda before=before: relay.total.sent == before + 3, "the first piece arrives by itself")
            assert client.ask(b"lo\n") == b"hello\n"
    assert (counted.flights, relay.flights) == (3, 3)


def test_a_last_word_that_nobody_answers_is_no_flight(relay: Relay) -> None:
    with relay.count() as counted:
        with connected(relay) as client:
            client.ask()
            client.say(b"no end of line")
        until(lambda: relay.total.sent == len(b"hello\nno end of line"), "the last word passes")
    assert counted.flights == 1


def test_bytes_are_counted_in_both_directions(relay: Relay) -> None:
    with connected(relay) as client, relay.count() as counted:
        client.ask(b"hello\n")
        client.ask(b"again, and longer\n")
    assert (counted.sent, counted.received) == (24, 24)
    with connected(relay) as client, relay.count() as counted:
        before = relay.total.sent
        client.say(b"no end of line")
        until(lambda: relay.total.sent > before, "the last word passes")
    assert (counted.sent, counted.received) == (14, 0)


def test_connections_are_counted(relay: Relay) -> None:
    with relay.count() as counted:
        for _ in range(2):
            with connected(relay) as client:
                client.ask()
    assert counted.connections == 2


def test_a_relay_that_refuses_has_a_closed_port_and_resets_what_was_open(relay: Relay) -> None:
    with connected(relay) as client:
        client.ask()
        relay.refuse()
        assert not answers(relay.port)
        with pytest.raises(ConnectionResetError):
            client.hear()


def test_a_silent_relay_accepts_and_passes_nothing_on_old_and_new_connections(relay: Relay) -> None:
    with connected(relay) as old:
        old.ask()
        relay.accept_silently()
        with connected(relay) as new:
            for client in (old, new):
                client.connection.settimeout(0.2)
                with pytest.raises(TimeoutError):
                    client.ask()


def test_what_a_silent_relay_held_back_passes_when_it_is_restored(relay: Relay) -> None:
    relay.accept_silently()
    with connected(relay) as client:
        client.say(b"late\n")
        relay.restore()
        assert client.hear() == b"late\n"


def test_a_relay_that_accepts_one_more_connection_holds_the_next_until_it_is_restored(relay: Relay) -> None:
    relay.accept(1)
    with connected(relay) as first:
        assert first.ask() == b"hello\n"
    with connected(relay) as second:
        second.say(b"late\n")
        second.connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            second.connection.recv(1)
        second.connection.settimeout(PATIENCE_SECONDS)
        relay.restore()
        assert second.hear() == b"late\n"


def test_a_connection_counts_as_open_until_the_server_has_ended_it(relay: Relay) -> None:
    with connected(relay) as client:
        client.ask()
        assert relay.open_connections == 1
        client.say(b"no end of line")
        client.connection.shutdown(socket.SHUT_WR)
        assert client.hear() == b""
        until(lambda: relay.open_connections == 0, "it counts no more")


def test_a_reset_ends_open_connections_and_new_ones_work(relay: Relay) -> None:
    with connected(relay) as client:
        client.ask()
        relay.reset()
        with pytest.raises(ConnectionResetError):
            client.hear()
    with connected(relay) as client:
        assert client.ask() == b"hello\n"


def test_a_delay_is_added_each_way_and_not_once_for_each_piece(relay: Relay) -> None:
    relay.delay(0.5)
    with connected(relay) as client, Stopwatch() as took:
        client.ask()  # is answered in two pieces
    assert took.seconds >= 1.0
    assert took.least < 1.5


def test_an_answer_is_cut_after_so_many_bytes_once(relay: Relay) -> None:
    relay.cut_after(3)
    with connected(relay) as client:
        client.say(b"hello\n")
        with pytest.raises(ConnectionResetError):
            client.hear()
    with connected(relay) as client:
        assert client.ask() == b"hello\n"


def test_a_relay_without_a_server_resets(relay: Relay) -> None:
    with Relay(relay.port) as second:
        relay.refuse()
        with pytest.raises(ConnectionResetError), connected(second) as client:
            client.hear()


@pytest.mark.parametrize("trouble", [Relay.refuse, Relay.accept_silently])
def test_a_restored_relay_works_again(relay: Relay, trouble: Callable[[Relay], None]) -> None:
    trouble(relay)
    relay.restore()
    with connected(relay) as client:
        assert client.ask() == b"hello\n"


def test_a_connection_that_the_client_half_closes_still_gets_its_answer(relay: Relay) -> None:
    with connected(relay) as client:
        client.say(b"last words\n")
        client.connection.shutdown(socket.SHUT_WR)
        assert client.hear() == b"last words\n"
        assert client.hear() == b""


def test_a_relay_that_refuses_loses_no_connection_that_is_just_being_made(relay: Relay) -> None:
    over = threading.Event()

    def knock() -> None:
        while not over.is_set():
            with suppress(OSError), socket.create_connection((LOOPBACK, relay.port), timeout=1) as connection:
                connection.settimeout(1)
                assert Client(connection).ask() in {b"hello\n", b""}

    knocking = [threading.Thread(target=knock) for _ in range(4)]
    for each in knocking:
        each.start()
    for _ in range(25):
        relay.refuse()
        relay.restore()
    over.set()
    for each in knocking:
        each.join()
    gc.collect()  # a socket that was lost warns now, and warnings are errors
