"""Every row of specs/faults.md, with the thing really broken: what a caller gets, how soon, how often it was run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple, cast

import psycopg
import pytest

from infra.local.pgbouncer import PgBouncer
from infra.local.postgres import Postgres
from infra.local.program import PROJECT
from infra.local.relay import Relay
from infra.local.server import Server
from infra.local.state import State
from infra.migrate import migrate
from shared import deadline
from shared.db import Statement
from shared.db.opening import open_transport
from shared.errors import AppError
from tests.contract.breakages import BREAKAGES, FREEZES, PREPARED, Scene, World
from tests.contract.frozen_client import UNIT
from tests.contract.ways import CLEAN, SCRATCH, settings_for
from tests.docs.prose import table_rows
from tests.fixtures.database import needs_pgbouncer
from tests.fixtures.stopwatch import Stopwatch
from tests.fixtures.waiting import PATIENCE_SECONDS, until

if TYPE_CHECKING:
    from collections.abc import Generator

    from shared.db import Database
    from shared.settings.database import DatabaseSettings
    from tests.contract.ways import Name


class Row(NamedTuple):
    """One row of the table, for one of its ways."""

    fault: str
    way: Name
    patience: float
    repeatable: bool
    outcome: str
    seconds: float
    committed: range


def read(cells: list[str]) -> list[Row]:
    fault, ways, patience, batch, outcome, seconds, committed = cells
    least, _, most = committed.partition(" to ")
    times = range(int(least), int(most or least) + 1)
    repeatable = {"once": False, "repeatable": True}[batch]
    return [
        Row(fault, cast("Name", way), float(patience), repeatable, outcome, float(seconds), times)
        for way in ways.split(", ")
    ]


ROWS = [row for cells in table_rows("specs/faults.md", "# Faults") for row in read(cells)]
OUTCOMES = {"rows": "rows", "DatabaseUnavailable": "unavailable"}


@pytest.fixture(scope="module")
def world() -> Generator[World]:
    """Servers of our own: nobody else is hurt."""
    needs_pgbouncer()
    with ExitStack() as stack:
        state = stack.enter_context(State.temporary())
        postgres = stack.enter_context(Postgres(state))
        migrate(postgres.owner_url, postgres.app_url, say=lambda _: None)
        with psycopg.connect(postgres.owner_url, autocommit=True) as owner:
            owner.execute(SCRATCH)
        with psycopg.connect(postgres.superuser_url, autocommit=True) as superuser:
            superuser.execute("alter system set deadlock_timeout = '200ms'")
            superuser.execute("select pg_reload_conf()")
        pooler = PgBouncer(state, postgres)
        stack.callback(pooler.stop)
        stand_in = Server("neon sql", "infra.local.neon_sql", "--postgres-port", str(pooler.port), state=state)
        stack.callback(stand_in.stop)
        stand_in.start()
        pooler.start()
        stand_in.wait()
        ports: dict[Name, int] = {"http": stand_in.port, "pooled": pooler.port, "direct": postgres.port}
        relays: dict[Name, Relay] = {way: stack.enter_context(Relay(port)) for way, port in ports.items()}
        yield World(postgres, pooler, stand_in, relays)


@pytest.fixture
def scene(world: World, row: Row) -> Generator[Scene]:
    world.recover()
    with psycopg.connect(world.postgres.owner_url, autocommit=True) as owner:
        owner.execute(CLEAN)
        owner.execute("insert into contract.note values (1), (2)")
    relay = world.relays[row.way]
    yield Scene(world, row.way, relay, settings_for(row.way, world.postgres, relay.port))
    relay.restore()


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.fault in BREAKAGES], ids=lambda row: f"{row.fault}-{row.way}-{row.repeatable}"
)
def test_a_fault_does_what_the_table_says(scene: Scene, row: Row) -> None:
    PREPARED[row.fault](scene)
    with ExitStack() as stack:
        if scene.warm:
            database = stack.enter_context(connected(scene))
            stack.enter_context(BREAKAGES[row.fault](scene))
        else:
            stack.enter_context(BREAKAGES[row.fault](scene))
            database = open_transport(scene.settings)

        outcome = "rows"
        with Stopwatch() as took:
            try:
                with deadline.within(row.patience):
                    database.run(UNIT, *scene.statements, idempotent=row.repeatable, transaction=scene.transaction)
            except AppError as error:
                outcome = type(error).__name__

    assert OUTCOMES.get(outcome, outcome) == row.outcome
    assert took.least <= row.seconds
    assert committed(scene.world) in row.committed


@pytest.mark.parametrize("row", [row for row in ROWS if row.fault in FREEZES], ids=lambda row: f"{row.fault}-{row.way}")
def test_a_frozen_process_does_what_the_table_says(scene: Scene, row: Row) -> None:
    """As Lambda freezes a function: it finds out by itself, without a word to the caller."""
    with frozen_client(scene.settings, row.patience) as client:
        os.kill(client.pid, signal.SIGSTOP)
        FREEZES[row.fault](scene.relay)
        until(lambda: not scene.relay.open_connections, "the connection has ended")
        os.kill(client.pid, signal.SIGCONT)

        with Stopwatch() as took:
            outcome, seconds = answer(client)

    assert OUTCOMES.get(outcome, outcome) == row.outcome
    assert seconds - took.stalled <= row.seconds
    assert committed(scene.world) in row.committed


def test_the_table_names_every_fault_and_every_fault_of_the_table_can_be_made() -> None:
    assert {row.fault for row in ROWS} == set(BREAKAGES) | set(FREEZES)


def test_no_row_allows_a_batch_that_is_to_run_once_to_be_run_twice() -> None:
    assert max(max(row.committed) for row in ROWS if not row.repeatable) == 1


@contextmanager
def connected(scene: Scene) -> Generator[Database]:
    database = open_transport(scene.settings)
    database.run(Statement("select 1"))
    yield database
    database.close()


def committed(world: World) -> int:
    """How often the unit was committed; asked again while Postgres recovers from a crash."""
    counted: list[int] = []

    def count() -> bool:
        with suppress(psycopg.OperationalError), psycopg.connect(world.postgres.superuser_url) as superuser:
            counted.extend(superuser.execute("select count(*) from contract.run").fetchone() or ())
        return bool(counted)

    until(count, "Postgres is back")
    return counted[0]


def frozen_client(settings: DatabaseSettings, patience: float) -> subprocess.Popen[str]:
    environment = {
        "DATABASE_URL": settings.url,
        "DATABASE_TRANSPORT": settings.transport,
        "DATABASE_HTTP_ENDPOINT": settings.http_endpoint or "",
    }
    words = [sys.executable, "-m", "tests.contract.frozen_client", str(patience)]
    pipe = subprocess.PIPE
    client = subprocess.Popen(words, cwd=PROJECT, env=environment, stdin=pipe, stdout=pipe, text=True)  # noqa: S603 (our own words)
    assert client.stdout is not None
    assert json.loads(client.stdout.readline()) == "connected"
    return client


def answer(client: subprocess.Popen[str]) -> tuple[str, float]:
    """What the client says of its next batch, which is its last."""
    said, _ = client.communicate("next\n", timeout=PATIENCE_SECONDS)
    outcome, seconds = json.loads(said)
    return outcome, seconds
