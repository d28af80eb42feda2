"""Name servers that misbehave, in a network of their own: `python -m tests.outage.name_servers SCENARIO`.

To be run in namespaces of its own (`unshare --net --mount`), because it takes over loopback's port 53 and
/etc/resolv.conf. The functions' own clients are called there, and what they took is printed as JSON.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final

from shared.db.batch import Statement
from shared.db.http import HttpDatabase
from shared.db.pooled import PooledDatabase
from shared.deadline import within
from shared.errors import AppError
from shared.http_client import HttpClient, Unreachable
from shared.outbox.queue import Queue, QueueUnavailable
from shared.settings import DatabaseSettings

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.db.batch import Database

HOST: Final = "db.localtest.me"
QUEUE: Final = "sqs.localtest.me"
PASSAGES: Final = "passages.localtest.me"
CHAT_SECONDS: Final = 1.25
READ_SECONDS: Final = 3.0
ASK: Final = Statement("select 1 as v")
ANSWER: Final = {
    "fields": [{"name": "v", "dataTypeID": 23}],
    "rows": [["1"]],
    "command": "SELECT",
    "rowCount": 1,
    "rowAsArray": True,
}
A, AAAA = 1, 28
SET_FLAGS, UP = 0x8914, 0x1  # netdevice(7)
IN_A_HURRY: Final = 20


@dataclass
class NameServer:
    """Answers as it is told, over UDP on loopback.

    Attributes:
        manner: `well`, `late`, `silent`, `slow`, `nonsense` or `servfail`.
        addresses: Of every name, by the type of the record.
    """

    manner: str = "well"
    addresses: dict[int, str] = field(default_factory=lambda: {A: "127.0.0.1"})

    def serve(self, listener: socket.socket) -> None:
        while True:
            query, client = listener.recvfrom(512)
            if self.manner != "silent":
                threading.Thread(target=self._answer, args=(listener, query, client), daemon=True).start()

    def _answer(self, listener: socket.socket, query: bytes, client: tuple[str, int]) -> None:
        time.sleep({"late": 0.4, "slow": 3.0}.get(self.manner, 0.0))
        listener.sendto(b"nonsense" if self.manner == "nonsense" else self.reply(query), client)

    def reply(self, query: bytes) -> bytes:
        end = query.index(b"\0", 12) + 5
        [kind] = struct.unpack(">H", query[end - 4 : end - 2])
        address = self.addresses.get(kind)
        flags = 0x8182 if self.manner == "servfail" else 0x8180
        found = bool(address) and self.manner != "servfail"
        head = query[:2] + struct.pack(">HHHHH", flags, 1, int(found), 0, 0) + query[12:end]
        if not found or address is None:
            return head
        packed = socket.inet_pton(socket.AF_INET if kind == A else socket.AF_INET6, address)
        return head + struct.pack(">HHHIH", 0xC00C, kind, 1, 0, len(packed)) + packed


class Answers(BaseHTTPRequestHandler):
    """Neon's `/sql`, as far as one statement goes."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        body = json.dumps(ANSWER).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name there)
        """Say nothing."""


