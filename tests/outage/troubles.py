"""What goes wrong during a soak: seeded, one trouble after the other, each with its end."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from tests.outage import own_network
from tests.outage.storage import Storage

if TYPE_CHECKING:
    from infra.local.platform import Platform
    from infra.local.process import Process
    from infra.local.relay import Relay

Step: TypeAlias = Callable[[], object]

LASTS = (0.3, 6.0)
PAUSE = (0.3, 4.0)
"""Seconds, at least and at most."""

TWO_AT_ONCE = 0.33


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that goes wrong.

    Attributes:
        component: What it happens to.
        what: What happens.
        begin: Brings it about.
        end: Undoes it.
    """

    component: str
    what: str
    begin: Step
    end: Step

    def __str__(self) -> str:
        return f"{self.component} {self.what}"


class Troubles(threading.Thread):
    """Kills, freezes, slows and restarts components until it is told to stop; then everything is well again.

    Attributes:
        counts: How often each trouble was made.
        failure: What kept this from making further troubles, if anything did: a run without them proves nothing.
    """

    def __init__(self, platform: Platform, seed: int) -> None:
        super().__init__(name="troubles", daemon=True)
        self.counts: Counter[str] = Counter()
        self.failure: Exception | None = None
        self._chance = random.Random(seed)  # noqa: S311 (the same troubles for the same seed)
        self._enough = threading.Event()
        self._troubles = [*_of_relays(platform), *_of_processes(platform), *_of_neon(platform), *_of_names(platform)]
        self._due: list[str] = []
        assert platform.pgbouncer is not None
        self._pooler = platform.pgbouncer

    def run(self) -> None:
        """One trouble at a time, sometimes two."""
        try:
            while not self._enough.is_set():
                self._make_some()
        except Exception as error:  # noqa: BLE001 (on this thread nobody would see it)
            self.failure = error

    def stop(self) -> None:
        """End the last trouble."""
        self._enough.set()
        self.join()
        self._revive()

    def _make_some(self) -> None:
        chosen = self._choose()
        for trouble in chosen:
            self.counts[str(trouble)] += 1
            trouble.begin()
        self._enough.wait(self._chance.uniform(*LASTS))
        for trouble in chosen:
            trouble.end()
        self._revive()
        self._enough.wait(self._chance.uniform(*PAUSE))

    def _revive(self) -> None:
        """Start PgBouncer again where it has ended by itself, as whoever runs one does.

        1.18 gives up over a client that goes away while its request to cancel is under way ("bad client state: 0").
        """
        pooler = self._pooler.process
        if not pooler.running:
            self.counts["PgBouncer ended by itself"] += 1
            pooler.start()

    def _choose(self) -> list[Trouble]:
        """Each component in its turn, so that a short run misses none; now and then another one at the same time.

        Two are never of one component: what was killed can be neither frozen nor thawed.
        """
        if not self._due:
            self._due = sorted({each.component for each in self._troubles})
            self._chance.shuffle(self._due)
        component = self._due.pop()
        first = self._chance.choice([each for each in self._troubles if each.component == component])
        others = [each for each in self._troubles if each.component != component]
        return [first, self._chance.choice(others)] if self._chance.random() < TWO_AT_ONCE else [first]


def _of_relays(platform: Platform) -> list[Trouble]:
    assert platform.relays is not None
    named = {"Qdrant": platform.relays.qdrant, "the queue": platform.relays.queue}
    if "http" in platform.gateways:
        named["Neon's endpoint"] = platform.relays.http
    if "pooled" in platform.gateways:
        named["the pooler"] = platform.relays.pooled
    return [trouble for name, relay in named.items() for trouble in _of_relay(name, relay)]


def _of_relay(name: str, relay: Relay) -> list[Trouble]:
    return [
        Trouble(name, "refuses", relay.refuse, relay.restore),
        Trouble(name, "is silent", relay.accept_silently, relay.restore),
        Trouble(name, "is slow", lambda: relay.delay(0.4), relay.restore),
        Trouble(name, "is very slow", lambda: relay.delay(3), relay.restore),
        Trouble(name, "drops connections", relay.reset, relay.restore),
    ]


def _of_processes(platform: Platform) -> list[Trouble]:
    """The queue is not killed: the local one keeps messages in memory, as SQS does not."""
    postgres, queue = platform.postgres, platform.moto.process
    assert platform.pgbouncer is not None
    neon = _of_process("Neon's endpoint", platform.neon_sql.process)
    return [
        Trouble("PostgreSQL", "is killed", postgres.kill, postgres.start),
        Trouble("PostgreSQL", "freezes", postgres.freeze, postgres.thaw),
        *_of_process("PgBouncer", platform.pgbouncer.process),
        *(neon if "http" in platform.gateways else ()),
        *_of_process("Qdrant", platform.qdrant.process),
        Trouble("the queue", "freezes", queue.freeze, queue.thaw),
    ]


def _of_neon(platform: Platform) -> list[Trouble]:
    """What Neon does besides: its storage is away, and a compute that nobody used is suspended until somebody asks."""
    assert platform.relays is not None
    storage = Storage(platform.postgres.superuser_url)
    ways = [platform.relays.database(transport) for transport in platform.gateways]

    def suspend() -> None:
        for way in ways:
            way.reset()
            way.accept_silently()

    def wake() -> None:
        for way in ways:
            way.restore()

    return [
        # of PostgreSQL, which has to be there for it
        Trouble("PostgreSQL", "has no storage", storage.fail, storage.restore),
        Trouble("the compute", "is suspended and wakes up", suspend, wake),
    ]


def _of_names(platform: Platform) -> list[Trouble]:
    """A name server that fails, mostly for containers that have just been started; and these alone."""
    ended = Trouble("containers", "are replaced", platform.renew, lambda: None)
    if not own_network.inside():
        return [ended]
    names = own_network.Names()

    def fail(manner: own_network.Manner) -> None:
        names.behave(manner)
        platform.renew()

    def well() -> None:
        names.behave("well")

    manners: tuple[own_network.Manner, ...] = ("silent", "refused", "late", "slow", "nonsense", "servfail")
    return [
        ended,
        Trouble("the name server", "is silent for who has asked before", lambda: names.behave("silent"), well),
        *(
            Trouble("the name server", f"is {manner} for new containers", lambda manner=manner: fail(manner), well)
            for manner in manners
        ),
    ]


def _of_process(name: str, process: Process) -> list[Trouble]:
    return [
        Trouble(name, "is killed", process.kill, process.start),
        Trouble(name, "freezes", process.freeze, process.thaw),
    ]
