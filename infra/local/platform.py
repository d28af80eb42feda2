"""The whole system on one machine: every component a child process, started side by side, stopped together."""

from __future__ import annotations

import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.local.components import Deployment, environment_file, gateway_of, neon_sql, passages_store
from infra.local.gateway.invocation import ACCOUNT
from infra.local.moto import MotoServer
from infra.local.origins import site_origins, trusted_origins
from infra.local.pgbouncer import PgBouncer
from infra.local.ports import LOOPBACK
from infra.local.postgres import Postgres
from infra.local.process import Process
from infra.local.relay import Relay
from infra.migrate import migrate

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence
    from typing import Self

    from infra.local.server import Server
    from infra.local.state import State
    from shared.settings.database import Transport

COLLECTION = "docs"
MOST_RESTARTS = 10
"""Of the store of passages in one run; one that ends again and again is broken."""


@dataclass(frozen=True, slots=True)
class Relays:
    """What stands between the functions and everything that they depend on, so that a test can break it.

    Attributes:
        http: In front of the stand-in for Neon's `/sql`.
        pooled: In front of PgBouncer.
        qdrant: In front of the store of passages.
        queue: In front of SQS.
    """

    http: Relay
    pooled: Relay
    qdrant: Relay
    queue: Relay

    def database(self, transport: Transport) -> Relay:
        """The way to the database."""
        return self.http if transport == "http" else self.pooled

    def all(self) -> tuple[Relay, ...]:
        """All of them."""
        return self.http, self.pooled, self.qdrant, self.queue


