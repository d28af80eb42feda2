"""Every route of the API, called while something is away.

The functions are called side by side, since each may have to wait, and the routes of one function one after the other,
so that there is one container of each: as soon as it has answered well after a case, no circuit breaker is open any
more. Which of a function's routes comes first, and so finds the trouble out, changes from case to case.
"""

from __future__ import annotations

import json
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zlib import crc32

from infra.local.gateway.routes import Routes
from infra.local.gateway.serverless import read_serverless
from infra.local.process import PROJECT
from infra.openapi import DOCUMENT
from tests.fixtures.platform import CALIBRATE, until_queue_answers
from tests.fixtures.stopwatch import Stopwatch

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from infra.local.platform import Relays
    from infra.local.relay import Relay
    from shared.settings.database import Transport
    from tests.fixtures.platform import Person
    from tests.outage.storage import Storage

ARCHIVED: dict[str, object] = {
    "id": "0199f3a2-7c41-7d1e-9f52-3b6a8e1c4d70",
    "title": "Motors",
    "createdAt": "2026-11-22T10:54:07.000Z",
    "updatedAt": "2026-11-22T10:54:07.000Z",
    "messages": [],
}
METHODS = {"get", "post", "put", "patch", "delete"}
SITE = "http://localhost:3000"
"""A page that may call, unless another one is chosen."""

SERVED = Routes(read_serverless(PROJECT / "serverless.yml", {}))

ENDING = {
    f"/api/auth/{each}"
    for each in (
        "change-email",
        "change-password",
        "delete-user",
        "delete-user/callback",
        "reset-password",
        "revoke-other-sessions",
        "revoke-session",
        "revoke-sessions",
        "sign-out",
    )
}
"""What may end a session, or change what one signs in with."""

REPLACING = {f"/api/auth/{each}" for each in ("sign-in/email", "sign-in/username", "sign-out", "sign-up/email")}
"""What ends the session of the browser: done in the middle of an outage, nobody may have learned of the new one."""


FUNCTIONS_AT_ONCE = 8
"""Starting them is computing, and the machine has few processors."""

LATE_SECONDS = 5.0
MID_REQUEST_SECONDS = 0.4
WELL: dict[str, object] = {"saved": "stored", "degraded": []}


@dataclass(frozen=True, slots=True)
class Called:
    """An answer, and how long it took on a machine that did nothing else."""

    route: str
    answer: httpx.Response
    seconds: float


