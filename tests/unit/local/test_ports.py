from __future__ import annotations

import socket
import subprocess
import sys
from contextlib import ExitStack, closing
from pathlib import Path
from subprocess import PIPE

from infra.local.ports import LOOPBACK, answers, free_port
from infra.local.program import PROJECT


def test_a_free_port_can_be_listened_on_and_is_never_handed_out_twice() -> None:
    ports = [free_port() for _ in range(50)]
    assert len(set(ports)) == 50
    with closing(socket.create_server((LOOPBACK, ports[0]))):
        assert answers(ports[0])


def test_two_processes_never_want_the_same_port() -> None:
    code = "import sys; from infra.local.ports import free_port; print(*(free_port() for _ in range(300)), flush=True)"
    waiting = f"{code}; sys.stdin.read()"
    with ExitStack() as both:
        processes = [
            both.enter_context(
                subprocess.Popen([sys.executable, "-c", waiting], cwd=PROJECT, stdin=PIPE, stdout=PIPE, text=True)  # noqa: S603 (our own Python)
            )
            for _ in range(2)
        ]
        first, second = (set(process.stdout.readline().split()) for process in processes if process.stdout)

    assert (len(first), len(second), first & second) == (300, 300, set())


def test_a_free_port_is_none_that_the_kernel_gives_to_outgoing_connections() -> None:
    first, last = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text("ascii").split())
    assert not [port for port in (free_port() for _ in range(50)) if first <= port <= last]


def test_a_preferred_port_is_given_where_it_is_free() -> None:
    preferred = free_port()
    assert free_port(preferred) == preferred


def test_another_port_is_given_where_the_preferred_one_is_taken() -> None:
    with closing(socket.create_server((LOOPBACK, 0))) as taken:
        port = taken.getsockname()[1]
        assert free_port(port) != port


def test_nobody_answers_on_a_free_port() -> None:
    assert not answers(free_port())