def silent_at(address: str, port: int) -> list[socket.socket]:
    """Make an address take no more connections, without a word, as a dead host does: its queue is full."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family)
    listener.bind((address, port))
    listener.listen(0)
    waiting = [listener]
    for _ in range(3):
        client = socket.socket(family)
        client.setblocking(False)  # noqa: FBT003 (that is how it is called)
        client.connect_ex((address, port))
        waiting.append(client)
    return waiting


def unfinished_tls(port: int) -> None:
    """Take connections and never say a word of TLS."""
    listener = socket.create_server(("127.0.0.1", port))
    taken: list[socket.socket] = []

    def accept() -> None:
        while True:
            taken.append(listener.accept()[0])

    threading.Thread(target=accept, daemon=True).start()


def took(call: Callable[[], object]) -> tuple[float, str]:
    """Seconds, and what came of it."""
    began = time.perf_counter()
    try:
        call()
    except (AppError, Unreachable, QueueUnavailable) as error:
        outcome = error.code if isinstance(error, AppError) else type(error).__name__
    else:
        outcome = "answered"
    return time.perf_counter() - began, outcome


def asked(database: Database, seconds: float) -> tuple[float, str]:
    """A batch of a request that has so much time."""
    with within(seconds):
        return took(lambda: database.run(ASK))


def http_database(scheme: str = "http", port: int = 4444) -> HttpDatabase:
    return HttpDatabase(
        DatabaseSettings(f"postgresql://app:x@{HOST}/docs", "http", f"{scheme}://{HOST}:{port}/sql", None)
    )


def pooled_database() -> PooledDatabase:
    return PooledDatabase(DatabaseSettings(f"postgresql://app:x@{HOST}/docs", "pooled"))


def never_reached(server: NameServer, manner: str) -> dict[str, Any]:
    """A container that has not reached anybody yet."""
    server.manner = manner
    chat, chat_outcome = asked(http_database(), CHAT_SECONDS)
    queue = Queue(f"https://{QUEUE}/123456789012/outbox.fifo")
    queued, queue_outcome = took(lambda: queue.send("text", group="group", once="once"))
    search = HttpClient(f"https://{PASSAGES}")
    _, search_outcome = took(lambda: search.request("GET", "/", b"", {}, timeout=READ_SECONDS))
    read, read_outcome = asked(pooled_database(), READ_SECONDS)
    later = sorted(asked(http_database(), READ_SECONDS)[0] for _ in range(IN_A_HURRY))
    return {
        "chat": chat + queued,
        "read": read,
        "later": later[IN_A_HURRY - 2],
        "outcomes": [chat_outcome, queue_outcome, search_outcome, read_outcome],
    }


def reached_once(server: NameServer, manner: str) -> dict[str, Any]:
    """A container that has asked before; its connection is gone."""
    database = http_database()
    before = asked(database, READ_SECONDS)[1]
    server.manner = manner
    seconds: list[float] = []
    outcomes = [before]
    for _ in range(IN_A_HURRY):
        database.close()
        each, outcome = asked(database, CHAT_SECONDS)
        seconds.append(each)
        outcomes.append(outcome)
    return {"first": seconds[0], "later": sorted(seconds)[IN_A_HURRY - 2], "outcomes": sorted(set(outcomes))}


def one_is_silent(server: NameServer, address: str) -> dict[str, Any]:
    """The host has two addresses, and one of them takes no connections."""
    kept = silent_at(address, 4444)
    kind = AAAA if ":" in address else A
    server.addresses = {AAAA: address, A: "127.0.0.1"} if kind == AAAA else {A: address, AAAA: "::1"}
    database = http_database()
    seconds: list[float] = []
    outcomes: list[str] = []
    for _ in range(IN_A_HURRY):
        database.close()
        each, outcome = asked(database, CHAT_SECONDS)
        seconds.append(each)
        outcomes.append(outcome)
    for each in kept:
        each.close()
    return {"first": seconds[0], "later": sorted(seconds)[IN_A_HURRY - 2], "outcomes": sorted(set(outcomes))}


def elsewhere(server: NameServer) -> dict[str, Any]:
    """A name of this machine is said to be another one."""
    server.addresses = {A: "192.0.2.7"}
    return {"outcomes": [asked(http_database(), CHAT_SECONDS)[1], asked(pooled_database(), CHAT_SECONDS)[1]]}


def late(server: NameServer) -> dict[str, Any]:
    """The name server takes its time, and answers."""
    server.manner = "late"
    return {"outcomes": [asked(http_database(), CHAT_SECONDS)[1]]}


def tls_never_finishes() -> dict[str, Any]:
    """The port is open, and there it ends."""
    unfinished_tls(4443)
    seconds, outcome = asked(http_database("https", 4443), CHAT_SECONDS)
    read, _ = asked(http_database("https", 4443), READ_SECONDS)
    return {"chat": seconds, "read": read, "outcomes": [outcome]}


def main(scenario: str) -> None:
    """Run one scenario."""
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sh", b"lo", UP))
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as conf:
        conf.write("nameserver 127.0.0.1\n")
        conf.flush()
        subprocess.run(["mount", "--bind", conf.name, os.path.realpath("/etc/resolv.conf")], check=True)  # noqa: S603, S607 (ours)
    server, what, _, how = NameServer(), *scenario.partition(" ")
    if how != "refused":
        listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        listener.bind(("127.0.0.1", 53))
        threading.Thread(target=server.serve, args=(listener,), daemon=True).start()
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        with contextlib.suppress(OSError):  # ::1 is the silent one, in one scenario
            web = type("Web", (ThreadingHTTPServer,), {"address_family": family, "daemon_threads": True})
            if how != address:
                threading.Thread(target=web((address, 4444), Answers).serve_forever, daemon=True).start()
    scenarios: dict[str, Callable[[], dict[str, Any]]] = {
        "never": lambda: never_reached(server, how),
        "once": lambda: reached_once(server, how),
        "address": lambda: one_is_silent(server, how),
        "elsewhere": lambda: elsewhere(server),
        "late": lambda: late(server),
        "tls": tls_never_finishes,
    }
    sys.stdout.write(json.dumps(scenarios[what]()))
    sys.stdout.flush()
    os._exit(0)  # look-ups that nobody waits for may still be under way


if __name__ == "__main__":
    main(sys.argv[1])
