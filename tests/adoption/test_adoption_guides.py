"""The SQL of the guides about adoption is executed as it stands there."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql

from infra.migrate import MigrationRefused, migrate
from tests.docs.prose import ROOT
from tests.fixtures.databases import drop_database

if TYPE_CHECKING:
    from infra.local.postgres import Postgres

GUIDES = sorted((ROOT / "specs" / "guides").glob("adopting-*.md"))
ADA = """insert into "user" values ('u1', 'Ada', 'ada@example.com', true, null, '2026-01-02 03:04:05', now())"""
SURVIVED = (
    """select "createdAt" at time zone 'UTC' = '2026-01-02 03:04:05' from "user" where email = 'ada@example.com'"""
)


def test_there_is_a_guide_for_each_kind_of_origin() -> None:
    assert [each.stem for each in GUIDES] == ["adopting-better-auth", "adopting-drizzle", "adopting-prisma"]


@pytest.mark.parametrize("guide", [each.stem for each in GUIDES])
def test_the_tables_of_a_guide_are_refused_until_its_sql_has_run(postgres: Postgres, guide: str) -> None:
    text = (ROOT / "specs" / "guides" / f"{guide}.md").read_text("utf-8")
    tables, mending, *further = re.findall(r"^```sql\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    name = f"guide_{uuid.uuid4().hex}"
    with psycopg.connect(postgres.owner_url, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    url = postgres.owner_url.removesuffix("docs") + name
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(tables.encode())
        connection.execute(ADA)
        with pytest.raises(MigrationRefused):
            migrate(url, say=lambda _: None)
        connection.execute(mending.encode())
        migrate(url, say=lambda _: None)
        assert connection.execute(SURVIVED).fetchall() == [(True,)]
        for each in further:
            connection.execute(each.encode())
    with psycopg.connect(postgres.owner_url, autocommit=True) as connection:
        drop_database(connection, name)
