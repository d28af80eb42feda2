"""What rows say against a change that columns would allow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from infra.adoption.catalog import quoted
from infra.adoption.examination import called
from infra.adoption.tables import CORE, USER

if TYPE_CHECKING:
    from collections.abc import Generator

    from psycopg import Connection

    from infra.adoption.catalog import Column, Relation
    from infra.adoption.examination import Examination

LOWER_CASE: Final = 'update "user" set email = lower(email) where email <> lower(email)'
MIXED_CASE: Final = 'select count(*) from "user" where email <> lower(email)'

TOLD: Final = "returned_field"
UNTOLD: Final = """
    select relation.relname, attribute.attname,
           format('insert into returned_field (of_table, name, is_time) values (%%L, %%L, %%L)', relation.relname,
                  attribute.attname, case when atttypid = 'timestamptz'::regtype then 'true' else 'false' end)
      from pg_attribute attribute join pg_class relation on relation.oid = attribute.attrelid
     where relation.oid in ('"user"'::regclass, 'session'::regclass) and attribute.attnum > 0 and not attisdropped
       and attname <> all (%(known)s) and not exists (
           select from returned_field where (of_table, name) = (relation.relname, attribute.attname))
     order by relation.relname desc, attribute.attnum
"""


def look_at_rows(connection: Connection, examined: Examination) -> None:
    """Add to what came out what only rows tell."""
    for relation, column, value in examined.emptiable:
        if _is_empty_somewhere(connection, relation, column):
            examined.complaints.append(f"column {called(relation, column)} is empty in some rows")
            examined.mending.fill(relation, column, value)
    for relation, column in examined.mending.uniques:
        several = _several(relation, column)
        if connection.execute(several.encode()).fetchone():
            examined.give_up(f"several rows have the same {called(relation, column)}; choose: {several}")
    if USER in examined.tables and not examined.complaints:
        _note_mixed_case(connection, examined)


def _is_empty_somewhere(connection: Connection, relation: Relation, column: Column) -> bool:
    question = f"select from {relation.sql} where {quoted(column.name)} is null limit 1"
    return connection.execute(question.encode()).fetchone() is not None


def _several(relation: Relation, column: Column) -> str:
    name = quoted(column.name)
    groups = f"group by {name} having count(*) > 1"
    return f"select {name}, count(*) from {relation.sql} where {name} is not null {groups}"  # noqa: S608 (as above)


def _note_mixed_case(connection: Connection, examined: Examination) -> None:
    """Nobody signs in with an address that is not stored in lower case, here or at a Better Auth server."""
    [number] = connection.execute(MIXED_CASE).fetchone() or [0]
    if number:
        examined.notes.append(
            f"{number} users cannot sign in, because their addresses are not in lower case: {LOWER_CASE}"
        )


def untold_columns(connection: Connection) -> Generator[str]:
    """Columns of the site's own, which clients are not told before their owner says so: a server may keep them back."""
    [told] = connection.execute("select to_regclass(%s)", [TOLD]).fetchone() or [None]
    if told is None:
        return
    known = [column.name for table in CORE for column in table.columns]
    for table, name, statement in connection.execute(UNTOLD, {"known": known}).fetchall():
        yield f"get-session does not tell {quoted(table)}.{quoted(name)}; where your server returns it: {statement}"
