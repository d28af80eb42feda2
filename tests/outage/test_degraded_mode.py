"""Every route, with everything that can be missing, in every way: specs/degraded-mode.md against the platform.

One platform serves all of it. The functions are called side by side, since each may have to wait, and the routes of one
function one after the other, so that there is one container of each: as soon as it has answered well after a case, no
circuit breaker is open any more. Which of a function's routes comes first, and so finds the trouble out, changes from
case to case.
"""

from __future__ import annotations

import json
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote
from zlib import crc32

import pytest

from infra.local.gateway.routes import Routes
from infra.local.gateway.serverless import read_serverless
from infra.local.process import PROJECT
from infra.openapi import DOCUMENT
from shared.outbox.queue import PAUSE_SECONDS
from tests.docs.prose import table_rows
from tests.fixtures.platform import CALIBRATE, until_outbox_is_empty, until_queue_answers

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    import httpx

    from infra.local.platform import Platform, Relays
    from infra.local.relay import Relay
    from shared.settings import Transport
    from tests.fixtures.platform import Person

PAGE = "specs/degraded-mode.md"
TABLE = table_rows(PAGE, "# When something is down")
ARCHIVED: dict[str, object] = {
    "id": "0199f3a2-7c41-7d1e-9f52-3b6a8e1c4d70",
    "title": "Motors",
    "createdAt": "2026-11-22T10:54:07.000Z",
    "updatedAt": "2026-11-22T10:54:07.000Z",
    "messages": [],
}
WAYS = {row[0]: (float(row[2]), float(row[3])) for row in table_rows(PAGE, "## How things are missing")}
METHODS = {"get", "post", "put", "patch", "delete"}
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

FUNCTIONS_AT_ONCE = 8
"""Starting them is computing, and the machine has few processors."""

LATE_SECONDS = 5.0
MID_REQUEST_SECONDS = 0.4
WELL: dict[str, object] = {"saved": "stored", "degraded": []}
FIRST_ANSWER_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class Called:
    """An answer, and how long it took."""

    route: str
    answer: httpx.Response
    seconds: float


