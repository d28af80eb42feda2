"""What answers may cost a day is counted in Postgres, exactly, whoever asks at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import psycopg
import pytest

from shared.db import Database, Statement
from shared.db.opening import open_database
from shared.model.spending import SLICES, Spending, SpendingDatabase
from shared.settings import DatabaseSettings, ModelSettings
from tests.integration.history.conftest import ActingAs

if TYPE_CHECKING:
    from collections.abc import Generator

    from infra.local.platform import Platform

SETTINGS = ModelSettings.read({"MODEL_URL": "http://127.0.0.1:1"})
SPENT = """select coalesce(sum(tokens), 0)::bigint, coalesce(sum(questions), 0)::int
             from model_spending where key like %s"""
MOST = Spending(SETTINGS).most


@pytest.fixture
def database(platform: Platform) -> Generator[Database]:
    with psycopg.connect(platform.postgres.owner_url, autocommit=True) as owner:
        owner.execute("delete from model_spending")
    opened = open_database(DatabaseSettings.read(platform.environment("http")))
    yield opened
    opened.close()


def taken(database: Database, spending: Spending) -> bool:
    return database.run(spending.take())[0].values[0][0]


def spent(platform: Platform, like: str) -> tuple[int, int]:
    with psycopg.connect(platform.postgres.owner_url) as owner:
        row = owner.execute(SPENT, (like,)).fetchone()
    assert row is not None
    return row


def test_a_reader_has_so_many_questions_a_day_and_another_reader_has_their_own(database: Database) -> None:
    settings = replace(SETTINGS, reader_questions=2)
    ada, bob = ActingAs(database, "ada"), ActingAs(database, "bob")
    assert [taken(ada, Spending(settings)) for _ in range(3)] == [True, True, False]
    assert taken(bob, Spending(settings))


def test_a_reader_has_so_many_tokens_a_day(database: Database) -> None:
    settings = replace(SETTINGS, reader_tokens=2 * MOST + 1)
    assert [taken(ActingAs(database, "ada"), Spending(settings)) for _ in range(3)] == [True, True, False]


def test_what_is_refused_takes_nothing_from_anybody(database: Database, platform: Platform) -> None:
    settings = replace(SETTINGS, reader_questions=1)
    for _ in range(4):
        taken(ActingAs(database, "ada"), Spending(settings))
    assert spent(platform, "reader:%") == spent(platform, "everybody:%") == (MOST, 1)


def test_one_guests_address_spends_a_twentieth_of_the_day(database: Database, platform: Platform) -> None:
    settings = replace(SETTINGS, day_tokens=100 * MOST * SLICES, address_questions=10_000)
    allowed = [taken(database, Spending(settings, "one")) for _ in range(60)]
    assert spent(platform, "guest:one")[0] <= settings.day_tokens * 0.05
    assert allowed == [True] * 40 + [False] * 20
    assert taken(database, Spending(settings, "two"))


def test_guests_together_spend_half_of_the_day_and_readers_the_rest(database: Database, platform: Platform) -> None:
    settings = replace(SETTINGS, day_tokens=10 * MOST * SLICES, address_questions=10_000)
    for number in range(30 * SLICES):
        taken(database, Spending(settings, f"g{number}"))
    assert spent(platform, "guests:%")[0] <= settings.day_tokens / 2
    assert spent(platform, "guests:%") == spent(platform, "everybody:%")
    assert any(taken(ActingAs(database, "ada"), Spending(settings)) for _ in range(10))


def test_many_at_once_never_spend_more_than_the_day_holds(database: Database, platform: Platform) -> None:
    settings = replace(SETTINGS, day_tokens=3 * MOST * SLICES, reader_tokens=10**9, reader_questions=10**6)

    def asked(number: int) -> bool:
        return taken(ActingAs(database, f"reader-{number % 7}"), Spending(settings))

    with ThreadPoolExecutor(16) as pool:
        allowed = sum(pool.map(asked, range(120)))
    assert spent(platform, "everybody:%") == (allowed * MOST, allowed)
    assert spent(platform, "everybody:%")[0] <= settings.day_tokens


def test_a_readers_second_batch_gives_back_what_was_not_used(database: Database, platform: Platform) -> None:
    spending = Spending(SETTINGS)
    mine = SpendingDatabase(ActingAs(database, "ada"), spending)
    assert mine.run(Statement("select 1 as one"))[0].values == ((1,),)
    assert spending.is_granted
    spending.is_being_written = True
    mine.run(Statement("select 0 as whether_to_stop"))
    spending.is_being_written = False
    spending.used = 500
    assert mine.run(Statement("select 2 as two"))[0].values == ((2,),)
    assert spent(platform, "reader:%") == spent(platform, "everybody:%") == (500, 1)
    mine.run(Statement("select 3 as three"))
    assert spent(platform, "reader:%") == (500, 1)


def test_a_question_that_no_model_was_asked_costs_nothing(database: Database, platform: Platform) -> None:
    mine = SpendingDatabase(ActingAs(database, "ada"), Spending(SETTINGS))
    mine.run(Statement("select 1 as one"))
    mine.run(Statement("select 2 as two"))
    assert spent(platform, "reader:%") == (0, 0)


def test_the_functions_read_no_row_of_it(database: Database) -> None:
    taken(ActingAs(database, "ada"), Spending(SETTINGS))
    with pytest.raises(Exception, match="Something went wrong"):
        database.run(Statement("select * from model_spending"))
