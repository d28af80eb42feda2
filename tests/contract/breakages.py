"""The faults of specs/faults.md: each a block in which a batch is to be run, and something of ours to break."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import threading
import time
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import psycopg

from infra.local.ports import LOOPBACK
from infra.local.relay import Relay
from shared.db import USUAL, Statement, Transaction
from tests.contract.ways import settings_for

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from contextlib import AbstractContextManager

    from infra.local.pgbouncer import PgBouncer
    from infra.local.postgres import Postgres
    from infra.local.server import Server
    from shared.settings.database import DatabaseSettings
    from tests.contract.ways import Name

PAUSE = Statement("select pg_sleep(0.4)")
MID_BATCH_SECONDS = 0.15
UNLIMITED = "alter role docs_app connection limit -1"


@dataclass
class World:
    """Servers that nobody else needs."""

    postgres: Postgres
    pooler: PgBouncer
    stand_in: Server
    relays: dict[Name, Relay]

    def superuser(self) -> psycopg.Connection:
        return psycopg.connect(self.postgres.superuser_url, autocommit=True)

    def end_sessions(self) -> None:
        """End those of the functions' role, and wait until they are gone."""
        with self.superuser() as superuser:
            superuser.execute("select pg_terminate_backend(pid, 2000) from pg_stat_activity where usename = 'docs_app'")
        time.sleep(0.05)

    def recover(self) -> None:
        """Wait until the functions' role reaches Postgres again, through the pooler."""
        for _ in range(200):
            with suppress(psycopg.OperationalError), psycopg.connect(self.pooler.app_url) as connection:
                connection.execute("select 1")
                return
            time.sleep(0.02)
        raise AssertionError("Postgres cannot be reached through the pooler")

    def waiting_session(self) -> int:
        """The process id of the functions' session that waits or sleeps in mid-batch."""
        query = (
            "select pid from pg_stat_activity where usename = 'docs_app' and state = 'active'"
            " and wait_event_type in ('Timeout', 'Lock')"
        )
        with self.superuser() as superuser:
            for _ in range(200):
                found = superuser.execute(query).fetchone()
                if found:
                    return found[0]
                time.sleep(0.01)
        raise AssertionError("no session waits")


@dataclass
class Scene:
    """One run of one row: what a fault may change before the batch is run.

    Attributes:
        settings: How to reach Postgres.
        warm: Whether there is a connection already.
        statements: Run after the unit, in the same batch.
    """

    world: World
    way: Name
    relay: Relay
    settings: DatabaseSettings
    warm: bool = True
    statements: tuple[Statement, ...] = ()
    transaction: Transaction = USUAL


PREPARED: Final[dict[str, Callable[[Scene], None]]] = {}
BREAKAGES: Final[dict[str, Callable[[Scene], AbstractContextManager[None]]]] = {}

FREEZES: Final[dict[str, Callable[[Relay], None]]] = {
    "process frozen, goodbye meanwhile": Relay.hang_up,
    "process frozen, reset meanwhile": Relay.reset,
}
"""What happens to the connection while the process that holds it is stopped."""


def breakage(
    name: str,
    **prepared: Any,  # noqa: ANN401 (attributes of Scene)
) -> Callable[[Callable[[Scene], Generator[None]]], Callable[[Scene], AbstractContextManager[None]]]:
    """Register a fault under its name in the table; `prepared` is set on the scene before it begins."""

    def register(fault: Callable[[Scene], Generator[None]]) -> Callable[[Scene], AbstractContextManager[None]]:
        def prepare(scene: Scene) -> None:
            for attribute, value in prepared.items():
                setattr(scene, attribute, value)

        PREPARED[name], BREAKAGES[name] = prepare, contextmanager(fault)
        return BREAKAGES[name]

    return register


@contextmanager
def meanwhile(act: Callable[[], object], after: float = 0.0) -> Generator[None]:
    """Do it beside the block, so many seconds after its beginning; what it raises is raised."""
    failed: list[BaseException] = []

    def work() -> None:
        try:
            act()
        except BaseException as error:  # noqa: BLE001 (raised below)
            failed.append(error)

    timer = threading.Timer(after, work)
    timer.start()
    yield
    timer.join()
    if failed:
        raise failed[0]


@breakage("session ended while idle")
def _(scene: Scene) -> Generator[None]:
    scene.world.end_sessions()
    yield


@breakage("session ended in mid-batch", statements=(Statement("select contract.die(1)"),))
def _(_scene: Scene) -> Generator[None]:
    yield


@breakage("server crashed in mid-batch", statements=(PAUSE,))
def _(scene: Scene) -> Generator[None]:
    with meanwhile(lambda: os.kill(scene.world.waiting_session(), signal.SIGKILL)):
        yield


@breakage("connection cut after the commit")
def _(scene: Scene) -> Generator[None]:
    scene.relay.cut_after(0)
    yield


@breakage("connection reset while idle")
def _(scene: Scene) -> Generator[None]:
    scene.relay.reset()
    yield


@breakage("connection reset in mid-batch", statements=(PAUSE,))
def _(scene: Scene) -> Generator[None]:
    with meanwhile(scene.relay.reset, MID_BATCH_SECONDS):
        yield


@breakage("packets vanish on the open connection")
def _(scene: Scene) -> Generator[None]:
    scene.relay.accept_silently()
    yield
    scene.relay.restore()


