"""Every route, with everything that can be missing, in every way: specs/degraded-mode.md against the platform."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from tests.docs.prose import table_rows
from tests.fixtures.platform import CALIBRATE, until_outbox_is_empty, until_queue_answers
from tests.fixtures.stopwatch import Stopwatch
from tests.outage.containers import forget_the_queue
from tests.outage.outages import Outage, knows_readers, routes, until
from tests.outage.storage import Storage

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    import httpx

    from infra.local.platform import Platform, Relays
    from shared.settings.database import Transport
    from tests.fixtures.platform import Person
    from tests.outage.outages import Called

PAGE = "specs/degraded-mode.md"
TABLE = table_rows(PAGE, "# When something is down")
GREETED = table_rows(PAGE, "## What needs no search")
WAYS = {row[0]: (float(row[2]), float(row[3])) for row in table_rows(PAGE, "## How things are missing")}

FIRST_ANSWER_SECONDS = 1.5


@pytest.fixture
def outage(platform: Platform, new_person: Callable[[], Person], transport: Transport) -> Generator[Outage]:
    """A platform whose functions are warm, as most are when an outage begins."""
    assert platform.relays is not None
    began = time.monotonic()
    outage = Outage(
        signed_out(new_person()).api,
        new_person(),
        new_person(),
        platform.relays,
        Storage(platform.postgres.superuser_url),
        transport,
    )
    outage.wait_until_well()
    yield outage
    outage.storage.restore()
    for relay in platform.relays.all():
        relay.restore()
    if platform.relays.queue.troubled_at > began:
        forget_the_queue(platform)
    outage.wait_until_well()
    until_outbox_is_empty(outage.person.api)


def signed_out(person: Person) -> Person:
    """Who goes on sending the token of the session that has ended."""
    person.api.headers["authorization"] = f"Bearer {unquote(person.api.cookies['better-auth.session_token'])}"
    person.api.post("/api/auth/sign-out", json={}).raise_for_status()
    return person


def rows_of(missing: str) -> dict[str, list[str]]:
    return {row[1].strip("`"): row for row in TABLE if row[0] == missing}


def check(called: Called, missing: str, way: str, allowed: tuple[float, float] | None = None) -> None:
    """Compare with the table; `allowed` are the seconds of a chat and of other routes, unless the way has its own."""
    answer, where = called.answer, f"{missing} {way}: {called.route} answered {called.answer.text}"
    row = rows_of(missing).get(called.route)
    if row:
        assert found(answer) == promised(row), where
    elif "database" in missing:
        # the desk reads as the owner of the tables, from whom no policy takes the storage away: it finds no owner
        reads = knows_readers(called.route) and not (way == "storage" and "/api/owner/" in called.route)
        assert answer.status_code not in ({401, 404, 500} if reads else {401, 500}), where
    assert answer.headers["x-request-id"]
    assert "nothing" in missing or "set-cookie" not in answer.headers or answer.status_code == 200, where
    chat, others = allowed or WAYS[way]
    assert called.seconds < (chat if called.route == "POST /api/chat" else others), where
    told = answer.json() if answer.headers.get("content-type") == "application/json" else None
    if answer.status_code == 200 and told and told.get("saved") == "no":
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
    body: dict[str, Any] = answer.json() if answer.headers["content-type"] == "application/json" else {}
    return {
        "status": answer.status_code,
        "code": body.get("code", ""),
        "mode": body.get("mode", ""),
        "saved": body.get("saved", ""),
        "degraded": ", ".join(body.get("degraded", [])),
        "retry": "retry-after" in answer.headers,
    }


@pytest.mark.parametrize(
    "way", [pytest.param(way, marks=pytest.mark.long if way in {"slow", "dying"} else ()) for way in WAYS]
)
def test_every_route_does_what_the_table_says_when_the_database_is_missing(outage: Outage, way: str) -> None:
    every = routes()
    assert set(rows_of("database")) <= set(every)
    for called in outage.call_all(every, "database", way):
        check(called, "database", way)


def test_whatever_else_is_missing_every_row_of_the_table_holds(outage: Outage, platform: Platform) -> None:
    for missing in dict.fromkeys(row[0] for row in TABLE if row[0] != "database"):
        for called in outage.call_all(list(rows_of(missing)), missing, "refused"):
            check(called, missing, "refused")
        if "queue" in missing:
            forget_the_queue(platform)
        outage.wait_until_well()


def test_a_greeting_is_answered_whatever_is_missing(outage: Outage) -> None:
    for missing, status, mode, saved, degraded in GREETED:
        relays = outage.relays_of(missing)
        for relay in relays:
            relay.refuse()
        answer = outage.person.api.post("/api/chat", json={"message": "Hello!"})
        told = (str(answer.status_code), *map(found(answer).get, ("mode", "saved", "degraded")))
        assert told == (status, mode, saved, degraded), missing
        assert answer.json()["answer"]
        for relay in relays:
            relay.restore()
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
    with Stopwatch() as usual:
        asked(warm)
    relays.database(transport).accept_silently()
    with Stopwatch() as took:
        first = asked(warm).json()
    with Stopwatch() as meanwhile:
        later = sorted(database_milliseconds(asked(warm)) for _ in range(20))
    assert (first["degraded"], first["saved"]) == (["database"], "queued")
    assert took.least - usual.seconds < FIRST_ANSWER_SECONDS  # a slow machine answers slowly without an outage, too
    assert later[18] - meanwhile.stalled * 1000 < 50  # p95


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
