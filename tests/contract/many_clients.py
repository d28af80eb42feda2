"""Many clients at once, each of them somebody else: `python -m tests.contract.many_clients CLIENTS REQUESTS FIRST`.

Every client has a connection of its own and sends batches of all sorts: of its user, of nobody, refused ones, ones that
write. It prints what it counted as JSON. DATABASE_URL and so on say where Postgres is.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.db import Statement, Transaction
from shared.db.opening import open_transport
from shared.errors import AppError, StatementFailed
from shared.settings.database import DatabaseSettings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from shared.db import Database

PROCESSES = 4
STACK_BYTES = 256 * 1024

WHO = Statement("select current_setting('app.user_id', true)")


def as_user(name: str) -> Statement:
    return Statement("select set_config('app.user_id', $1::text, true)", (name,))


def reads(database: Database, name: str) -> bool:
    """The user's own batch sees the user from its first statement to its last."""
    _, first, _, last = database.run(as_user(name), WHO, Statement("select count(*) from pg_class"), WHO)
    return first.values == last.values == ((name,),)


def looks(database: Database, name: str) -> bool:
    """The same in a transaction of another kind."""
    kind = Transaction("repeatable read", read_only=True)
    return database.run(as_user(name), WHO, transaction=kind)[1].values == ((name,),)


def writes(database: Database, name: str) -> bool:
    """What a batch writes as a user carries that user's name."""
    insert = Statement(
        "insert into contract.note (id, text) values (nextval('contract.attempts'), current_setting('app.user_id'))"
        " returning text"
    )
    return database.run(as_user(name), insert)[1].values == ((name,),)


def asks_as_nobody(database: Database, _name: str) -> bool:
    """A batch without a user sees nobody's."""
    return database.run(WHO)[0].values[0][0] in {None, ""}


def is_refused(database: Database, name: str) -> bool:
    """A batch that Postgres refuses leaves no user behind for the next one on that server connection."""
    try:
        database.run(as_user(name), Statement("select 1 / 0"))
    except StatementFailed:
        return True
    return False


KINDS: tuple[Callable[[Database, str], bool], ...] = (reads, asks_as_nobody, writes, is_refused, looks)


@dataclass(frozen=True)
class Clients:
    """Some of the clients, in a process of their own: one thread each."""

    settings: DatabaseSettings
    number: int
    requests: int
    first: int

    def run(self) -> Counter[str]:
        """Connect all of them, one after the other as if they had come by and by; then let them ask at once."""
        counts: Counter[str] = Counter()
        databases = [open_transport(self.settings) for _ in range(self.number)]
        for database in databases:
            database.run(WHO)
        threading.stack_size(STACK_BYTES)
        threads = [
            threading.Thread(target=self._client, args=(database, self.first + number, counts))
            for number, database in enumerate(databases)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return counts

    def _client(self, database: Database, client: int, counts: Counter[str]) -> None:
        """Each begins with another kind, so that on one connection all kinds follow all others."""
        own: Counter[str] = Counter(wrong=0, failed=0)
        for number in range(client, client + self.requests):
            kind = KINDS[number % len(KINDS)]
            own["requests"] += 1
            try:
                own["wrong"] += not kind(database, f"user {client}")
            except AppError:
                own["failed"] += 1
        database.close()
        with _counting:
            counts.update(own)


_counting = threading.Lock()


def run_many(url: str, clients: int, requests: int, folder: Path) -> dict[str, float]:
    """Run so many clients in all, with so many requests each; the sum of what they counted, and the seconds it took."""
    environment = {"DATABASE_URL": url, "DATABASE_TRANSPORT": "pooled", "PATH": os.environ.get("PATH", os.defpath)}
    share = clients // PROCESSES
    began = time.monotonic()
    workers = [
        subprocess.Popen(  # noqa: S603 (our own words)
            [sys.executable, "-m", "tests.contract.many_clients", str(share), str(requests), str(share * number)],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(PROCESSES)
    ]
    counts: Counter[str] = Counter()
    for worker in workers:
        said, _ = worker.communicate()
        counts.update(json.loads(said))
    return {**counts, "seconds": round(time.monotonic() - began, 1)}


def main() -> None:
    clients, requests, first = map(int, sys.argv[1:])
    print(json.dumps(Clients(DatabaseSettings.read(), clients, requests, first).run()))  # noqa: T201 (a program)


if __name__ == "__main__":
    main()