@dataclass(frozen=True, slots=True)
class Outage:
    """Takes things away, and calls routes meanwhile.

    Attributes:
        gone: Sends the token of a session that was ended: the database is asked about it, and nothing is done.
    """

    gone: httpx.Client
    person: Person
    leaver: Person
    relays: Relays
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
        return called

    def call_in_turn(self, routes: list[str]) -> list[Called]:
        return [self.call(route) for route in routes]

    def call(self, route: str) -> Called:
        method, path = route.split(" ")
        # whoever signs out in the middle of an outage may find that it was done after all
        person = self.leaver if path.endswith("sign-out") else self.person
        began = time.perf_counter()
        answer = person.api.request(method, filled(path), **self.request(method, path, person))
        return Called(route, answer, time.perf_counter() - began)

    def wait_for(self, routes: list[str]) -> None:
        """Call the routes of a function until each is answered by a database that is there."""
        for method, path in (route.split(" ") for route in routes):
            api = self.gone if path in ENDING else self.person.api
            until(
                lambda api=api, method=method, path=path: api.request(
                    method, filled(path), **self.request(method, path, self.person)
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
            "/api/auth/sign-in/email": {"json": credentials},
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


@pytest.fixture
def outage(platform: Platform, new_person: Callable[[], Person], transport: Transport) -> Generator[Outage]:
    """A platform whose functions are warm, as most are when an outage begins."""
    assert platform.relays is not None
    person, leaver, gone = new_person(), new_person(), new_person()
    gone.api.headers["authorization"] = f"Bearer {unquote(gone.api.cookies['better-auth.session_token'])}"
    gone.api.post("/api/auth/sign-out", json={}).raise_for_status()
    outage = Outage(gone.api, person, leaver, platform.relays, transport)
    outage.wait_until_well()
    yield outage
    for relay in platform.relays.all():
        relay.restore()
    # for so long after a failure nobody asks the queue, even if it is back
    time.sleep(max(0.0, platform.relays.queue.troubled_at + 2 * PAUSE_SECONDS - time.monotonic()))
    outage.wait_until_well()
    until_outbox_is_empty(person.api)


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
    paths: dict[str, dict[str, Any]] = json.loads(DOCUMENT.read_text("utf-8"))["paths"]
    return [f"{method.upper()} {path}" for path, methods in paths.items() for method in methods if method in METHODS]


def rows_of(missing: str) -> dict[str, list[str]]:
    return {row[1].strip("`"): row for row in TABLE if row[0] == missing}


def check(called: Called, missing: str, way: str) -> None:
    answer, where = called.answer, f"{missing} {way}: {called.route} answered {called.answer.text}"
    row = rows_of(missing).get(called.route)
    if row:
        assert found(answer) == promised(row), where
    elif "database" in missing:
        assert answer.status_code not in {401, 404, 500}, where
    assert answer.headers["x-request-id"]
    assert "nothing" in missing or "set-cookie" not in answer.headers or answer.status_code == 200, where
    chat, others = WAYS[way]
    assert called.seconds < (chat if called.route == "POST /api/chat" else others), where
    if answer.status_code == 200 and answer.json() and answer.json().get("saved") == "no":
        assert answer.json()["receipt"]


def promised(row: list[str]) -> dict[str, object]:
    _, _, status, code, mode, saved, degraded, retry = row
    return {
        "status": int(status),
        "code": code.strip("`"),
        "mode": mode,
        "saved": saved,
        "degraded": degraded,
        "retry": retry == "yes",
    }


def found(answer: httpx.Response) -> dict[str, object]:
    body = answer.json()
    return {
        "status": answer.status_code,
        "code": body.get("code", ""),
        "mode": body.get("mode", ""),
        "saved": body.get("saved", ""),
        "degraded": ", ".join(body.get("degraded", [])),
        "retry": "retry-after" in answer.headers,
    }


@pytest.mark.parametrize("way", [pytest.param(way, marks=pytest.mark.long if way == "slow" else ()) for way in WAYS])
def test_every_route_does_what_the_table_says_when_the_database_is_missing(outage: Outage, way: str) -> None:
    every = routes()
    assert set(rows_of("database")) <= set(every)
    for called in outage.call_all(every, "database", way):
        check(called, "database", way)


def test_whatever_else_is_missing_every_row_of_the_table_holds(outage: Outage) -> None:
    for missing in dict.fromkeys(row[0] for row in TABLE if row[0] != "database"):
        for called in outage.call_all(list(rows_of(missing)), missing, "refused"):
            check(called, missing, "refused")
        outage.wait_until_well()


@pytest.mark.long
@pytest.mark.parametrize("way", ["silent", "slow"])
def test_when_nothing_answers_in_time_there_is_still_an_answer(outage: Outage, way: str) -> None:
    everything = "database, retrieval, queue"
    for called in outage.call_all(list(rows_of(everything)), everything, way):
        check(called, everything, way)


def test_without_pgbouncer_the_other_transport_lacks_nothing(outage: Outage) -> None:
    outage.relays.pooled.refuse()
    missing = "database" if outage.transport == "pooled" else "nothing"
    for called in outage.call_all(list(rows_of(missing)), "nothing", "refused"):
        check(called, missing, "refused")


@pytest.fixture
def warm(person: Person) -> httpx.Client:
    until_queue_answers(person.api)
    asked(person.api)
    return person.api


@pytest.mark.timed
def test_the_first_answer_in_an_outage_comes_in_time_and_later_ones_at_once(
    warm: httpx.Client, relays: Relays, transport: Transport
) -> None:
    relays.database(transport).accept_silently()
    began = time.perf_counter()
    first = asked(warm).json()
    seconds = time.perf_counter() - began
    later = sorted(database_milliseconds(asked(warm)) for _ in range(20))
    assert (first["degraded"], first["saved"]) == (["database"], "queued")
    assert seconds < FIRST_ANSWER_SECONDS
    assert later[18] < 50  # p95


def test_nobody_is_signed_out_and_nothing_is_lost_when_the_database_returns(
    warm: httpx.Client, relays: Relays, transport: Transport
) -> None:
    conversation = asked(warm).json()["conversationId"]
    relays.database(transport).refuse()
    assert warm.get("/api/conversations").status_code == 503
    relays.database(transport).restore()
    listed = until(lambda: warm.get("/api/conversations"), lambda answer: answer.status_code == 200).json()
    assert conversation in [each["id"] for each in listed["conversations"]]


def asked(api: httpx.Client) -> httpx.Response:
    return api.post("/api/chat", json={"message": CALIBRATE})


def database_milliseconds(answer: httpx.Response) -> float:
    timings = dict(part.split(";dur=") for part in answer.headers["server-timing"].split(", "))
    return float(timings["db"])


def until(
    ask: Callable[[], httpx.Response], good: Callable[[httpx.Response], bool], *, seconds: float = 40.0
) -> httpx.Response:
    ends_at = time.monotonic() + seconds
    while not good(answer := ask()):
        assert time.monotonic() < ends_at, answer.text
        time.sleep(0.2)
    return answer
