"""Looks at a database before a migration changes anything, and afterwards lets our role reach what it must."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from infra.adoption.catalog import Catalog
from infra.adoption.examination import Examination, listed, plugin_of
from infra.adoption.refusal import MigrationRefused
from infra.adoption.tables import CORE, FURTHER, USER

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from psycopg import Connection

    from infra.adoption.catalog import Relation

POLICY: Final = "docs_app_everything"
"""Of a table whose rows Postgres would hide from our role: row-level security of ours is on tables of ours only."""

REACHES: Final = """
    select has_table_privilege('docs_app', %s::oid, 'select') and has_table_privilege('docs_app', %s::oid, 'delete')
"""
HAS_POLICY: Final = "select exists (select from pg_policy where polrelid = %s::oid and polname = %s)"
LOWER_CASE: Final = 'update "user" set email = lower(email) where email <> lower(email)'
MIXED_CASE: Final = 'select count(*) from "user" where email <> lower(email)'


@contextmanager
def adopted(connection: Connection, say: Callable[[str], None], *, beside: bool = False) -> Generator[None]:
    """A block in which migrations run on a database whose tables fit.

    Args:
        connection: Of the role that owns the schema.
        say: Told what else was done.
        beside: Whatever looks like a Better Auth server's tables under other names is none of our business.

    Raises:
        MigrationRefused: They do not fit; nothing has been changed, and the error holds the SQL that mends it.
    """
    examined = Examination.of(Catalog.read(connection), beside=beside)
    _refuse(examined)
    for note in [*examined.notes, *_notes_on_addresses(connection, examined)]:
        say(f"note: {note}")
    _apply(connection, examined.additions, say)
    yield
    _let_role_in(connection, say)


def _refuse(examined: Examination) -> None:
    if not examined.complaints:
        return
    words = ["a Better Auth server's tables do not fit, and nothing was changed:", listed(examined.complaints)]
    mending = "" if examined.hopeless else examined.mending.text()
    if mending:
        words += ["This mends it:", mending]
    else:
        words += ["No statement can mend this:", listed(examined.hopeless)]
    if examined.mending.table_names:
        words.append("Or, if these tables are none of Better Auth's: make migrate ADOPT=off makes ours beside them.")
    raise MigrationRefused("\n".join(words), mending)


def _notes_on_addresses(connection: Connection, examined: Examination) -> Generator[str]:
    """Nobody signs in with an address that is not stored in lower case, here or at a Better Auth server."""
    if USER in examined.tables:
        [number] = connection.execute(MIXED_CASE).fetchone() or [0]
        if number:
            yield f"{number} users cannot sign in, because their addresses are not in lower case: {LOWER_CASE}"


def _apply(connection: Connection, statements: Iterable[str], say: Callable[[str], None]) -> None:
    with connection.transaction():
        for statement in statements:
            connection.execute(statement.encode())
            say(f"adopted: {statement}")


def _let_role_in(connection: Connection, say: Callable[[str], None]) -> None:
    """Better Auth's tables and those of its plug-ins: a server may log in as our role, and delete a user."""
    catalog = Catalog.read(connection)
    names = {needed.name for needed in (*CORE, *FURTHER)}
    for relation in catalog.relations:
        if relation.is_here and relation.is_ours and (relation.name in names or plugin_of(catalog, relation)):
            _apply(connection, _missing_rights(connection, relation), say)


def _missing_rights(connection: Connection, relation: Relation) -> Generator[str]:
    [reaches] = connection.execute(REACHES, [relation.oid, relation.oid]).fetchone() or [False]
    if not reaches:
        yield f"grant select, insert, update, delete on {relation.sql} to docs_app"
    [has_policy] = connection.execute(HAS_POLICY, [relation.oid, POLICY]).fetchone() or [False]
    if relation.row_security and not has_policy:
        yield f"create policy {POLICY} on {relation.sql} to docs_app using (true) with check (true)"
