"""Every statement is compiled against the migrated schema, by the role and with the rights that it will have."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from shared.history import (
    archive_queries,
    conversation_queries,
    feedback,
    messages,
    search_queries,
    turn_queries,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from types import ModuleType

    from infra.local.postgres import Postgres


def statements(*modules: ModuleType) -> dict[str, str]:
    """By module and name: two modules may call a statement the same."""
    is_sql = re.compile(r"\b(select|insert|update|delete)\b")
    return {
        f"{module.__name__.removeprefix('shared.')}.{name}": sql
        for module in modules
        for name, sql in vars(module).items()
        if name.isupper() and isinstance(sql, str) and is_sql.search(sql)
    }


QUERIES = statements(conversation_queries, turn_queries, messages, feedback, search_queries, archive_queries)


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


@pytest.mark.parametrize("name", ["history.conversation_queries.LIST", "history.conversation_queries.MESSAGES"])
def test_a_page_is_read_in_its_order_without_sorting(functions_role: psycopg.Connection, name: str) -> None:
    functions_role.execute("set enable_sort = off; set enable_incremental_sort = off")
    assert "Sort" not in {node["Node Type"] for node in nodes(plan(functions_role, QUERIES[name]))}


MANY_MESSAGES = """
    insert into "user" (id, name, email, "emailVerified") values ('talkative', 'Ada', 'talkative@example.com', false);
    insert into conversation (id, user_id, title, created_at, updated_at)
    values ('00000000-0000-4000-8000-000000000000', 'talkative', 'title', now(), now());
    insert into message (id, conversation_id, user_id, seq, role, content, created_at)
    select gen_random_uuid(), '00000000-0000-4000-8000-000000000000', 'talkative', n, 'user', md5(n::text), now()
      from generate_series(1, 500) n;
    insert into "user" (id, name, email, "emailVerified")
    select 'silent' || n, 'Bob', 'silent' || n || '@example.com', false from generate_series(1, 2000) n;
    insert into conversation (id, user_id, title, created_at, updated_at)
    select gen_random_uuid(), 'silent' || n, 'title', now(), now() from generate_series(1, 2000) n;
    insert into message (id, conversation_id, user_id, seq, role, content, created_at)
    select gen_random_uuid(), id, user_id, n, 'user', 'hello', now()
      from conversation, generate_series(1, 2) n where user_id like 'silent%';
    analyze message; analyze conversation;
"""


def plans_inside(postgres: Postgres, statement: str) -> list[str]:
    """How Postgres ran a statement of somebody with many messages, and what functions and triggers did for it."""
    plans: list[str] = []
    with psycopg.connect(postgres.superuser_url) as connection, connection.transaction(force_rollback=True):
        connection.add_notice_handler(lambda notice: plans.append(notice.message_primary or ""))
        connection.execute(MANY_MESSAGES)
        connection.execute("load 'auto_explain'; set local client_min_messages = log")
        connection.execute(
            "set local auto_explain.log_min_duration = 0; set local auto_explain.log_nested_statements = on;"
            "set local auto_explain.log_analyze = on"
        )
        connection.execute("set local role docs_app; select set_config('app.user_id', 'talkative', true)")
        connection.execute(statement.encode())
    return plans


def test_words_are_searched_in_the_owners_messages_and_no_others(postgres: Postgres) -> None:
    plans = plans_inside(postgres, "select * from found_messages(search_query('words'), 50)")
    [inside] = [plan for plan in plans if "words @@" in plan]
    assert re.search(r"Index Cond: \(\(?(message\.)?user_id = ", inside), inside
    assert "Seq Scan" not in inside


APPENDED = """
    select * from append_to_conversation(
        '00000000-0000-4000-8000-000000000000', array[gen_random_uuid()], '{user}', '{hello}', 'title', 'title'
    )
"""
APPENDED_BEFORE = APPENDED.replace("append_to_conversation", "append_messages")
"""As code of before the migration 0155 does."""
FINDABLE = (
    "select words = search_words(content) and search_keys = search_keys(words) from message where content = 'hello'"
)


def test_an_append_writes_its_conversation_once(postgres: Postgres) -> None:
    assert sum("Update on conversation" in plan for plan in plans_inside(postgres, APPENDED)) == 1


def test_what_is_appended_is_looked_for_by_its_key_however_much_its_owner_has(postgres: Postgres) -> None:
    plans = plans_inside(postgres, APPENDED)
    assert sum("Insert on message" in plan for plan in plans) == 1
    inside = "\n".join(plans)
    read = [int(rows) for rows in re.findall(r"Scan .*\bon message\b.*\(actual time=\S+ rows=(\d+)", inside)]
    assert read, inside
    assert max(read) <= 1, inside
    assert re.search(r"Seq Scan on (message|conversation)\b|Removed by Filter: \d\d", inside) is None, inside


def test_an_append_gives_what_it_wrote_without_reading_it(postgres: Postgres) -> None:
    plans = plans_inside(postgres, APPENDED)
    after = plans[next(number for number, plan in enumerate(plans) if "Insert on message" in plan) + 1 :]
    assert not [plan for plan in after if re.search(r"\bon (message|deleted_conversation)\b", plan)]


@pytest.mark.parametrize("appended", [APPENDED, APPENDED_BEFORE])
def test_an_append_finds_the_words_of_its_messages_alone(postgres: Postgres, appended: str) -> None:
    found = "select calls from pg_stat_xact_user_functions where funcname = 'search_words'"
    with psycopg.connect(postgres.superuser_url) as connection, connection.transaction(force_rollback=True):
        connection.execute("set local track_functions = 'all'")
        connection.execute(MANY_MESSAGES)
        [(before,)] = connection.execute(found).fetchall()
        connection.execute("set local role docs_app; select set_config('app.user_id', 'talkative', true)")
        connection.execute(appended.encode())
        assert connection.execute(found).fetchall() == [(before + 1,)]
        assert connection.execute(FINDABLE).fetchall() == [(True,)]
