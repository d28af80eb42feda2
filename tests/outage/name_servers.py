"""Name servers that misbehave, in a network of their own: `python -m tests.outage.name_servers SCENARIO`.

To be run in namespaces of its own (`unshare --net --mount`), because it takes over loopback's port 53 and
/etc/resolv.conf. The functions' own clients are called there, and what they took is printed as JSON.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
from contextlib import ExitStack, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final, cast

from shared.db.batch import Statement
from shared.db.http import HttpDatabase
from shared.db.pooled import PooledDatabase
from shared.deadline import within
from shared.errors import AppError
from shared.http_client import HttpClient, Unreachable
from shared.outbox.queue import Queue, QueueUnavailable
from shared.settings.database import DatabaseSettings
from tests.outage.own_network import AAAA, HOST, A, NameServer, set_up, silent_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.db.batch import Database
    from tests.outage.own_network import Manner

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
IN_A_HURRY: Final = 20


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


def never_reached(server: NameServer, manner: Manner) -> dict[str, Any]:
    """A container that has not reached anybody yet."""
    server.behave(manner)
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


def reached_once(server: NameServer, manner: Manner) -> dict[str, Any]:
    """A container that has asked before; its connection is gone."""
    database = http_database()
    before = asked(database, READ_SECONDS)[1]
    server.behave(manner)
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
    server.addresses = {AAAA: [address], A: ["127.0.0.1"]} if kind == AAAA else {A: [address], AAAA: ["::1"]}
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
    server.addresses = {A: ["192.0.2.7"]}
    return {"outcomes": [asked(http_database(), CHAT_SECONDS)[1], asked(pooled_database(), CHAT_SECONDS)[1]]}


def late(server: NameServer) -> dict[str, Any]:
    """The name server takes its time, and answers."""
    server.behave("late")
    return {"outcomes": [asked(http_database(), CHAT_SECONDS)[1]]}


def tls_never_finishes() -> dict[str, Any]:
    """The port is open, and there it ends."""
    unfinished_tls(4443)
    seconds, outcome = asked(http_database("https", 4443), CHAT_SECONDS)
    read, _ = asked(http_database("https", 4443), READ_SECONDS)
    return {"chat": seconds, "read": read, "outcomes": [outcome]}


def main(scenario: str) -> None:
    """Run one scenario."""
    ExitStack().enter_context(set_up())  # it is left at the end without ceremony
    server, what, _, how = NameServer(), *scenario.partition(" ")
    server.behave("refused" if how == "refused" else "well")
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        with suppress(OSError):  # ::1 is the silent one, in one scenario
            web = type("Web", (ThreadingHTTPServer,), {"address_family": family, "daemon_threads": True})
            if how != address:
                threading.Thread(target=web((address, 4444), Answers).serve_forever, daemon=True).start()
    scenarios: dict[str, Callable[[], dict[str, Any]]] = {
        "never": lambda: never_reached(server, cast("Manner", how)),
        "once": lambda: reached_once(server, cast("Manner", how)),
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
