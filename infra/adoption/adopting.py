"""Looks at a database before a migration changes anything, and afterwards lets our role reach what it must."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from infra.adoption import clashes, rehearsal
from infra.adoption.catalog import Catalog
from infra.adoption.examination import Examination, listed, plugin_of
from infra.adoption.mending import transaction_of
from infra.adoption.refusal import MigrationRefused
from infra.adoption.rows import look_at_rows, untold_columns
from infra.adoption.tables import CORE, FURTHER

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Mapping

    from psycopg import Connection

    from infra.adoption.catalog import Relation

POLICY: Final = "docs_app_everything"
"""Of a table whose rows Postgres would hide from our role: row-level security of ours is on tables of ours only."""

REACHES: Final = """
    select has_table_privilege('docs_app', %s::oid, 'select') and has_table_privilege('docs_app', %s::oid, 'delete')
"""
HAS_POLICY: Final = "select exists (select from pg_policy where polrelid = %s::oid and polname = %s)"
REACHES_SCHEMA: Final = """
    select quote_ident(current_schema()) where not has_schema_privilege('docs_app', current_schema(), 'usage')
"""
SEQUENCES: Final = """
    select distinct sequence.oid::regclass::text
      from pg_attrdef value
      join pg_depend needs on needs.classid = 'pg_attrdef'::regclass and needs.objid = value.oid
      join pg_class sequence on needs.refclassid = 'pg_class'::regclass and sequence.oid = needs.refobjid
     where value.adrelid = %s::oid
       and case sequence.relkind when 'S' then not has_sequence_privilege('docs_app', sequence.oid, 'usage') end
     order by 1
"""


@contextmanager
def adopted(
    connection: Connection, migrations: Mapping[str, str], say: Callable[[str], None], *, beside: bool = False
) -> Generator[None]:
    """A block in which migrations run on a database whose tables fit.

    Args:
        connection: Of the role that owns the schema.
        migrations: The texts of all that there are, by their names; empty where one may find what it makes.
        say: Told what else was done.
        beside: Whatever looks like a Better Auth server's tables under other names is none of our business.

    Raises:
        MigrationRefused: They do not fit; nothing has been changed, and the error holds the SQL that mends it.
    """
    done = clashes.applied(connection)
    _refuse_clashes(connection, migrations, done)
    examined = Examination.of(Catalog.read(connection), beside=beside)
    look_at_rows(connection, examined)
    _refuse(examined)
    is_new = not done and {needed.name for needed in CORE} <= examined.tables.keys()
    if is_new:
        _rehearse(connection, examined, say)
    for note in examined.notes:
        say(f"note: {note}")
    _apply(connection, examined.additions, say)
    yield
    for note in untold_columns(connection) if is_new else ():
        say(f"note: {note}")
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


def _refuse_clashes(connection: Connection, migrations: Mapping[str, str], done: set[str]) -> None:
    texts = [text for name, text in migrations.items() if name in done]
    missing = [text for name, text in migrations.items() if name not in done]
    found = [*clashes.clashes(connection, texts, missing)]
    if not found or done - migrations.keys():  # what others have applied is no clash: the ledger tells of it
        return
    moves = [f"create schema if not exists {clashes.ELSEWHERE};", *filter(None, (moved for _, moved in found))]
    words = ["names of ours are taken, and nothing was changed:", listed(complaint for complaint, _ in found)]
    mending = transaction_of(moves, [clashes.ABOUT_MOVES])
    raise MigrationRefused("\n".join([*words, "This mends it:", mending]), mending)


def _rehearse(connection: Connection, examined: Examination, say: Callable[[str], None]) -> None:
    def prepare() -> None:
        _apply(connection, examined.additions, _nobody)
        _let_role_in(connection, _nobody)

    try:
        rehearsal.rehearse(connection, prepare, say)
    except rehearsal.Failed as failed:
        statements = rehearsal.owners_rights_for_triggers(connection) if failed.forbidden else []
        complaint = f"Postgres refused a sign-up by docs_app that was only tried: {failed}"
        mending = transaction_of(statements, [rehearsal.ABOUT_TRIGGERS]) if statements else ""
        words = ["a Better Auth server's tables do not fit, and nothing was changed:", listed([complaint])]
        way = ["This mends it:", mending] if mending else ["No statement can mend this:", listed([complaint])]
        raise MigrationRefused("\n".join([*words, *way]), mending) from None


def _nobody(_: str) -> None:
    """Is told of what is undone again."""


def _apply(connection: Connection, statements: Iterable[str], say: Callable[[str], None]) -> None:
    with connection.transaction():
        for statement in statements:
            connection.execute(statement.encode())
            say(f"adopted: {statement}")


def _let_role_in(connection: Connection, say: Callable[[str], None]) -> None:
    """Better Auth's tables and those of its plug-ins: a server may log in as our role, and delete a user."""
    catalog = Catalog.read(connection)
    names = {needed.name for needed in (*CORE, *FURTHER)}
    _apply(connection, _missing_way_in(connection), say)
    for relation in catalog.relations:
        if relation.is_here and relation.is_ours and (relation.name in names or plugin_of(catalog, relation)):
            _apply(connection, _missing_rights(connection, relation), say)


def _missing_way_in(connection: Connection) -> Generator[str]:
    for (schema,) in connection.execute(REACHES_SCHEMA).fetchall():
        yield f"grant usage on schema {schema} to docs_app"


def _missing_rights(connection: Connection, relation: Relation) -> Generator[str]:
    [reaches] = connection.execute(REACHES, [relation.oid, relation.oid]).fetchone() or [False]
    if not reaches:
        yield f"grant select, insert, update, delete on {relation.sql} to docs_app"
    for (sequence,) in connection.execute(SEQUENCES, [relation.oid]).fetchall():
        yield f"grant usage on sequence {sequence} to docs_app"
    [has_policy] = connection.execute(HAS_POLICY, [relation.oid, POLICY]).fetchone() or [False]
    if relation.row_security and not has_policy:
        yield f"create policy {POLICY} on {relation.sql} to docs_app using (true) with check (true)"
