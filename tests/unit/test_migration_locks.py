"""What a migration does to a table that is in use keeps its readers waiting for no longer than a moment.

An index, a constraint or a stored column over all rows of a table is made under a lock that keeps writers out, or
everybody, for as long as that takes. Indexes are built `concurrently`, outside a transaction (migration_files.py); a
unique constraint takes such an index over (`using index`); a check is `not valid` first, and validated afterwards.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest

from infra.migrate import MIGRATIONS
from infra.migration_files import read_migrations

if TYPE_CHECKING:
    from collections.abc import Iterator

SINCE: Final = "0145"
"""The files before it have been applied, and may never change; 0140 is one that builds an index under a lock."""

NAME: Final = r'(?:public\.)?"?(?P<table>\w+)"?'
INDEX: Final = re.compile(
    rf"create\s+(?:unique\s+)?index\s+(?!concurrently)(?:[^;]*?\s)?on\s+(?:only\s+)?{NAME}[^;]*", re.IGNORECASE
)
CHANGE: Final = re.compile(rf"alter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?{NAME}(?P<change>[^;]*)", re.IGNORECASE)
OVER_ALL_ROWS: Final = re.compile(
    r"\b(?:unique|primary\s+key)\b(?!\s+using\s+index)|\bexclude\b|\bgenerated\s+always\s+as\s*\("
    r"|\balter\s+(?:column\s+)?\S+\s+(?:set\s+data\s+)?type\b|\bset\s+not\s+null\b",
    re.IGNORECASE,
)
CHECKED: Final = re.compile(r"\badd\s+(?:constraint\s+\S+\s+)?(?:check|foreign\s+key)\b", re.IGNORECASE)
NEW: Final = re.compile(rf"create\s+(?:unlogged\s+)?table\s+(?:if\s+not\s+exists\s+)?{NAME}", re.IGNORECASE)


def keeping_waiting(text: str) -> Iterator[str]:
    """The statements that take a lock on a table which is there already, for as long as it has rows."""
    bare = re.sub(r"--[^\n]*|(\$\w*\$).*?\1", "", text, flags=re.DOTALL)
    made = {found["table"] for found in NEW.finditer(bare)}
    statements = [*INDEX.finditer(bare), *(each for each in CHANGE.finditer(bare) if is_long(each["change"]))]
    yield from (each[0].strip() for each in statements if each["table"] not in made)


def is_long(change: str) -> bool:
    unproven = CHECKED.search(change) and not re.search(r"\bnot\s+valid\b", change, re.IGNORECASE)
    return bool(OVER_ALL_ROWS.search(change) or unproven)


def test_no_further_migration_builds_anything_under_a_lock() -> None:
    found = {each.name: list(keeping_waiting(each.text)) for each in read_migrations(MIGRATIONS) if each.name > SINCE}
    assert not {name: statements for name, statements in found.items() if statements}


def test_the_one_that_does_is_seen() -> None:
    [of_keys] = [each for each in read_migrations(MIGRATIONS) if each.name.startswith("0140")]
    [found] = keeping_waiting(of_keys.text)
    assert found.startswith("alter table message add constraint")


@pytest.mark.parametrize(
    "statement",
    [
        "create index a on message (id);",
        'create unique index if not exists a on "message" (id);',
        "CREATE INDEX ON public.message USING gin (words);",
        "alter table message add primary key (id);",
        "alter table only message add constraint a unique (id) include (seq);",
        "alter table message add column words tsvector generated always as (search_words(content)) stored;",
        "alter table message alter column seq type bigint;",
        "alter table message alter column seq set not null;",
        "alter table message add constraint a check (seq > 0);",
        "alter table message\n  add constraint a foreign key (user_id) references person (id);",
    ],
)
def test_whatever_reads_every_row_under_a_lock_is_seen(statement: str) -> None:
    assert list(keeping_waiting(statement)) == [statement.removesuffix(";")]


@pytest.mark.parametrize(
    "text",
    [
        "create index concurrently a on message (id);",
        "alter table message add constraint a unique using index a;",
        "alter table message add constraint a check (seq > 0) not valid;",
        "alter table message validate constraint a;",
        "alter table message add column seen timestamptz not null default now();",
        "create table vote (id uuid primary key);\ncreate index a on vote (id);\nalter table vote add unique (id);",
        "-- create index a on message (id);\nselect 1;",
        "create function f() returns void language sql as $$ alter table message add unique (id); $$;",
    ],
)
def test_what_takes_a_moment_or_is_about_a_new_table_is_not(text: str) -> None:
    assert not list(keeping_waiting(text))
