"""What answers may cost a day is counted in Postgres, exactly, whoever asks at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import psycopg
import pytest

from shared.db import USUAL, Database, Rows, Statement
from shared.db.opening import open_database
from shared.history.models import answer_id
from shared.model.chunks import Usage
from shared.model.costs import Costs
from shared.model.spending import SLICES, PendingRefunds, Refund, Spending, SpendingDatabase
from shared.settings.answers import ModelSettings
from shared.settings.database import DatabaseSettings
from tests.integration.history.conftest import ActingAs, Reader

if TYPE_CHECKING:
    from collections.abc import Generator
    from uuid import UUID

    from infra.local.platform import Platform
    from shared.db import Transaction

SETTINGS = ModelSettings.read({"MODEL_URL": "http://127.0.0.1:1"})
SPENT = """select coalesce(sum(tokens), 0)::bigint, coalesce(sum(questions), 0)::int
             from model_spending where key like %s"""
TOLD = """select sum(read)::bigint, sum(written)::bigint, count(*) filter (where key not like 'everybody:%'
                                                                              and read is not null)
            from model_spending"""
COSTS = Costs.of(SETTINGS, "How do I calibrate the arm?")
MOST = COSTS.most


def asked(
    settings: ModelSettings = SETTINGS,
    guest: str | None = None,
    *,
    refunds: PendingRefunds | None = None,
    answer: UUID | None = None,
) -> Spending:
    return Spending(settings, COSTS, refunds or PendingRefunds(), guest, answer)


@pytest.fixture
def database(platform: Platform) -> Generator[Database]:
    with psycopg.connect(platform.postgres.owner_url, autocommit=True) as owner:
        owner.execute("delete from model_spending")
    opened = open_database(DatabaseSettings.read(platform.environment("http")))
    yield opened
    opened.close()


@pytest.fixture
def ada(database: Database, platform: Platform) -> Reader:
    with psycopg.connect(platform.postgres.owner_url, autocommit=True) as owner:
        owner.execute("""insert into "user" (id, name, email, "emailVerified")
                         values ('ada', 'Ada', 'ada@example.com', false) on conflict do nothing""")
    return Reader("ada", ActingAs(database, "ada"))


def taken(database: Database, spending: Spending) -> bool:
    spending.taken(database.run(spending.take())[0])
    return spending.is_granted


def spent(platform: Platform, like: str) -> tuple[int, int]:
    with psycopg.connect(platform.postgres.owner_url) as owner:
        row = owner.execute(SPENT, (like,)).fetchone()
    assert row is not None
    return row


def told(platform: Platform) -> tuple[int | None, int | None]:
    """Tokens read, and tokens written, of everybody; whose they were is kept nowhere."""
    with psycopg.connect(platform.postgres.owner_url) as owner:
        row = owner.execute(TOLD).fetchone()
    assert row is not None
    read, written, of_somebody = row
    assert of_somebody == 0
    return read, written


def test_a_reader_has_so_many_questions_a_day_and_another_reader_has_their_own(database: Database) -> None:
    settings = replace(SETTINGS, reader_questions=2)
    ada, bob = ActingAs(database, "ada"), ActingAs(database, "bob")
    assert [taken(ada, asked(settings)) for _ in range(3)] == [True, True, False]
    assert taken(bob, asked(settings))


def test_a_reader_has_so_many_tokens_a_day(database: Database) -> None:
    settings = replace(SETTINGS, reader_tokens=2 * MOST + 1)
    assert [taken(ActingAs(database, "ada"), asked(settings)) for _ in range(3)] == [True, True, False]


def test_what_is_refused_takes_nothing_from_anybody(database: Database, platform: Platform) -> None:
    settings = replace(SETTINGS, reader_questions=1)
    for _ in range(4):
        taken(ActingAs(database, "ada"), asked(settings))
    assert spent(platform, "reader:%") == spent(platform, "everybody:%") == (MOST, 1)


def test_one_guests_address_spends_a_twentieth_of_the_day(database: Database, platform: Platform) -> None:
    settings = replace(SETTINGS, day_tokens=100 * MOST * SLICES, address_questions=10_000)
    allowed = [taken(database, asked(settings, "one")) for _ in range(60)]
    assert spent(platform, "guest:one")[0] <= settings.day_tokens * 0.05
    assert allowed == [True] * 40 + [False] * 20
    assert taken(database, asked(settings, "two"))


def test_guests_together_spend_half_of_the_day_and_readers_the_rest(database: Database, platform: Platform) -> None:
    settings = replace(SETTINGS, day_tokens=10 * MOST * SLICES, address_questions=10_000)
    for number in range(30 * SLICES):
        taken(database, asked(settings, f"g{number}"))
    assert spent(platform, "guests:%")[0] <= settings.day_tokens / 2
    assert spent(platform, "guests:%") == spent(platform, "everybody:%")
    assert any(taken(ActingAs(database, "ada"), asked(settings)) for _ in range(10))


def test_many_at_once_never_spend_more_than_the_day_holds(database: Database, platform: Platform) -> None:
    settings = replace(SETTINGS, day_tokens=3 * MOST * SLICES, reader_tokens=10**9, reader_questions=10**6)

    def one(number: int) -> bool:
        return taken(ActingAs(database, f"reader-{number % 7}"), asked(settings))

    with ThreadPoolExecutor(16) as pool:
        allowed = sum(pool.map(one, range(120)))
    assert spent(platform, "everybody:%") == (allowed * MOST, allowed)
    assert spent(platform, "everybody:%")[0] <= settings.day_tokens


def test_a_readers_second_batch_gives_back_what_was_not_used(database: Database, platform: Platform) -> None:
    spending = asked()
    mine = SpendingDatabase(ActingAs(database, "ada"), spending)
    assert mine.run(Statement("select 1 as one"))[0].values == ((1,),)
    assert spending.is_granted
    spending.is_being_written = True
    mine.run(Statement("select 0 as whether_to_stop"))
    spending.is_being_written = False
    spending.used = Usage(400, 100)
    assert mine.run(Statement("select 2 as two"))[0].values == ((2,),)
    assert spent(platform, "reader:%") == spent(platform, "everybody:%") == (500, 1)
    mine.run(Statement("select 3 as three"))
    assert spent(platform, "reader:%") == (500, 1)


def test_a_question_that_no_model_was_asked_costs_nothing(database: Database, platform: Platform) -> None:
    mine = SpendingDatabase(ActingAs(database, "ada"), asked())
    mine.run(Statement("select 1 as one"))
    mine.run(Statement("select 2 as two"))
    assert spent(platform, "reader:%") == (0, 0)


def test_a_guest_pays_what_the_answer_cost_once_the_container_makes_its_next_batch(
    database: Database, platform: Platform
) -> None:
    refunds = PendingRefunds()
    for guest, used in (("one", 700), ("two", None), ("three", 300)):
        spending = asked(guest=guest, refunds=refunds)
        assert taken(database, spending)
        spending.used = None if used is None else Usage(used - 100, 100)
        spending.close()
    SpendingDatabase(ActingAs(database, "ada"), asked(refunds=refunds)).run()
    assert spent(platform, "guest:one") == (700, 1)
    assert spent(platform, "guest:two") == (0, 0)
    assert spent(platform, "guests:%") == spent(platform, "guest:%") == (1000, 2)
    assert spent(platform, "everybody:%") == (1000 + MOST, 3)


@pytest.mark.parametrize("guest", [None, "one"])
def test_what_counts_is_what_answers_cost_and_not_what_they_might_have(database: Database, guest: str | None) -> None:
    settings = replace(SETTINGS, reader_tokens=2 * MOST, reader_questions=1000, address_questions=1000)
    settings = replace(settings, day_tokens=2 * MOST * SLICES * 20 if guest is None else 40 * MOST)
    refunds = PendingRefunds()
    for number in range(60):
        spending = asked(settings, guest, refunds=refunds)
        assert taken(ActingAs(database, "ada"), spending), number
        spending.used = Usage(7, 3)
        spending.close()


def test_what_comes_too_late_for_its_question_goes_back(database: Database, platform: Platform) -> None:
    refunds = PendingRefunds()
    late = asked(guest="one", refunds=refunds)
    statement = late.take()
    late.close()
    late.taken(database.run(statement)[0])
    taken(database, asked(guest="two", refunds=refunds))
    assert spent(platform, "guest:one") == (0, 0)


def test_what_was_taken_on_one_day_goes_back_to_that_day(database: Database, platform: Platform) -> None:
    with psycopg.connect(platform.postgres.owner_url, autocommit=True) as owner:
        owner.execute("""insert into model_spending (day, key, tokens, questions)
                         select (now() at time zone 'utc')::date - ago, key, 500, 1
                           from generate_series(0, 1) ago, unnest(array['guest:one', 'guests:0', 'everybody:0']) key""")
        [yesterday] = owner.execute("select to_char(min(day), 'YYYY-MM-DD') from model_spending").fetchone() or [""]
        refunds = PendingRefunds()
        refunds.add(Refund(f"{yesterday} 0 guest:one", 400, 1, Usage(0, 0)))
        taken(ActingAs(database, "ada"), asked(refunds=refunds))
        rows = owner.execute("select distinct day::text, tokens from model_spending where key like 'guest%' order by 1")
        assert [row[1] for row in rows] == [100, 500]


def test_slices_that_are_spent_leave_the_question_to_those_that_are_not(database: Database) -> None:
    settings = replace(SETTINGS, day_tokens=MOST * SLICES, reader_tokens=10**9)
    allowed = [taken(ActingAs(database, "ada"), asked(settings)) for _ in range(SLICES + 2)]
    assert allowed == [True] * SLICES + [False] * 2


def test_containers_that_give_back_and_take_at_once_do_not_lock_each_other_out(
    database: Database, platform: Platform
) -> None:
    settings = replace(SETTINGS, day_tokens=10**9)

    def container(number: int) -> int:
        refunds = PendingRefunds()
        granted = 0
        for turn in range(20):
            spending = asked(settings, f"g{(number + turn) % 5}", refunds=refunds)
            granted += taken(database, spending)
            spending.used = Usage(7, 3)
            spending.close()
        return granted

    with ThreadPoolExecutor(8) as pool:
        granted = sum(pool.map(container, range(8)))
    assert granted == 160
    assert spent(platform, "everybody:%") == (152 * 10 + 8 * MOST, 160)


def test_a_turn_that_was_answered_costs_nothing_when_it_is_sent_again(ada: Reader, platform: Platform) -> None:
    conversation_id, message_id, _ = ada.ask()
    paid = asked(answer=answer_id(message_id))
    mine = SpendingDatabase(ada.db, paid)
    mine.run()
    paid.used = Usage(400, 100)
    ada.on(mine).answer(conversation_id, message_id)
    again = asked(answer=answer_id(message_id))
    assert not taken(ada.db, again)
    assert spent(platform, "reader:%") == spent(platform, "everybody:%") == (500, 1)


class SentTwice(Database):
    """A database whose first answer to each batch is lost."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def run(self, *statements: Statement, idempotent: bool = False, transaction: Transaction = USUAL) -> list[Rows]:
        self._database.run(*statements, idempotent=idempotent, transaction=transaction)
        return self._database.run(*statements, idempotent=idempotent, transaction=transaction)

    def close(self) -> None:
        self._database.close()