@dataclass(frozen=True, slots=True)
class Outage:
    """Takes things away, and calls routes meanwhile.

    Attributes:
        gone: Sends the token of a session that was ended: the database is asked about it, and nothing is done.
        storage: What Neon's compute reads pages from.
    """

    gone: httpx.Client
    person: Person
    leaver: Person
    relays: Relays
    storage: Storage
    transport: Transport

    def relays_of(self, missing: str) -> list[Relay]:
        every = {
            "database": self.relays.database(self.transport),
            "retrieval": self.relays.qdrant,
            "queue": self.relays.queue,
        }
        return [every[name] for name in missing.split(", ") if name != "nothing"]

    def call_all(self, routes: list[str], missing: str, way: str) -> list[Called]:
        relays = self.relays_of(missing)
        if way == "storage":
            self.storage.fail()
        for relay in relays:
            {"refused": relay.refuse, "silent": relay.accept_silently}.get(way, lambda: None)()
            if way in {"slow", "dying"}:
                relay.delay(LATE_SECONDS)
        functions = by_function(routes, f"{missing} {way} {self.transport}")
        with ThreadPoolExecutor(len(functions)) as threads:
            answers = [threads.submit(self.call_in_turn, each) for each in functions]
            if way == "dying":
                time.sleep(MID_REQUEST_SECONDS)
                for relay in relays:
                    relay.refuse()
            called = [called for each in answers for called in each.result()]
        for relay in relays:
            relay.restore()
        if way == "storage":
            self.storage.restore()
        return called

    def call_in_turn(self, routes: list[str]) -> list[Called]:
        return [self.call(route) for route in routes]

    def call(self, route: str) -> Called:
        method, path = route.split(" ")
        # whoever does this in the middle of an outage may find that it was done after all
        person = self.leaver if path in ENDING | REPLACING else self.person
        with Stopwatch() as took:
            answer = person.api.request(method, filled(path), **self.request(method, path, person))
        return Called(route, answer, took.least)

    def wait_for(self, routes: list[str]) -> None:
        """Call the routes of a function until each is answered by a database that is there."""
        for method, path in (route.split(" ") for route in routes):
            person = self.leaver if path in REPLACING else self.person
            api = self.gone if path in ENDING else person.api
            until(
                lambda api=api, method=method, path=path, person=person: api.request(
                    method, filled(path), **self.request(method, path, person)
                ),
                lambda answer: answer.status_code != 503,
            )

    def request(self, method: str, path: str, person: Person) -> dict[str, Any]:
        credentials = {"email": person.email, "password": person.password}
        new = {"name": "Bo", "email": f"{uuid.uuid4()}@example.com", "password": "long enough"}
        bodies: dict[str, dict[str, Any]] = {
            "/api/chat": {"json": {"message": CALIBRATE}},
            "/api/replay": {"json": {"receipt": "none of ours"}},
            "/api/search": {"params": {"q": "calibrate"}},
            "/mcp": {
                "content": b'{"jsonrpc": "2.0", "id": 1, "method": "resources/list"}',
                "headers": {"origin": SITE},
            },
            "/api/auth/sign-in/email": {"json": credentials},
            "/api/auth/sign-in/username": {"json": {"username": "somebody", "password": person.password}},
            "/api/auth/sign-up/email": {"json": new},
            "/api/auth/sign-out": {"json": {}},
            "/api/conversations/{id}/messages": {"json": {"messages": [{"role": "user", "content": "And then?"}]}},
            "/api/messages/{id}/feedback": {"json": {"value": "up"}},
            "/api/import": {"json": {"conversations": [ARCHIVED]}},
            "/api/auth/revoke-other-sessions": {"json": {}},
            "/api/auth/change-password": {
                "json": {"currentPassword": person.password, "newPassword": "another password"}
            },
            "/api/auth/request-password-reset": {"json": {"email": person.email}},
            "/api/auth/delete-user": {"json": {}},
        }
        changing: dict[str, dict[str, Any]] = {
            "POST /api/conversations": {"json": {}},
            "PATCH /api/conversations/{id}": {"json": {"pinned": True}},
        }
        return changing.get(f"{method} {path}") or bodies.get(path, {})

    def wait_until_well(self) -> None:
        """Until every circuit breaker that the calls have opened has seen that what it guards is back."""
        with ThreadPoolExecutor(FUNCTIONS_AT_ONCE) as threads:
            list(threads.map(self.wait_for, by_function(routes())))
        chat = "POST /api/chat"
        until(lambda: self.call(chat).answer, lambda answer: WELL.items() <= answer.json().items())
        until_queue_answers(self.person.api)


def by_function(routes: list[str], turn: str = "") -> list[list[str]]:
    """The routes of each function, beginning with another one at another turn."""
    groups: dict[str, list[str]] = {}
    for route in routes:
        match = SERVED.find(*route.split(" "))
        assert match
        groups.setdefault(match.route.function.key, []).append(route)
    firsts = {name: crc32(turn.encode()) % len(group) for name, group in groups.items()}
    return [group[firsts[name] :] + group[: firsts[name]] for name, group in groups.items()]


def filled(path: str) -> str:
    """With an identifier that nobody has."""
    return path.replace("{id}", str(uuid.uuid4()))


def routes() -> list[str]:
    """Every route of the OpenAPI document."""
    return [f"{method.upper()} {path}" for path, methods in _paths().items() for method in methods if method in METHODS]


def knows_readers(route: str) -> bool:
    """Whether it asks who is signed in, so that the database is needed."""
    method, path = route.split(" ")
    return path.startswith("/api/auth/") or bool(_paths()[path][method.lower()]["security"])


def _paths() -> dict[str, dict[str, Any]]:
    return json.loads(DOCUMENT.read_text("utf-8"))["paths"]


def until(
    ask: Callable[[], httpx.Response], good: Callable[[httpx.Response], bool], *, seconds: float = 180.0
) -> httpx.Response:
    ends_at = time.monotonic() + seconds
    while not good(answer := ask()):
        assert time.monotonic() < ends_at, answer.text
        time.sleep(0.2)
    return answer
