"""Connections, processes and processor time of a platform, once a second while something else puts load on it."""

from __future__ import annotations

import os
import threading
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from psycopg import ClientCursor, Connection
from psycopg.rows import DictRow, dict_row

from infra.local.process import descendants

if TYPE_CHECKING:
    from typing import Self

    from infra.local.platform import Platform
    from shared.settings.database import Transport

SECONDS: Final = 1.0
TICKS: Final = os.sysconf("SC_CLK_TCK")
POOLS: Final = b"show pools"
BACKENDS: Final = """
    select count(*) as connections, count(*) filter (where state = 'active') as active
      from pg_stat_activity where datname = 'docs' and backend_type = 'client backend' and pid <> pg_backend_pid()
"""


@dataclass(frozen=True, slots=True)
class Sample:
    """One moment.

    Attributes:
        at: Seconds since 1970.
        connections: Of Postgres, whatever they do.
        active: Of those, the ones that run a statement.
        clients: Of PgBouncer.
        waiting: Of those, the ones that wait for a connection to Postgres.
        functions: Processes of functions.
        processor: Seconds of processor time since each component began, by its name.
    """

    at: float
    connections: int
    active: int
    clients: int
    waiting: int
    functions: int
    processor: dict[str, float] = field(default_factory=dict[str, float])


class Samples:
    """Looks once a second while the block runs: `with Samples(platform, "http") as samples: ...; samples.taken`."""

    def __init__(self, platform: Platform, transport: Transport, others: dict[str, int]) -> None:
        self.taken: list[Sample] = []
        self._gateway = platform.gateways[transport].process.pid
        self._components = _pids(platform) | others
        self._server_url = platform.postgres.superuser_url
        self._pooler = platform.pgbouncer
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="samples")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def between(self, begin: float, end: float) -> list[Sample]:
        """Those of some seconds since 1970."""
        return [each for each in self.taken if begin <= each.at <= end]

    def _look(self) -> None:
        with ExitStack() as open_ones:
            server = open_ones.enter_context(_connection(self._server_url))
            console = open_ones.enter_context(_connection(self._pooler.console_url)) if self._pooler else None
            while not self._over.wait(SECONDS):
                self.taken.append(self._sample(server, console))

    def _sample(
        self,
        server: Connection[DictRow],
        console: Connection[DictRow] | None,
    ) -> Sample:
        [backends] = server.execute(BACKENDS).fetchall()
        # the console knows the simple protocol alone, which is what this cursor speaks
        pools = ClientCursor(console).execute(POOLS).fetchall() if console else []
        mine = [pool for pool in pools if pool["database"] == "docs"]
        functions = list(descendants(self._gateway))
        processor = {name: processor_seconds(pid) for name, pid in self._components.items()}
        processor["gateway"] = processor_seconds(self._gateway, deep=False)
        processor["functions"] = sum(processor_seconds(pid, deep=False) for pid in functions)
        return Sample(
            at=time.time(),
            connections=backends["connections"],
            active=backends["active"],
            clients=sum(pool["cl_active"] + pool["cl_waiting"] for pool in mine),
            waiting=sum(pool["cl_waiting"] for pool in mine),
            functions=len(functions),
            processor=processor,
        )


def processor_seconds(pid: int, *, deep: bool = True) -> float:
    """What a process has used, with its children unless `deep` is False; 0 once it is gone."""
    total = _own(pid, deep=deep)
    return total + (sum(_own(child, deep=True) for child in descendants(pid)) if deep else 0.0)


def _own(pid: int, *, deep: bool) -> float:
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
        # user, system, and both of children that have ended (proc(5) numbers them 14 to 17)
        return sum(map(int, fields[11 : 15 if deep else 13])) / TICKS
    return 0.0


def _pids(platform: Platform) -> dict[str, int]:
    servers = {
        "stand-in for Neon": platform.neon_sql.process,
        "stand-in for Qdrant": platform.qdrant.process,
        "stand-in for SQS": platform.moto.process,
        "PgBouncer": platform.pgbouncer.process if platform.pgbouncer else None,
        "PostgreSQL": platform.postgres.process,
    }
    return {name: process.pid for name, process in servers.items() if process}


def _connection(url: str) -> Connection[DictRow]:
    return Connection[DictRow].connect(url, autocommit=True, row_factory=dict_row)