class Platform:
    """Everything, on free ports: `with Platform(state) as platform: httpx.get(platform.url("http"))`.

    Args:
        state: Where the data lives.
        transports: How functions reach the database; there is one gateway for each.
        port: Preferred for the first gateway.
        breakable: Puts `relays` between the functions and what they depend on.
        deployment: What it does unlike others.
        say: Told what happens, one short line each.
    """

    def __init__(
        self,
        state: State,
        transports: Sequence[Transport] = ("http",),
        *,
        port: int | None = None,
        breakable: bool = False,
        deployment: Deployment | None = None,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.state = state
        self.say = say
        self.deployment = deployment or Deployment()
        self.sites = site_origins(self.deployment.settings)
        self.postgres = Postgres(state)
        self.pgbouncer = PgBouncer(state, self.postgres) if PgBouncer.installed() else None
        self.neon_sql = neon_sql(state, (self.pgbouncer or self.postgres).port)
        self.qdrant = passages_store(state)
        self.moto = MotoServer(state)
        self.relays = self._relays() if breakable else None
        self.gateways: dict[Transport, Server] = {}
        for each in transports:
            preferred = port if not self.gateways else None
            self.gateways[each] = gateway_of(state, each, preferred, self.deployment)
        self._relaying = ExitStack()
        self._restarts = 0

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def processes(self) -> list[Process]:
        """All but PostgreSQL, on which the others depend."""
        servers = [*self.gateways.values(), self.neon_sql, self.qdrant, self.moto]
        return [*(server.process for server in servers), *([self.pgbouncer.process] if self.pgbouncer else [])]

    def url(self, transport: Transport) -> str:
        """The origin of the API whose functions use that transport."""
        return self.gateways[transport].url

    def door(self, transport: Transport) -> Process | None:
        """The process through which all functions reach the database, if it is one: while it hangs, there is none."""
        if transport == "http":
            return self.neon_sql.process
        return self.pgbouncer.process if self.pgbouncer else None

    def database_url(self) -> str:
        """What the functions get as DATABASE_URL: the pooled endpoint, or the direct one where there is no pooler."""
        url = self.pgbouncer.app_url if self.pgbouncer else self.postgres.app_url
        port = self.pgbouncer.port if self.pgbouncer else self.postgres.port
        there = f"@{self.deployment.host}:{self.relays.pooled.port if self.relays else port}/"
        return url.replace(f"@{LOOPBACK}:{port}/", there)

    def environment(self, transport: Transport) -> dict[str, str]:
        """All variables of the functions behind one gateway (specs/settings.md)."""
        gateway = self.gateways[transport]
        sql_port = self.relays.http.port if self.relays else self.neon_sql.port
        qdrant_port = self.relays.qdrant.port if self.relays else self.qdrant.port
        host = self.deployment.host
        aws = f"http://{host}:{self.relays.queue.port if self.relays else self.moto.port}"
        return {
            "AWS_ENDPOINT_URL": aws,
            "DATABASE_URL": self.database_url(),
            "DATABASE_TRANSPORT": transport,
            "DATABASE_HTTP_ENDPOINT": f"http://{host}:{sql_port}/sql",
            "BETTER_AUTH_SECRET": self.postgres.secrets.better_auth_secret,
            "BETTER_AUTH_URL": gateway.url,
            "TRUSTED_ORIGINS": trusted_origins(gateway.port, self.sites),
            "OUTBOX_DEAD_LETTER_URL": f"{aws}/{ACCOUNT}/outbox-{transport}-dead-letters.fifo",
            "OUTBOX_QUEUE_URL": f"{aws}/{ACCOUNT}/outbox-{transport}.fifo",
            "QDRANT_URL": f"http://{host}:{qdrant_port}",
            "QDRANT_COLLECTION": COLLECTION,
            "CHAT_STOP_MILLISECONDS": "50",  # nobody pays for the batches here
            "RATE_LIMITS": "off" if self.relays else "on",  # tests sign up many people from one address
            "MAIL_FOLDER": str(self.state.private_folder("mail")),
        } | dict(self.deployment.settings)

    def renew(self) -> None:
        """Replace all containers, those that work once they are done: the new ones have learned nothing yet."""
        for gateway in self.gateways.values():
            gateway.process.signal(signal.SIGHUP)

    @contextmanager
    def another_gateway(self, name: str, transport: Transport, settings: Mapping[str, str]) -> Generator[Server]:
        """One more gateway on the same data, whose functions have some settings of their own.

        Raises:
            ProcessFailed: It did not come up.
        """
        gateway = gateway_of(self.state, name, None, self.deployment)
        own = {"BETTER_AUTH_URL": gateway.url, "TRUSTED_ORIGINS": trusted_origins(gateway.port, site_origins(settings))}
        variables = self.environment(transport) | own | dict(settings)
        self.state.write(environment_file(name), variables)
        gateway.start()
        try:
            gateway.wait()
            yield gateway
        finally:
            gateway.stop()

    def start(self) -> None:
        """Start everything; what needs time to load does so while PostgreSQL starts.

        Raises:
            ProcessFailed: A component did not come up.
            FileNotFoundError: There is no PostgreSQL that can open the data.
            MigrationRefused: The data was made by other migrations than ours.
        """
        if self.relays:
            for relay in self.relays.all():
                self._relaying.enter_context(relay)
        servers = [self.qdrant, self.neon_sql, *self.gateways.values()]
        for transport in self.gateways:
            self.state.write(environment_file(transport), self.environment(transport))
        for server in servers:
            server.start()
        self._start_database()
        for server in servers:
            server.wait()
            self.say(f"{server.process.program.name} answers")
        self.moto.start()

    def check(self) -> None:
        """Make sure that everything still runs; the store of passages, which may run out of memory, is started again.

        Raises:
            ProcessFailed: A component ended; the message ends with the tail of its log.
        """
        for process in self.processes:
            if process is not self.qdrant.process or self._restarts >= MOST_RESTARTS:
                process.check()
        if not self.qdrant.process.running:
            self._restarts += 1
            self.say(f"{self.qdrant.process.program.name} ended; it is started again")
            self.qdrant.start()
            self.qdrant.wait()
        if self.postgres.process:
            self.postgres.process.check()

    def stop(self) -> None:
        """Stop everything: PostgreSQL last, so that nobody complains about it."""
        with ThreadPoolExecutor(len(self.processes)) as threads:
            list(threads.map(Process.stop, self.processes))
        self.postgres.stop()
        self._relaying.close()

    def _start_database(self) -> None:
        self.postgres.start()
        self.say(f"PostgreSQL answers (version {self.postgres.version})")
        migrate(self.postgres.owner_url, self.postgres.app_url, say=self.say)
        if self.pgbouncer:
            self.pgbouncer.start()
            self.say("PgBouncer answers")
        else:
            self.say("PgBouncer is not installed: the pooled transport reaches PostgreSQL directly")

    def _relays(self) -> Relays:
        pooler = self.pgbouncer or self.postgres
        return Relays(*(Relay(each.port) for each in (self.neon_sql, pooler, self.qdrant, self.moto)))