@breakage("packets vanish while connecting", warm=False)
def _(scene: Scene) -> Generator[None]:
    """A socket whose queue is full: the kernel drops what comes, as a firewall would."""
    with ExitStack() as stack:
        full = stack.enter_context(socket.socket())
        full.bind((LOOPBACK, 0))
        full.listen(0)
        for _attempt in range(4):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)  # noqa: FBT003 (its own signature)
            with suppress(BlockingIOError):
                client.connect(full.getsockname())
        scene.settings = settings_for(scene.way, scene.world.postgres, full.getsockname()[1])
        yield


@breakage("port refused")
def _(scene: Scene) -> Generator[None]:
    scene.relay.refuse()
    yield


@breakage("first byte after 0.6 s")
def _(scene: Scene) -> Generator[None]:
    scene.relay.delay(0.3)
    yield


@breakage("compute asleep for 2 s")
def _(scene: Scene) -> Generator[None]:
    """Neon ends the connections when it suspends a compute; later ones open at once and are answered when it is up."""
    scene.relay.hang_up()
    scene.relay.accept_silently()
    with meanwhile(scene.relay.restore, after=2):
        yield


@breakage("rate limit, twice")
def _(scene: Scene) -> Generator[None]:
    with switched(scene.world.stand_in, "rate limit", times=2):
        yield


@breakage("rate limit, lasting")
def _(scene: Scene) -> Generator[None]:
    with switched(scene.world.stand_in, "rate limit", times=1000):
        yield


@contextmanager
def switched(stand_in: Server, kind: str, times: int) -> Generator[None]:
    switch(stand_in, "PUT", {"kind": kind, "times": times})
    yield
    switch(stand_in, "DELETE")


def switch(stand_in: Server, method: str, fault: dict[str, str | int] | None = None) -> None:
    with closing(http.client.HTTPConnection(LOOPBACK, stand_in.port, timeout=5)) as connection:
        connection.request(method, "/faults", json.dumps(fault))
        assert connection.getresponse().status == http.HTTPStatus.NO_CONTENT


@contextmanager
def no_slots(scene: Scene) -> Generator[None]:
    """Postgres takes no session of the functions' role."""
    with scene.world.superuser() as superuser:
        superuser.execute("alter role docs_app connection limit 0")
        scene.world.end_sessions()
        yield
        superuser.execute(UNLIMITED)


@breakage("no slot for connections for 0.1 s")
def _(scene: Scene) -> Generator[None]:
    with no_slots(scene), meanwhile(lambda: unlimited(scene.world), after=0.02):
        yield


def unlimited(world: World) -> None:
    with world.superuser() as superuser:
        superuser.execute(UNLIMITED)


@breakage("no slot for connections, lasting")
def _(scene: Scene) -> Generator[None]:
    with no_slots(scene):
        yield


@contextmanager
def pooler(scene: Scene, pool_size: int = 20, **limits: int) -> Generator[PgBouncer]:
    """The pooler with other limits; afterwards as before."""
    pooler, before = scene.world.pooler, scene.world.pooler.pool_size
    try:
        pooler.pool_size, pooler.limits = pool_size, limits
        restarted(pooler)
        yield pooler
    finally:
        pooler.pool_size, pooler.limits = before, {}
        restarted(pooler)


def restarted(pooler: PgBouncer) -> None:
    pooler.stop()
    pooler.start()


@contextmanager
def busy(pooler: PgBouncer, seconds: float) -> Generator[None]:
    """Somebody holds the only server connection."""
    with psycopg.connect(pooler.app_url) as holder:
        holder.execute("select 1")
        with meanwhile(holder.rollback, after=seconds):
            yield


@breakage("pool busy for 1.5 s, and queueing limited to 1 s")
def _(scene: Scene) -> Generator[None]:
    with pooler(scene, pool_size=1, query_wait_timeout=1) as small, busy(small, 1.5):
        yield


@breakage("pool busy, lasting")
def _(scene: Scene) -> Generator[None]:
    with pooler(scene, pool_size=1) as small, busy(small, 1.5):
        yield


@breakage("pooler full")
def _(scene: Scene) -> Generator[None]:
    with pooler(scene, max_client_conn=2) as small, ExitStack() as guests:
        for _guest in range(2):
            guests.enter_context(psycopg.connect(small.app_url))
        yield


@breakage("pooler restarted while idle")
def _(scene: Scene) -> Generator[None]:
    restarted(scene.world.pooler)
    yield


@breakage("pooler killed in mid-batch", statements=(PAUSE,))
def _(scene: Scene) -> Generator[None]:
    with meanwhile(scene.world.pooler.process.kill, MID_BATCH_SECONDS):
        yield
    scene.world.pooler.start()


@breakage(
    "deadlock",
    statements=(
        Statement("update contract.note set text = 'ours' where id = 2"),
        Statement("update contract.note set text = 'ours' where id = 1"),
    ),
)
def _(scene: Scene) -> Generator[None]:
    """Somebody else locks the same two rows the other way round, and is ready to wait for longer than we are."""
    with scene.world.superuser() as other:
        other.execute("set deadlock_timeout = '30s'")
        other.execute("begin; update contract.note set text = 'theirs' where id = 1")

        def collide() -> None:
            scene.world.waiting_session()
            other.execute("update contract.note set text = 'theirs' where id = 2")
            other.execute("commit")

        with meanwhile(collide):
            yield


@breakage(
    "serialization failure",
    statements=(PAUSE, Statement("update contract.note set text = 'ours' where id = 1")),
    transaction=Transaction("repeatable read"),
)
def _(scene: Scene) -> Generator[None]:
    with scene.world.superuser() as other:

        def overtake() -> None:
            scene.world.waiting_session()
            other.execute("update contract.note set text = 'theirs' where id = 1")

        with meanwhile(overtake):
            yield
