"""Brings a database's schema up to date: `python -m infra.migrate`, with DATABASE_OWNER_URL (the direct endpoint).

Forward only: `infra/migrations/NNNN_name.sql`, in order, each in a transaction of its own, each once. A file that was
applied may never change. Several runners at once wait for each other. A database that a Better Auth server uses
already is adopted, or refused before anything is changed (infra/adoption); ADOPT=off makes our tables beside others.

How a file is run, and what older code may think of it, its first line says, if it is none of the usual kind
(migration_files.py): `-- outside a transaction` and `-- older code cannot work with this`.

Migrations that are newer than all of ours were applied by a later version. Unless one says that older code cannot work
with it, that is no reason to stop: deploying the version before is how a deployment is rolled back.

With DATABASE_URL set, its role `docs_app` may log in with its password afterwards. STAGE=prod takes both addresses from
the secrets of that stage (stage_secrets.py).
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from infra.adoption import MigrationRefused, adopted
from infra.migration_files import Migration, read_migrations
from infra.stage_secrets import NoSecrets, database_urls
from infra.stage_settings import with_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from psycopg import Connection

MIGRATIONS = Path(__file__).parent / "migrations"
APP_ROLE = "docs_app"
POOLER: Final = "-pooler"
NEON: Final = (".neon.tech", ".neon.build")

LOCK_KEY = 0x646F6373
"""Any number that nobody else uses: "docs" in ASCII."""

CREATE_LEDGER: Final = """
    create table if not exists schema_migration (
        name text primary key,
        checksum text not null,
        applied_at timestamptz not null default now()
    );
    alter table schema_migration add column if not exists breaking boolean not null default false
"""
LATER: Final = """
    select name from schema_migration
     where name <> all (%(known)s)
       and (name > %(newest)s
            or applied_at > (select max(applied_at) from schema_migration where name = any (%(known)s)))
     order by name
"""
"""What came after all that we know, by its number or by when it was applied."""

BREAKING: Final = "select name from schema_migration where breaking and name = any (%s) order by name"

# Seconds. A migration that waits for a lock makes everybody behind it wait too, so it gives up soon.
LIMITS: Final = (
    "set lock_timeout = '4s'; set statement_timeout = '60s'; set idle_in_transaction_session_timeout = '60s'"
)

PLACE: Final = "set search_path = public"
"""Where the functions look for tables, whatever an owner's address or role says."""

WITHOUT_LIMITS: Final = "set lock_timeout = '60s'; set statement_timeout = 0"
"""For what runs outside a transaction: it takes long, but holds nobody up meanwhile."""


class Pooled(MigrationRefused):
    """The address is a pooler's, which keeps neither locks nor settings with who asked for them."""


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
        return 2 if isinstance(refused, Pooled) else 1
    except psycopg.Error as error:
        print(f"Failed: {error}", file=sys.stderr)
        return 1
    return 0


def _with_secrets(environ: Mapping[str, str]) -> Mapping[str, str]:
    """What was given, and for a stage what its settings and its secrets hold."""
    settings = with_settings(environ)
    return {**settings, **database_urls(settings["STAGE"], settings)} if settings.get("STAGE") else settings


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
    _refuse_pooler_by_name(owner_url)
    with psycopg.connect(owner_url, autocommit=True, application_name="migrate") as connection:
        _refuse_pooler(connection)
        with _alone(connection, say):
            _bring_up_to_date(connection, app_url, folder, say, beside=beside)


def _refuse_pooler_by_name(owner_url: str) -> None:
    host = str(conninfo_to_dict(owner_url).get("host") or "")
    label, dot, domain = host.partition(".")
    if label.endswith(POOLER):
        direct = f"{label.removesuffix(POOLER)}{dot}{domain}"
        raise Pooled(f"DATABASE_OWNER_URL names Neon's pooler, {host}. Migrations need the direct address: {direct}")


def _refuse_pooler(connection: Connection) -> None:
    """Go by the process that answers: a pooler names another to its clients. So does Neon's proxy at any address."""
    if connection.info.host.endswith(NEON):
        return
    [process] = connection.execute("select pg_backend_pid()").fetchone() or [0]
    if process != connection.info.backend_pid:
        where = f"{connection.info.host}:{connection.info.port}"
        raise Pooled(f"at {where} a pooler answers. Migrations need the direct address of the server behind it")


def _bring_up_to_date(
    connection: Connection, app_url: str | None, folder: Path, say: Callable[[str], None], *, beside: bool
) -> None:
    connection.execute(PLACE)
    connection.execute(LIMITS)
    migrations = read_migrations(folder)
    # what runs outside a transaction may find what it made before it was interrupted
    texts = {each.name: "" if each.outside else each.text for each in migrations}
    with adopted(connection, texts, say, beside=beside):
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


def _apply_missing(connection: Connection, migrations: list[Migration], say: Callable[[str], None]) -> None:
    connection.execute(CREATE_LEDGER)
    applied = dict(connection.execute("select name, checksum from schema_migration").fetchall())
    _refuse_rewritten_history(connection, applied, migrations, say)
    missing = [migration for migration in migrations if migration.name not in applied]
    for migration in missing:
        _apply(connection, migration)
        say(f"applied {migration.name}")
    say(f"{len(missing)} migrations applied, {len(migrations) - len(missing)} were there")


def _refuse_rewritten_history(
    connection: Connection, applied: dict[str, str], migrations: list[Migration], say: Callable[[str], None]
) -> None:
    known = {migration.name: migration.checksum for migration in migrations}
    for name, checksum in applied.items():
        if name in known and known[name] != checksum:
            raise MigrationRefused(f"{name}.sql changed after it was applied; put the change into a new file")
    later = [name for (name,) in connection.execute(LATER, {"known": list(known), "newest": max(known, default="")})]
    for name in applied.keys() - known.keys() - set(later):
        raise MigrationRefused(f"{name} was applied to this database, but there is no such file")
    breaking = connection.execute(BREAKING, [later]).fetchall()
    for (name,) in breaking:
        raise MigrationRefused(f"{name} was applied by a later version, and code without it cannot work with it")
    if later:
        say(f"a later version was here, and this one can work with it; applied by that: {', '.join(later)}")


def _apply(connection: Connection, migration: Migration) -> None:
    if not migration.outside:
        with connection.transaction():
            connection.execute(migration.text.encode())
            _note(connection, migration)
        return
    connection.execute(WITHOUT_LIMITS)
    for statement in migration.statements:
        while connection.execute(statement.text.encode()).rowcount > 0 and statement.again:
            pass
    connection.execute(LIMITS)
    _note(connection, migration)


def _note(connection: Connection, migration: Migration) -> None:
    connection.execute(
        "insert into schema_migration (name, checksum, breaking) values (%s, %s, %s)",
        [migration.name, migration.checksum, migration.breaking],
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
