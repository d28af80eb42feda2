"""Every row of the table of names in specs/degraded-mode.md; pytest runs this in a network of its own.

See test_name_servers.py, which starts it.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from infra.local.components import Deployment
from infra.local.pgbouncer import PgBouncer
from infra.local.platform import Platform
from infra.local.ports import LOOPBACK
from infra.local.state import State
from tests.docs.prose import table_rows
from tests.fixtures.platform import ingest_book, signed_up, until_queue_answers
from tests.outage.containers import renew
from tests.outage.outages import CHATS, Outage
from tests.outage.own_network import HOST, SILENT, Names, silent_at
from tests.outage.storage import Storage
from tests.outage.test_degraded_mode import PAGE, check, rows_of

if TYPE_CHECKING:
    from collections.abc import Generator

    from shared.settings.database import Transport
    from tests.outage.outages import Called
    from tests.outage.own_network import Manner

ROWS = table_rows(PAGE, "## When names cannot be looked up")
MANNERS: dict[str, Manner] = {
    "silent": "silent",
    "closed": "refused",
    "late": "late",
    "a silent address first": "well",
}

ASKED: dict[Transport, tuple[str, ...]] = {
    "http": (*CHATS, "GET /api/conversations", "GET /api/auth/get-session", "GET /api/search", "GET /health"),
    "pooled": ("POST /api/chat", "GET /api/conversations"),
}
"""A route for each combination of what is reached by name, and over `pooled` for what another library reaches there: a
new container costs a second of a processor."""


@pytest.fixture(scope="session")
def platform() -> Generator[Platform]:
    """Everything, found by name."""
    transports: list[Transport] = ["http", "pooled"] if PgBouncer.installed() else ["http"]
    named = Deployment(host=HOST)
    with State.temporary() as state, Platform(state, transports, breakable=True, deployment=named) as platform:
        ingest_book(platform)
        yield platform


@pytest.fixture
def names() -> Generator[Names]:
    """What the name server is told; afterwards it does well."""
    names = Names()
    yield names
    names.behave("well")


@pytest.fixture
def outages(platform: Platform) -> Generator[list[Outage]]:
    """One for each way to the database; the functions have reached what they depend on."""
    storage = Storage(platform.postgres.superuser_url)

    def warm(transport: Transport) -> Outage:
        person = clients.enter_context(signed_up(platform, transport))
        assert platform.relays is not None
        outage = Outage(platform, person.api, person, person, platform.relays, storage, transport)
        until_queue_answers(person.api)
        outage.call_all(_asked("nothing", outage), "nothing", "")
        return outage

    with ExitStack() as clients, ThreadPoolExecutor() as threads:
        yield list(threads.map(warm, platform.gateways))


def at_once(outages: list[Outage], missing: str, way: str) -> list[Called]:
    """Most of it is waiting, so both are called at the same time."""
    with ThreadPoolExecutor(len(outages)) as threads:
        calls = [threads.submit(each.call_all, _asked(missing, each), "nothing", way) for each in outages]
        return [called for call in calls for called in call.result()]


def _asked(missing: str, outage: Outage) -> list[str]:
    return [route for route in rows_of(missing) if route in ASKED[outage.transport]]


def test_every_row_about_names_holds(outages: list[Outage], names: Names, platform: Platform) -> None:
    for containers, server, missing, chat, others in ROWS:
        if containers == "new":
            renew(platform)
        silent = [silent_at(SILENT, relay.port) for relay in outages[0].relays.all()] if "address" in server else []
        names.behave(MANNERS[server], *([SILENT, LOOPBACK] if silent else []))
        for called in at_once(outages, missing, server):
            check(called, missing, f"{containers}, {server}", (float(chat), float(others)))
        for each in (each for waiting in silent for each in waiting):
            each.close()
