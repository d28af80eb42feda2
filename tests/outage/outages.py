"""Every route of the API, called while something is away.

The functions are called side by side, since each may have to wait, and the routes of one function one after the other,
so that there is one container of each: as soon as it has answered well after a case, no circuit breaker is open any
more. Where a container was not yet done with what follows its answer, there are two, of which the other one may still
have an open breaker; both are ended then, and it is asked again.

Which of a function's routes comes first, and so finds the trouble out, changes from case to case.

What found something out is remembered, so that after a case nobody else is waited for.
"""

from __future__ import annotations

import json
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast
from zlib import crc32

from infra.local.gateway.routes import Routes
from infra.local.gateway.serverless import read_serverless
from infra.local.program import PROJECT
from infra.openapi import DOCUMENT
from tests.fixtures.platform import CALIBRATE, PATIENCE_SECONDS
from tests.fixtures.stopwatch import Stopwatch
from tests.fixtures.writers import read_events
from tests.outage.containers import end_twins

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from infra.local.platform import Platform, Relays
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
CHAT, STREAMED = CHATS = ("POST /api/chat", "POST /stream/api/chat")
EVENTS = "text/event-stream"
HEALTH = "GET /health"
UNAVAILABLE = 503
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
AGAIN_SECONDS = 0.1
"""A breaker that is open answers at once, so asking it often costs little."""
MID_REQUEST_SECONDS = 0.4
WELL: dict[str, object] = {"saved": "stored", "degraded": []}


@dataclass(frozen=True, slots=True)
class Called:
    """An answer, and how long it took on a machine that did nothing else."""

    route: str
    answer: httpx.Response
    seconds: float

    @property
    def body(self) -> dict[str, Any]:
        """The JSON, of a streamed answer that of its last event; empty where it is none."""
        kind = self.answer.headers.get("content-type", "")
        if kind.startswith(EVENTS):
            return read_events(self.answer.text)[-1][1]
        found: object = self.answer.json() if kind == "application/json" else None
        return cast("dict[str, Any]", found) if isinstance(found, dict) else {}

    @property
    def missed(self) -> str:
        """What the answer says that something is away by; empty where all seems well."""
        if self.route in CHATS:
            return "" if self.body.items() >= WELL.items() else "degraded"
        if self.route == HEALTH:
            return "" if self.body["status"] == "ok" else "health"
        return self.body.get("code", "unavailable") if self.answer.status_code == UNAVAILABLE else ""