@pytest.mark.parametrize("guest", [None, "one"])
def test_a_batch_that_is_sent_twice_takes_once_and_gives_back_once(
    database: Database, platform: Platform, guest: str | None
) -> None:
    lossy = SentTwice(ActingAs(database, "ada"))
    other = asked(guest=guest)
    assert taken(lossy, other)
    spending = asked(guest=guest)
    mine = SpendingDatabase(lossy, spending)
    mine.run(Statement("select 1 as one"))
    assert spending.is_granted
    assert spent(platform, "everybody:%") == (2 * MOST, 2)
    spending.used = Usage(400, 100)
    mine.run(Statement("select 2 as two"))
    assert spent(platform, "everybody:%") == (MOST + 500, 2)
    assert spent(platform, "guest:%" if guest else "reader:%") == (MOST + 500, 2)


def test_what_is_owed_comes_back_once_with_a_batch_that_is_sent_twice(database: Database, platform: Platform) -> None:
    refunds = PendingRefunds()
    for used in (700, 300):
        spending = asked(guest="one", refunds=refunds)
        assert taken(database, spending)
        spending.used = Usage(used - 100, 100)
        spending.close()
    assert taken(SentTwice(database), asked(guest="two", refunds=refunds))
    assert spent(platform, "guest:one") == (1000, 2)
    assert spent(platform, "everybody:%") == (1000 + MOST, 3)


