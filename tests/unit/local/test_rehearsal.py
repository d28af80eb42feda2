"""What the rehearsal of a deployment says when the deployed API does not answer."""

from __future__ import annotations

import socket
from threading import Thread

import pytest

from infra.local.deployed_stage import NotAsPromised
from infra.local.deployment import Reader
from infra.local.ports import LOOPBACK, free_port


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


def _end_one(door: socket.socket) -> None:
    connection, _ = door.accept()
    connection.close()