@dataclass(frozen=True, slots=True)
class Outage:
    """Takes things away, and calls routes meanwhile.

    Attributes:
        platform: That runs the functions.
        gone: Sends the token of a session that was ended: the database is asked about it, and nothing is done.
        storage: What Neon's compute reads pages from.
        trouble: Of each function, and of each of the ways in which it may tell, a route that told so.
    """

    platform: Platform
    gone: httpx.Client
    person: Person
    leaver: Person
    relays: Relays
    storage: Storage
    transport: Transport
    trouble: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])

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
        queues = "database" in missing and "queue" not in missing
        with ThreadPoolExecutor(len(functions)) as threads:
            answers = [threads.submit(self.call_in_turn, each, queues=queues) for each in functions]
            if way == "dying":
                time.sleep(MID_REQUEST_SECONDS)
                for relay in relays:
                    relay.refuse()
            called = [called for each in answers for called in each.result()]
        self.restore()
        return called

    def restore(self) -> None:
        """All is back, and nobody knows it yet."""
        for relay in self.relays.all():
            relay.restore()
        self.storage.restore()

    def call_in_turn(self, routes: list[str], *, queues: bool) -> list[Called]:
        return [self.call_until_queued(route) if queues and route in CHATS else self.call(route) for route in routes]

    def call_until_queued(self, route: str) -> Called:
        """A chat, and again while its turn became a receipt: on a busy machine a queue that is there may be late."""
        ends_at = time.monotonic() + PATIENCE_SECONDS
        while (called := self.call(route)).body.get("saved") == "no" and time.monotonic() < ends_at:
            time.sleep(AGAIN_SECONDS)
        return called

    def call(self, route: str) -> Called:
        path = route.partition(" ")[2]
        # whoever does this in the middle of an outage may find that it was done after all
        return self._noted(self._called(route, self.leaver if path in ENDING | REPLACING else self.person))

    def ask(self, message: str) -> Called:
        return self._noted(self._called(CHAT, self.person, sent={"json": {"message": message}}))

    def _called(
        self, route: str, person: Person, api: httpx.Client | None = None, sent: dict[str, Any] | None = None
    ) -> Called:
        method, path = route.split(" ")
        with Stopwatch() as took:
            answer = (api or person.api).request(method, filled(path), **(sent or self.request(method, path, person)))
        return Called(route, answer, took.least)

    def _noted(self, called: Called) -> Called:
        if called.missed:
            self.trouble.setdefault((function_of(called.route), called.missed), called.route)
        return called

    def until_well(self, routes: list[str]) -> None:
        """Call each until all that it needs is there."""
        for route in routes:
            path = route.partition(" ")[2]
            person, api = self.leaver if path in REPLACING else self.person, self.gone if path in ENDING else None
            until(lambda person=person, route=route, api=api: self._called(route, person, api))

    def wait_until_well(self) -> None:
        """Until every circuit breaker that the calls have opened has seen that what it guards is back."""
        self._side_by_side(by_function(list(self.trouble.values())))
        self.trouble.clear()

    def warm_up(self) -> None:
        """Start every function, and see that each reaches all that it needs."""
        self._side_by_side(by_function(routes()))

    def _side_by_side(self, functions: list[list[str]]) -> None:
        """Call all until each is well, whichever container answers."""
        while functions:
            with ThreadPoolExecutor(FUNCTIONS_AT_ONCE) as threads:
                list(threads.map(self.until_well, functions))
            twins = end_twins(self.platform, self.transport, {function_of(each[0]) for each in functions})
            functions = [each for each in functions if function_of(each[0]) in twins]

    def request(self, method: str, path: str, person: Person) -> dict[str, Any]:
        credentials = {"email": person.email, "password": person.password}
        new = {"name": "Bo", "email": f"{uuid.uuid4()}@example.com", "password": "long enough"}
        bodies: dict[str, dict[str, Any]] = {
            "/api/chat": {"json": {"message": CALIBRATE}},
            "/stream/api/chat": {"json": {"message": CALIBRATE}, "headers": {"accept": EVENTS}},
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


def by_function(routes: list[str], turn: str = "") -> list[list[str]]:
    """The routes of each function, beginning with another one at another turn."""
    groups: dict[str, list[str]] = {}
    for route in routes:
        groups.setdefault(function_of(route), []).append(route)
    firsts = {name: crc32(turn.encode()) % len(group) for name, group in groups.items()}
    return [group[firsts[name] :] + group[: firsts[name]] for name, group in groups.items()]


def function_of(route: str) -> str:
    match = SERVED.find(*route.split(" "))
    assert match
    return match.route.function.key


def filled(path: str) -> str:
    """With an identifier that nobody has."""
    return path.replace("{id}", str(uuid.uuid4()))


def routes() -> list[str]:
    """Every route of the OpenAPI document, and the chat once more, where it is streamed."""
    found = [
        f"{method.upper()} {path}" for path, methods in _paths().items() for method in methods if method in METHODS
    ]
    return [*found, STREAMED]


def knows_readers(route: str) -> bool:
    """Whether it asks who is signed in, so that the database is needed."""
    method, path = (CHAT if route == STREAMED else route).split(" ")
    return path.startswith("/api/auth/") or bool(_paths()[path][method.lower()]["security"])


def _paths() -> dict[str, dict[str, Any]]:
    return json.loads(DOCUMENT.read_text("utf-8"))["paths"]


def until(ask: Callable[[], Called], *, seconds: float = 180.0) -> Called:
    """Ask until nothing is missed."""
    ends_at = time.monotonic() + seconds
    while (called := ask()).missed:
        assert time.monotonic() < ends_at, called.answer.text
        time.sleep(AGAIN_SECONDS)
    return called
