"""Brings a database's schema up to date: `python -m infra.migrate`, with DATABASE_OWNER_URL (the direct endpoint).

Forward only: `infra/migrations/NNNN_name.sql`, in order, each in a transaction of its own, each once. A file that was
applied may never change. Several runners at once wait for each other. A database that a Better Auth server uses
already is adopted, or refused before anything is changed (infra/adoption); ADOPT=off makes our tables beside others.

With DATABASE_URL set, its role `docs_app` may log in with its password afterwards. STAGE=prod takes both addresses from
the secrets of that stage (stage_secrets.py).
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from infra.adoption import MigrationRefused, adopted
from infra.stage_secrets import NoSecrets, database_urls

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from psycopg import Connection

MIGRATIONS = Path(__file__).parent / "migrations"
APP_ROLE = "docs_app"

LOCK_KEY = 0x646F6373
"""Any number that nobody else uses: "docs" in ASCII."""

CREATE_LEDGER: Final = """
    create table if not exists schema_migration (
        name text primary key,
        checksum text not null,
        applied_at timestamptz not null default now()
    )
"""

# Seconds. A migration that waits for a lock makes everybody behind it wait too, so it gives up soon.
LIMITS: Final = (
    "set lock_timeout = '4s'; set statement_timeout = '60s'; set idle_in_transaction_session_timeout = '60s'"
)


@dataclass(frozen=True, slots=True)
class Migration:
    """One file."""

    name: str
    text: str

    @property
    def checksum(self) -> str:
        """Of the text, whatever the line endings that a checkout gave it."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def main(environ: Mapping[str, str] = os.environ) -> int:
    """Migrate; the exit code."""
    try:
        environ = _with_secrets(environ)
    except NoSecrets as error:
        print(f"Cannot read {error}", file=sys.stderr)
        return 2
    owner_url = environ.get("DATABASE_OWNER_URL", "")
    if not owner_url:
        print("Set DATABASE_OWNER_URL to the direct (not the -pooler) address, with the role that owns the schema.")
        return 2
    try:
        migrate(owner_url, environ.get("DATABASE_URL"), beside=environ.get("ADOPT") == "off")
    except MigrationRefused as refused:
        print(f"Refused: {refused}", file=sys.stderr)
        return 1
    except psycopg.Error as error:
        print(f"Failed: {error}", file=sys.stderr)
        return 1
    return 0


def _with_secrets(environ: Mapping[str, str]) -> Mapping[str, str]:
    """What was given, and for a stage what its secrets hold."""
    return {**environ, **database_urls(environ["STAGE"], environ)} if environ.get("STAGE") else environ


def migrate(
    owner_url: str,
    app_url: str | None = None,
    *,
    folder: Path = MIGRATIONS,
    say: Callable[[str], None] = print,
    beside: bool = False,
) -> None:
    """Apply what is missing, and let the role of `app_url` log in.

    Raises:
        MigrationRefused: An applied file has changed or is gone, or existing tables are not what we need.
        psycopg.Error: Postgres refused something, or cannot be reached.
    """
    with psycopg.connect(owner_url, autocommit=True, application_name="migrate") as connection, _alone(connection, say):
        connection.execute(LIMITS)
        migrations = _read(folder)
        with adopted(connection, say, beside=beside):
            _apply_missing(connection, migrations, say)
        if app_url:
            _let_app_log_in(connection, app_url)
            say(f"{APP_ROLE} may log in")


@contextmanager
def _alone(connection: Connection, say: Callable[[str], None]) -> Generator[None]:
    """Hold the lock of migrations; it ends with the connection, whatever happens to us."""
    [got] = connection.execute("select pg_try_advisory_lock(%s)", [LOCK_KEY]).fetchone() or [False]
    if not got:
        say("waiting for another migration to end")
        connection.execute("set lock_timeout = '120s'")
        connection.execute("select pg_advisory_lock(%s)", [LOCK_KEY])
    yield


def _read(folder: Path) -> list[Migration]:
    files = sorted(folder.glob("*.sql"))
    for file in files:
        if not re.fullmatch(r"\d{4}_[a-z0-9_]+", file.stem):
            raise MigrationRefused(f"{file.name}: migrations are named NNNN_what.sql")
    numbers = [file.name[:4] for file in files]
    if len(set(numbers)) < len(numbers):
        raise MigrationRefused(f"two migrations have the same number: {', '.join(numbers)}")
    return [Migration(file.stem, file.read_text("utf-8")) for file in files]


def _apply_missing(connection: Connection, migrations: list[Migration], say: Callable[[str], None]) -> None:
    connection.execute(CREATE_LEDGER)
    applied = dict(connection.execute("select name, checksum from schema_migration").fetchall())
    _refuse_rewritten_history(applied, migrations)
    missing = [migration for migration in migrations if migration.name not in applied]
    for migration in missing:
        with connection.transaction():
            _apply(connection, migration)
        say(f"applied {migration.name}")
    say(f"{len(missing)} migrations applied, {len(migrations) - len(missing)} were there")


def _refuse_rewritten_history(applied: dict[str, str], migrations: list[Migration]) -> None:
    known = {migration.name: migration.checksum for migration in migrations}
    for name, checksum in applied.items():
        if name not in known:
            raise MigrationRefused(f"{name} was applied to this database, but there is no such file")
        if known[name] != checksum:
            raise MigrationRefused(f"{name}.sql changed after it was applied; put the change into a new file")


def _apply(connection: Connection, migration: Migration) -> None:
    connection.execute(migration.text.encode())
    connection.execute(
        "insert into schema_migration (name, checksum) values (%s, %s)", [migration.name, migration.checksum]
    )


def _let_app_log_in(connection: Connection, app_url: str) -> None:
    """Give the role its password: in clear, because Neon's control plane takes no hashed ones; the wire is encrypted.

    Raises:
        MigrationRefused: The address names another role; limits and rights are those of `docs_app`.
    """
    parts = conninfo_to_dict(app_url)
    if parts.get("user") != APP_ROLE or not parts.get("password"):
        raise MigrationRefused(f"DATABASE_URL must name the role {APP_ROLE} and its password")
    statement = sql.SQL("alter role {} login password {}").format(
        sql.Identifier(APP_ROLE), sql.Literal(parts["password"])
    )
    connection.execute(statement)


if __name__ == "__main__":
    sys.exit(main())
