"""The faults of specs/faults.md: each a block in which a batch is to be run, and something of ours to break."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, LiteralString

import psycopg

from infra.local.ports import LOOPBACK
from infra.local.relay import Relay
from shared.db import USUAL, Statement, Transaction
from tests.contract.mid_batch import MIDDLE, in_mid_batch, meanwhile, waiting
from tests.contract.ways import end_sessions, settings_for
from tests.fixtures.waiting import PATIENCE_SECONDS, until

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from concurrent.futures import Future
    from contextlib import AbstractContextManager

    from infra.local.pgbouncer import PgBouncer
    from infra.local.postgres import Postgres
    from infra.local.server import Server
    from shared.settings.database import DatabaseSettings
    from tests.contract.ways import Name

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

    def recover(self) -> None:
        """Wait until the functions' role reaches Postgres again, through the pooler."""

        def reached() -> bool:
            with suppress(psycopg.OperationalError), psycopg.connect(self.pooler.app_url) as connection:
                connection.execute("select 1")
                return True
            return False

        until(reached, "Postgres is reached through the pooler")


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

    @property
    def pooler(self) -> PgBouncer | None:
        """That is on the way."""
        return None if self.way == "direct" else self.world.pooler

    def in_mid_batch(self, act: Callable[[int], object]) -> AbstractContextManager[None]:
        """See there."""
        return in_mid_batch(self.world.postgres.superuser_url, act)


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


@breakage("session ended while idle")
def _(scene: Scene) -> Generator[None]:
    end_sessions(scene.world.postgres, scene.relay, scene.pooler)
    yield


@breakage("session ended in mid-batch", statements=(Statement("select contract.die(1)"),))
def _(_scene: Scene) -> Generator[None]:
    yield


@breakage("server crashed in mid-batch", statements=(MIDDLE,))
def _(scene: Scene) -> Generator[None]:
    with scene.in_mid_batch(lambda session: os.kill(session, signal.SIGKILL)):
        yield


@breakage("connection cut after the commit")
def _(scene: Scene) -> Generator[None]:
    scene.relay.cut_after(0)
    yield


@breakage("connection reset while idle")
def _(scene: Scene) -> Generator[None]:
    scene.relay.reset()
    yield


@breakage("connection reset in mid-batch", statements=(MIDDLE,))
def _(scene: Scene) -> Generator[None]:
    with scene.in_mid_batch(lambda _: scene.relay.reset()):
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
    with closing(http.client.HTTPConnection(LOOPBACK, stand_in.port, timeout=PATIENCE_SECONDS)) as connection:
        connection.request(method, "/faults", json.dumps(fault))
        assert connection.getresponse().status == http.HTTPStatus.NO_CONTENT


@contextmanager
def no_slots(scene: Scene) -> Generator[psycopg.Connection]:
    """Postgres takes no session of the functions' role; who may change that."""
    with scene.world.superuser() as superuser:
        superuser.execute("alter role docs_app connection limit 0")
        end_sessions(scene.world.postgres, scene.relay, scene.pooler)
        yield superuser
        superuser.execute(UNLIMITED)


@breakage("no slot for the first connection")
def _(scene: Scene) -> Generator[None]:
    with no_slots(scene) as superuser:
        scene.relay.accept(1)
        before = scene.relay.total.connections

        def leave_room() -> None:
            until(lambda: scene.relay.total.connections > before + 1, "a second connection is tried")
            superuser.execute(UNLIMITED)
            scene.relay.restore()

        with meanwhile(leave_room):
            yield


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
    with pooler(scene, pool_size=1) as small, psycopg.connect(small.app_url) as holder:
        holder.execute("select 1")
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
    if scene.way == "pooled":
        until(lambda: not scene.relay.open_connections, "the old connection has ended")
    yield


@breakage("pooler killed in mid-batch", statements=(MIDDLE,))
def _(scene: Scene) -> Generator[None]:
    with scene.in_mid_batch(lambda _: scene.world.pooler.process.kill()):
        yield
    scene.world.pooler.start()


@breakage(
    "deadlock",
    statements=(
        Statement("update contract.note set text = 'ours' where id = 2"),
        MIDDLE,
        Statement("update contract.note set text = 'ours' where id = 1"),
    ),
)
def _(scene: Scene) -> Generator[None]:
    """Somebody else locks the same two rows the other way round, and is ready to wait for longer than we are.

    Postgres looks for a deadlock once, when a session has waited for a while: we come last, and so it is us it finds.
    """
    with scene.world.superuser() as other, ThreadPoolExecutor(1) as threads:
        other.execute("set deadlock_timeout = '10min'")
        other.execute("begin; update contract.note set text = 'theirs' where id = 1")

        def finish() -> None:
            other.execute("update contract.note set text = 'theirs' where id = 2")
            other.execute("commit")

        def collide(_session: int) -> None:
            theirs.append(threads.submit(finish))
            with scene.world.superuser() as onlooker:
                until(lambda: other.info.backend_pid in waiting(onlooker), "the other one waits for us")

        theirs: list[Future[None]] = []
        with scene.in_mid_batch(collide):
            yield
        theirs[0].result()


@breakage(
    "serialization failure",
    statements=(MIDDLE, Statement("update contract.note set text = 'ours' where id = 1")),
    transaction=Transaction("repeatable read"),
)
def _(scene: Scene) -> Generator[None]:
    with scene.world.superuser() as other:
        overtake: LiteralString = "update contract.note set text = 'theirs' where id = 1"
        with scene.in_mid_batch(lambda _: other.execute(overtake)):
            yield
