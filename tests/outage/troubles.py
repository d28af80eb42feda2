"""What goes wrong during a soak: seeded, one trouble after the other, each with its end."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from infra.local.platform import Platform
    from infra.local.process import Process
    from infra.local.relay import Relay

Step: TypeAlias = Callable[[], object]
Trouble: TypeAlias = tuple[str, Step, Step]
"""What it is called, how it begins, how it ends."""

LASTS = (0.3, 6.0)
PAUSE = (0.3, 4.0)
"""Seconds, at least and at most."""


class Troubles(threading.Thread):
    """Kills, freezes, slows and restarts components until it is told to stop; then everything is well again."""

    def __init__(self, platform: Platform, seed: int) -> None:
        super().__init__(name="troubles", daemon=True)
        self.counts: Counter[str] = Counter()
        self._chance = random.Random(seed)  # noqa: S311 (the same troubles for the same seed)
        self._enough = threading.Event()
        self._troubles = list(_of_relays(platform)) + list(_of_processes(platform))

    def run(self) -> None:
        """One trouble at a time, sometimes two."""
        while not self._enough.is_set():
            chosen = self._chance.sample(self._troubles, self._chance.choice([1, 1, 2]))
            for name, begin, _ in chosen:
                self.counts[name] += 1
                begin()
            self._enough.wait(self._chance.uniform(*LASTS))
            for _, _, end in chosen:
                end()
            self._enough.wait(self._chance.uniform(*PAUSE))

    def stop(self) -> None:
        """End the last trouble."""
        self._enough.set()
        self.join()


def _of_relays(platform: Platform) -> list[Trouble]:
    assert platform.relays is not None
    named = {
        "Neon's endpoint": platform.relays.http,
        "the pooler": platform.relays.pooled,
        "Qdrant": platform.relays.qdrant,
        "the queue": platform.relays.queue,
    }
    return [trouble for name, relay in named.items() for trouble in _of_relay(name, relay)]


def _of_relay(name: str, relay: Relay) -> list[Trouble]:
    return [
        (f"{name} refuses", relay.refuse, relay.restore),
        (f"{name} is silent", relay.accept_silently, relay.restore),
        (f"{name} is slow", lambda: relay.delay(0.4), relay.restore),
        (f"{name} is very slow", lambda: relay.delay(3), relay.restore),
        (f"{name} drops connections", relay.reset, relay.restore),
    ]


def _of_processes(platform: Platform) -> list[Trouble]:
    """The queue is not killed: the local one keeps messages in memory, as SQS does not."""
    postgres = platform.postgres
    assert platform.pgbouncer is not None
    pgbouncer = platform.pgbouncer
    return [
        ("PostgreSQL is killed", postgres.kill, postgres.start),
        ("PostgreSQL freezes", postgres.freeze, postgres.thaw),
        ("PgBouncer is killed", pgbouncer.process.kill, lambda: _restarted(pgbouncer.process)),
        ("PgBouncer freezes", pgbouncer.process.freeze, pgbouncer.process.thaw),
        ("Neon's endpoint is killed", platform.neon_sql.process.kill, lambda: _restarted(platform.neon_sql.process)),
        ("Neon's endpoint freezes", platform.neon_sql.process.freeze, platform.neon_sql.process.thaw),
        ("Qdrant is killed", platform.qdrant.process.kill, lambda: _restarted(platform.qdrant.process)),
        ("Qdrant freezes", platform.qdrant.process.freeze, platform.qdrant.process.thaw),
        ("the queue freezes", platform.moto.process.freeze, platform.moto.process.thaw),
    ]


def _restarted(process: Process) -> None:
    process.start()
