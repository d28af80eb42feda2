"""Names that our migrations need and that somebody else has taken, such as a site's own table `conversation`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from psycopg import Connection

MADE: Final = re.compile(
    r"^create (?:or replace )?(table|function|(?:unique )?index(?: concurrently)?) (?!if not exists)(\w+)", re.MULTILINE
)
RENAMED: Final = re.compile(r"^alter (table|function|index) \w+(?:\([^)]*\))? rename to (\w+)", re.MULTILINE)
LEDGER: Final = "schema_migration"
ELSEWHERE: Final = "site"
"""The schema to which what is in the way can move, with its indexes, keys and sequences."""

LONGEST: Final = 50
"""Letters of a name to which some can be added."""

ABOUT_MOVES: Final = f'-- Whoever uses what is moved has to look for it in the schema "{ELSEWHERE}" from then on.'

RELATIONS: Final = """
    select case relation.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'i' then 'index'
                        when 'S' then 'sequence' when 'f' then 'foreign table' when 'c' then 'type' else 'table' end,
           quote_ident(coalesce(owner.relname, relation.relname)), quote_ident(relation.relname)
      from pg_class relation
      left join pg_index on indexrelid = relation.oid
      left join pg_class owner on owner.oid = indrelid
     where relation.relnamespace = current_schema()::regnamespace and relation.relname = any (%s)
     order by relation.relname
"""
FUNCTIONS: Final = """
    select oid::regprocedure::text from pg_proc
     where pronamespace = current_schema()::regnamespace and proname = any (%s) and prokind in ('f', 'p') order by 1
"""


def applied(connection: Connection) -> set[str]:
    """Names of the migrations that were applied to this database."""
    [ledger] = connection.execute("select to_regclass(%s)", [LEDGER]).fetchone() or [None]
    if ledger is None:
        return set()
    return {name for (name,) in connection.execute("select name from schema_migration").fetchall()}


def clashes(connection: Connection, done: Iterable[str], missing: Iterable[str]) -> Generator[tuple[str, str]]:
    """What is in the way, and the statement that moves it out of the way.

    Args:
        connection: Of the database.
        done: Texts of migrations that were applied.
        missing: Texts of those that are about to be.
    """
    tables, functions = _made(missing)
    tables_before, functions_before = _made(done)
    taken = connection.execute(RELATIONS, [[*(tables - tables_before)]]).fetchall()
    moving = {name for kind, _, name in taken if kind != "index"}
    for kind, carrier, name in taken:
        moved = f"alter {kind} {name} set schema {ELSEWHERE};"
        if kind == "index":  # it moves with its table, or gets another name where that can stay
            moved = "" if carrier in moving else f"alter index {name} rename to {name[:LONGEST]}_of_site;"
        yield f"{kind} {name} is none of ours, and we make something of that name", moved
    for (signature,) in connection.execute(FUNCTIONS, [[*(functions - functions_before)]]).fetchall():
        moved = f"alter routine {signature} set schema {ELSEWHERE};"
        yield f"function {signature} is none of ours, and we make one of that name", moved


def _made(texts: Iterable[str]) -> tuple[set[str], set[str]]:
    """Names of relations and of functions that migrations make, or give to what they made."""
    made = [match.groups() for text in texts for how in (MADE, RENAMED) for match in how.finditer(text)]
    return {name for kind, name in made if kind != "function"}, {name for kind, name in made if kind == "function"}