def test_a_batch_that_is_sent_again_while_the_first_is_under_way_takes_nothing_more(
    database: Database, platform: Platform
) -> None:
    statement = asked(guest="one").take()
    with ThreadPoolExecutor(4) as pool:
        takings = {each[0].values[0][0] for each in pool.map(database.run, [statement] * 8)}
    assert len(takings) == 1
    assert spent(platform, "everybody:%") == (MOST, 1)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("transport", ["http", "pooled"])
def test_what_many_read_and_wrote_at_once_is_counted_once_though_each_batch_is_sent_twice(
    platform: Platform, transport: Literal["http", "pooled"]
) -> None:
    settings = replace(SETTINGS, day_tokens=10**9, reader_tokens=10**9, reader_questions=10**6)
    over_http = DatabaseSettings.read(platform.environment("http"))
    how = over_http if transport == "http" else DatabaseSettings(platform.postgres.app_url, transport)

    def container(number: int) -> None:
        opened = open_database(how)
        refunds = PendingRefunds()
        for turn in range(5):
            guest = f"g{(number + turn) % 3}" if turn % 2 else None
            spending = asked(settings, guest, refunds=refunds)
            mine = SpendingDatabase(SentTwice(ActingAs(opened, f"reader-{(number + turn) % 3}")), spending)
            mine.run()
            assert spending.is_granted
            spending.used = Usage(1000, 10 + number)
            if turn < 3:
                spending.close()  # with the next batch, whoever's it is
            mine.run()
        opened.close()

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(container, range(6))) == [None] * 6
    written = 5 * sum(10 + number for number in range(6))
    assert told(platform) == (30 * 1000, written)
    assert spent(platform, "everybody:%") == (30 * 1000 + written, 30)


