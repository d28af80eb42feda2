from __future__ import annotations

import socket
from contextlib import closing
from pathlib import Path

from infra.local.ports import LOOPBACK, answers, free_port


def test_a_free_port_can_be_listened_on_and_is_never_handed_out_twice() -> None:
    ports = [free_port() for _ in range(50)]
    assert len(set(ports)) == 50
    with closing(socket.create_server((LOOPBACK, ports[0]))):
        assert answers(ports[0])


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
