"""Every statement is compiled against the migrated schema, by the role and with the rights that it will have."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from shared.history import change_queries, queries

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from infra.local.postgres import Postgres

MODULES = (queries, change_queries)
QUERIES: dict[str, str] = {name: sql for module in MODULES for name, sql in vars(module).items() if name.isupper()}


@pytest.fixture
def functions_role(postgres: Postgres) -> Generator[psycopg.Connection]:
    with psycopg.connect(postgres.app_url, autocommit=True) as connection:
        yield connection


def plan(connection: psycopg.Connection, sql: str) -> dict[str, Any]:
    """How Postgres would run the statement whatever its parameters are, if it shunned to read whole tables."""
    connection.execute(
        "set plan_cache_mode = force_generic_plan; set enable_seqscan = off; set enable_bitmapscan = off"
    )
    connection.execute(f"prepare statement as {sql}".encode())
    [count] = connection.execute("select cardinality(parameter_types) from pg_prepared_statements").fetchone() or [0]
    nothing = f"({', '.join(['null'] * count)})" if count else ""
    row = connection.execute(f"explain (format json) execute statement{nothing}".encode()).fetchone()
    assert row is not None
    return row[0][0]["Plan"]


def nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", []):
        yield from nodes(child)


@pytest.mark.parametrize("name", QUERIES)
def test_no_statement_reads_a_whole_table(functions_role: psycopg.Connection, name: str) -> None:
    scanned = [node for node in nodes(plan(functions_role, QUERIES[name])) if node["Node Type"] == "Seq Scan"]
    assert scanned == [], json.dumps(scanned, indent=1)


@pytest.mark.parametrize("name", QUERIES)
def test_whose_rows_they_are_is_found_out_once_and_not_once_a_row(
    functions_role: psycopg.Connection, name: str
) -> None:
    per_row = [
        f"{kind}: {condition}"
        for node in nodes(plan(functions_role, QUERIES[name]))
        for kind, condition in node.items()
        if kind in {"Filter", "Index Cond", "Join Filter"}
    ]
    assert [condition for condition in per_row if "current_setting" in condition] == []


@pytest.mark.parametrize("name", ["LIST", "MESSAGES"])
def test_a_page_is_read_in_its_order_without_sorting(functions_role: psycopg.Connection, name: str) -> None:
    functions_role.execute("set enable_sort = off; set enable_incremental_sort = off")
    assert "Sort" not in {node["Node Type"] for node in nodes(plan(functions_role, QUERIES[name]))}
