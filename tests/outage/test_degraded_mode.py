"""Every route, with everything that can be missing, in every way: specs/degraded-mode.md against the platform."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from tests.docs.prose import table_rows
from tests.fixtures.platform import signed_up, until_outbox_is_empty, until_queue_answers
from tests.fixtures.stopwatch import Stopwatch
from tests.outage.containers import forget_the_queue
from tests.outage.outages import CHATS, Outage, knows_readers, routes, until
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


@pytest.fixture(scope="module")
def outages(platform: Platform) -> Generator[Callable[[Transport], Outage]]:
    """What is broken on each way to the database: functions that are warm, as most are when an outage begins."""
    with ExitStack() as clients:
        made: dict[Transport, Outage] = {}

        def outage_of(transport: Transport) -> Outage:
            if transport not in made:
                made[transport] = _outage(platform, transport, clients)
                made[transport].warm_up()
            return made[transport]

        yield outage_of
        for outage in made.values():  # whoever uses the platform next finds it well, and counts no turns of ours
            outage.warm_up()
            until_outbox_is_empty(outage.person.api)


def _outage(platform: Platform, transport: Transport, clients: ExitStack) -> Outage:
    assert platform.relays is not None
    gone, person, leaver = (clients.enter_context(signed_up(platform, transport)) for _ in range(3))
    until_queue_answers(person.api)  # who finds it away, as it is until it has started, does not ask it for seconds
    storage = Storage(platform.postgres.superuser_url)
    return Outage(platform, signed_out(gone).api, person, leaver, platform.relays, storage, transport)


@pytest.fixture
def outage(
    platform: Platform, outages: Callable[[Transport], Outage], relays: Relays, transport: Transport
) -> Generator[Outage]:
    """All is well when a test begins, and again when it has ended."""
    began = time.monotonic()
    outage = outages(transport)
    yield outage
    outage.restore()
    if relays.queue.troubled_at > began:
        forget_the_queue(platform)
    outage.wait_until_well()


@pytest.fixture
def chats(platform: Platform, transport: Transport) -> Generator[Outage]:
    """The same where only chats are asked: to start every other function, too, would take longer than they do."""
    with ExitStack() as clients:
        outage = _outage(platform, transport, clients)
        yield outage
        outage.restore()
        outage.wait_until_well()
        until_outbox_is_empty(outage.person.api)


@pytest.fixture
def relays(platform: Platform) -> Relays:
    """As the platform has them; `outage` sees to it that what was broken is well again, and ends no containers."""
    assert platform.relays is not None
    return platform.relays


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
        assert found(called) == promised(row), where
    elif "database" in missing:
        # the desk reads as the owner of the tables, from whom no policy takes the storage away: it finds no owner
        reads = knows_readers(called.route) and not (way == "storage" and "/api/owner/" in called.route)
        assert answer.status_code not in ({401, 404, 500} if reads else {401, 500}), where
    assert answer.headers["x-request-id"]
    assert "nothing" in missing or "set-cookie" not in answer.headers or answer.status_code == 200, where
    chat, others = allowed or WAYS[way]
    assert called.seconds < (chat if called.route in CHATS else others), where
    if called.body.get("saved") == "no":
        assert called.body["receipt"]


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


def found(called: Called) -> dict[str, object]:
    body = called.body
    return {
        "status": called.answer.status_code,
        "code": body.get("code", ""),
        "mode": body.get("mode", ""),
        "saved": body.get("saved", ""),
        "degraded": ", ".join(body.get("degraded", [])),
        "retry": "retry-after" in called.answer.headers,
    }


@pytest.mark.parametrize(
    "way", [pytest.param(way, marks=pytest.mark.long if way in {"slow", "dying"} else ()) for way in WAYS]
)
def test_every_route_does_what_the_table_says_when_the_database_is_missing(outage: Outage, way: str) -> None:
    every = routes()
    assert set(rows_of("database")) <= set(every)
    for called in outage.call_all(every, "database", way):
        check(called, "database", way)


def test_whatever_else_is_missing_every_row_of_the_table_holds(outage: Outage) -> None:
    for missing in in_order(TABLE, but="database"):
        if missing.startswith("queue"):  # from here on, more and more is missing: nothing comes back in between
            outage.wait_until_well()
        for called in outage.call_all(list(rows_of(missing)), missing, "refused"):
            check(called, missing, "refused")


def test_a_greeting_is_answered_whatever_is_missing(outage: Outage) -> None:
    promises = {missing: tuple(told) for missing, *told in GREETED}
    for missing in in_order(GREETED):
        for relay in outage.relays_of(missing):
            relay.refuse()
        called = outage.ask("Hello!")
        told = found(called)
        assert (str(told["status"]), told["mode"], told["saved"], told["degraded"]) == promises[missing], missing
        assert called.body["answer"]
        outage.restore()


def in_order(table: list[list[str]], but: str = "") -> list[str]:
    """What is missing in a table, each once: the search alone first, then more and more."""
    every = dict.fromkeys(row[0] for row in table if row[0] != but)
    return sorted(every, key=lambda missing: (missing != "nothing", missing != "retrieval", missing.count(",")))


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


@pytest.mark.timed
def test_the_first_answer_in_an_outage_comes_in_time_and_later_ones_at_once(chats: Outage) -> None:
    usual = chats.call(CHATS[0])
    chats.relays.database(chats.transport).accept_silently()
    first = chats.call(CHATS[0])
    with Stopwatch() as meanwhile:
        later = sorted(database_milliseconds(chats.call(CHATS[0]).answer) for _ in range(20))
    assert (first.body["degraded"], first.body["saved"]) == (["database"], "queued")
    # a slow machine answers slowly without an outage, too
    assert first.seconds - usual.seconds < FIRST_ANSWER_SECONDS
    assert later[18] - meanwhile.stalled * 1000 < 50  # p95


def test_nobody_is_signed_out_and_nothing_is_lost_when_the_database_returns(outage: Outage) -> None:
    listing = "GET /api/conversations"
    conversation = outage.call(CHATS[0]).body["conversationId"]
    outage.relays.database(outage.transport).refuse()
    assert outage.call(listing).answer.status_code == 503
    outage.restore()
    listed = until(lambda: outage.call(listing)).body["conversations"]
    assert conversation in [each["id"] for each in listed]


def database_milliseconds(answer: httpx.Response) -> float:
    timings = dict(part.split(";dur=") for part in answer.headers["server-timing"].split(", "))
    return float(timings["db"])
