"""Every SQL text of the project prepares against the migrated schema, casts its parameters and gives readable types."""

from __future__ import annotations

import importlib
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import pq

from shared.db.values import row_decoder

if TYPE_CHECKING:
    from collections.abc import Generator

    from infra.local.postgres import Postgres

PROJECT = Path(__file__).resolve().parents[2]
BEGINS = r"\s*(select|insert|update|delete|with|merge)\b"
SQL = re.compile(BEGINS)
A_CONSTANT = re.compile(rf'^[A-Z_]+(: Final)? = f?"+{BEGINS}', re.MULTILINE)
UNCAST = re.compile(r"\$\d+(?!\d|::)")


@cache
def queries() -> dict[str, str]:
    """All SQL constants of all modules that have some, by a name that leads to them."""
    modules = sorted(path for path in PROJECT.glob("shared/**/*.py") if A_CONSTANT.search(path.read_text("utf-8")))
    found = {text: name for module in modules for name, text in _constants(module.relative_to(PROJECT))}
    return {name: text for text, name in found.items()}


def _constants(module: Path) -> Generator[tuple[str, str]]:
    for name, text in vars(importlib.import_module(".".join(module.with_suffix("").parts))).items():
        if name.isupper() and isinstance(text, str) and SQL.match(text):
            yield f"{module.parent.name}.{module.stem}.{name}", text


@pytest.fixture(scope="module")
def connection(postgres: Postgres) -> Generator[psycopg.Connection]:
    with psycopg.connect(postgres.app_url, autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize("name", queries())
def test_a_query_prepares_and_gives_only_types_that_we_decode(connection: psycopg.Connection, name: str) -> None:
    prepared = connection.pgconn.prepare(b"", queries()[name].encode())
    assert prepared.status == pq.ExecStatus.COMMAND_OK, prepared.get_error_message()
    described = connection.pgconn.describe_prepared(b"")

    columns = [((described.fname(index) or b"").decode(), described.ftype(index)) for index in range(described.nfields)]

    assert row_decoder(columns)


@pytest.mark.parametrize("name", queries())
def test_every_parameter_is_cast(name: str) -> None:
    assert UNCAST.findall(queries()[name]) == []


def test_there_are_queries_to_look_at() -> None:
    assert len(queries()) > 80
