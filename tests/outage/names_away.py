"""Every row of the table of names in specs/degraded-mode.md; pytest runs this in a network of its own.

See test_name_servers.py, which starts it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from infra.ingestion.choosing import Order
from infra.ingestion.ingest import ingest
from infra.local.pgbouncer import PgBouncer
from infra.local.platform import Deployment, Platform
from infra.local.ports import LOOPBACK
from infra.local.state import State
from tests.docs.prose import table_rows
from tests.fixtures.platform import BOOK, SITE, until_queue_answers
from tests.outage.containers import renew
from tests.outage.outages import Outage
from tests.outage.own_network import HOST, SILENT, Names, silent_at
from tests.outage.storage import Storage
from tests.outage.test_degraded_mode import PAGE, check, rows_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from shared.settings.database import Transport
    from tests.fixtures.platform import Person
    from tests.outage.own_network import Manner

ROWS = table_rows(PAGE, "## When names cannot be looked up")
MANNERS: dict[str, Manner] = {
    "silent": "silent",
    "closed": "refused",
    "late": "late",
    "a silent address first": "well",
}


@pytest.fixture(scope="session")
def platform() -> Generator[Platform]:
    """Everything, found by name."""
    transports: list[Transport] = ["http", "pooled"] if PgBouncer.installed() else ["http"]
    named = Deployment(host=HOST)
    with State.temporary() as state, Platform(state, transports, breakable=True, deployment=named) as platform:
        ingest(Order([str(BOOK)], site="wombat", site_url=SITE), platform.qdrant.url)
        yield platform


@pytest.fixture
def names() -> Generator[Names]:
    """What the name server is told; afterwards it does well."""
    names = Names()
    yield names
    names.behave("well")


@pytest.fixture
def outage(platform: Platform, new_person: Callable[[], Person], transport: Transport) -> Outage:
    """A platform whose functions have reached what they depend on."""
    assert platform.relays is not None
    nobody, storage = new_person().api, Storage(platform.postgres.superuser_url)
    outage = Outage(nobody, new_person(), new_person(), platform.relays, storage, transport)
    until_queue_answers(outage.person.api)
    outage.call_all(list(rows_of("nothing")), "nothing", "")
    return outage


def test_every_row_about_names_holds(outage: Outage, names: Names, platform: Platform) -> None:
    for containers, server, missing, chat, others in ROWS:
        if containers == "new":
            renew(platform)
        silent = [silent_at(SILENT, relay.port) for relay in outage.relays.all()] if "address" in server else []
        names.behave(MANNERS[server], *([SILENT, LOOPBACK] if silent else []))
        for called in outage.call_all(list(rows_of(missing)), "nothing", server):
            check(called, missing, f"{containers}, {server}", (float(chat), float(others)))
        for each in (each for waiting in silent for each in waiting):
            each.close()