def test_what_no_answer_told_is_not_known(database: Database, platform: Platform) -> None:
    assert taken(database, asked(guest="one"))
    assert told(platform) == (None, None)


def test_a_question_that_no_model_was_asked_read_and_wrote_nothing(database: Database, platform: Platform) -> None:
    mine = SpendingDatabase(ActingAs(database, "ada"), asked())
    mine.run()
    mine.run()
    assert told(platform) == (0, 0)


def test_functions_of_the_version_before_settle_as_they_did(database: Database, platform: Platform) -> None:
    before = """select spend_on_model($1::text[], $2::bigint[], $3::integer[], $4::text, $5::uuid, $6::bigint,
                                      $7::bigint, $8::integer, $9::integer, $10::integer, $11::bigint, $12::text)"""
    what = ("one", None, MOST, 10**9, 100, 0, SLICES, 10**9, "word")
    taking = database.run(Statement(before, ([], [], [], *what)))[0].values[0][0]
    settle = Statement(
        "select settle_with_model($1::text[], $2::bigint[], $3::integer[])", ([taking], [MOST - 500], [0])
    )
    for _ in range(2):
        database.run(settle)
    assert spent(platform, "everybody:%") == spent(platform, "guest:one") == (500, 1)
    assert told(platform) == (None, None)


def test_the_functions_read_no_row_of_it(database: Database) -> None:
    taken(ActingAs(database, "ada"), asked())
    with pytest.raises(Exception, match="Something went wrong"):
        database.run(Statement("select * from model_spending"))
