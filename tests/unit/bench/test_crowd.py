from __future__ import annotations

import psycopg
import pytest

from infra.local.postgres import Postgres
from infra.local.state import State
from infra.migrate import migrate
from tests.bench.crowd import CONSTRAINTS, INDEXES, load_crowd

FUNCTION = "select pg_get_functiondef('search_words(text)'::regprocedure)"


def schema(server: Postgres) -> list[object]:
    with psycopg.connect(server.superuser_url) as connection:
        return [sorted(connection.execute(each.encode()).fetchall()) for each in (CONSTRAINTS, INDEXES, FUNCTION)]


@pytest.mark.long
def test_a_crowd_is_made_without_leaving_the_schema_or_the_words_of_a_message_otherwise() -> None:
    with State.temporary() as migrated, Postgres(migrated, "wheel") as server:
        migrate(server.owner_url, server.app_url, say=lambda _: None)
        expected = schema(server)

    with State.temporary() as state:
        crowd = load_crowd(state, users=3, say=lambda _: None, texts=50)
        again = load_crowd(state, users=3, say=lambda _: None, texts=50)
        with Postgres(state, "wheel") as server, psycopg.connect(server.superuser_url) as connection:
            wrong = connection.execute("select count(*) from message where words <> search_words(content)").fetchone()
            roles = connection.execute("select role, count(*) from message group by role order by role").fetchall()
            found = schema(server)
        smaller = load_crowd(state, users=2, say=lambda _: None, texts=50)

    assert (crowd.conversations, crowd.messages) == (150, 3000)
    assert again == crowd
    assert (smaller.conversations, smaller.messages) == (100, 2000)
    assert wrong == (0,)
    assert roles == [("assistant", 1500), ("user", 1500)]
    assert found == expected
