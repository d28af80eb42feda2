"""One suite for the data layer: HTTP, PgBouncer and Postgres itself must give equal results and equal errors."""

from __future__ import annotations

import threading
import time
import traceback
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from decimal import Decimal
from math import inf, nan
from typing import TYPE_CHECKING, LiteralString, cast
from uuid import UUID, uuid4

import psycopg
import pytest
import snapshot_restore_py
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.local.ports import free_port
from infra.local.relay import Relay
from shared import deadline
from shared.db import Json, Statement, Transaction
from shared.db.attempts import UNHURRIED_SECONDS
from shared.db.breaker import GuardedDatabase
from shared.db.opening import open_database
from shared.errors import AppError, DatabaseUnavailable, Fault, StatementFailed
from tests.contract.mid_batch import MIDDLE, in_mid_batch
from tests.contract.ways import end_sessions
from tests.fixtures.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.local.postgres import Postgres
    from shared.db import Database
    from shared.db.batch import Param
    from tests.contract.ways import Way

ID = UUID("018f2f6e-7b7a-7c3e-9a3b-1f2e3d4c5b6a")
LAST_MOMENT = datetime(9999, 12, 31, 23, 59, 59, 999999, UTC)

VALUES: list[tuple[LiteralString, Param]] = [
    ("select $1::bool as v", True),
    ("select $1::int2 as v", -(2**15)),
    ("select $1::int4 as v", 2**31 - 1),
    ("select $1::int8 as v", -(2**63)),
    ("select $1::oid as v", 2**32 - 1),
    ("select $1::numeric as v", Decimal("123456789012345678901234567890.123456789")),
    ("select $1::numeric as v", Decimal("1E-30")),
    ("select $1::numeric as v", Decimal("Infinity")),
    ("select $1::float4 as v", 0.1),
    ("select $1::float8 as v", 5e-324),
    ("select $1::float8 as v", 1.7976931348623157e308),
    ("select $1::float8 as v", -0.0),
    ("select $1::float8 as v", inf),
    ("select $1::text as v", 'O\'Reilly "x" \\ \n\t é 😀 $1 ${x}'),
    ("select $1::text as v", ""),
    ("select $1::varchar(5) as v", "abcde"),
    ("select $1::name as v", "name"),
    ("select $1::bytea as v", bytes(range(256))),
    ("select $1::bytea as v", b""),
    ("select $1::uuid as v", ID),
    ("select $1::timestamptz as v", datetime(2024, 1, 2, 3, 4, 5, 678901, UTC)),
    ("select $1::timestamptz as v", LAST_MOMENT),
    ("select $1::timestamptz as v", datetime(1, 1, 1, tzinfo=UTC)),
    ("select $1::timestamp as v", datetime(2024, 1, 2, 3, 4, 5)),  # noqa: DTZ001 (a timestamp has no zone)
    ("select $1::date as v", date(44, 3, 15)),
    ("select $1::time as v", time_of_day(23, 59, 59, 999999)),
    ("select $1::interval as v", timedelta(days=-1, hours=3, microseconds=1)),
    ("select $1::text as v", None),
    ("select $1::int[] as v", []),
    ("select $1::int[] as v", [1, None, 3]),
    ("select $1::int8[] as v", [[1, 2], [3, 4]]),
    ("select $1::text[] as v", ['a"b', "c\\d", "e,f", "{g}", "", "NULL", None, " h ", "i\nj"]),
    ("select $1::bool[] as v", [True, False, None]),
    ("select $1::numeric[] as v", [Decimal("1.50")]),
    ("select $1::bytea[] as v", [b"\x00\xff", b""]),
    ("select $1::uuid[] as v", [ID]),
    ("select $1::date[] as v", [date(2024, 2, 29)]),
    ("select $1::timestamptz[] as v", [datetime(2024, 1, 2, tzinfo=UTC)]),
    ("select $1::interval[] as v", [timedelta(seconds=1)]),
]


@pytest.mark.parametrize(("sql", "value"), VALUES, ids=[f"{sql[10:-5]}-{value!r:.20}" for sql, value in VALUES])
def test_a_value_comes_back_as_it_went(connected: Database, sql: LiteralString, value: Param) -> None:
    [rows] = connected.run(Statement(sql, (value,)))

    assert rows.columns == ("v",)
    assert rows.values == ((value,),)
    assert type(rows.values[0][0]) is type(value)


@pytest.mark.parametrize("content", [{}, [], None, "text", 1.5, {"a": [1, None, {"b": 'x"y\\z'}], "é": 2**70}])
def test_json_comes_back_as_it_went(connected: Database, content: object) -> None:
    [rows] = connected.run(
        Statement("select $1::json, $1::jsonb, array[$1::jsonb], $2::jsonb[]", (Json(content), [Json(content)]))
    )

    assert rows.values == ((content, content, [content], [content]),)


def test_not_a_number_comes_back_as_such(connected: Database) -> None:
    [rows] = connected.run(Statement("select $1::float8, $2::numeric", (nan, Decimal("NaN"))))

    assert [str(value) for value in rows.values[0]] == ["nan", "NaN"]


def test_one_unsuitable_value_is_named_by_its_column(connected: Database) -> None:
    with pytest.raises(Fault) as caught:
        connected.run(Statement("select 1 as fine, 'infinity'::timestamptz as endless"))

    assert 'column "endless"' in str(caught.value.__cause__)


@pytest.mark.parametrize(
    "sql", ["select '127.0.0.1'::inet as v", "select '1 mon'::interval as v", "select now()::timetz"]
)
def test_what_has_no_exact_python_value_is_an_error(connected: Database, sql: LiteralString) -> None:
    with pytest.raises(Fault):
        connected.run(Statement(sql))


TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
TYPED: dict[LiteralString, st.SearchStrategy[Param]] = {
    "select $1::bool": st.booleans(),
    "select $1::int8": st.integers(-(2**63), 2**63 - 1),
    "select $1::float8": st.floats(allow_nan=False),
    "select $1::numeric": st.decimals(allow_nan=False, allow_infinity=False, places=20),
    "select $1::text": TEXTS,
    "select $1::bytea": st.binary(),
    "select $1::uuid": st.uuids(),
    "select $1::timestamptz": st.datetimes(timezones=st.just(UTC)),
    "select $1::timestamp": st.datetimes(),
    "select $1::date": st.dates(),
    "select $1::time": st.times(),
    "select $1::interval": st.timedeltas(),
    "select $1::text[]": st.lists(st.none() | TEXTS),
    "select $1::int8[]": st.lists(st.none() | st.integers(-(2**63), 2**63 - 1)),
    "select $1::bytea[]": st.lists(st.none() | st.binary()),
    "select $1::timestamptz[]": st.lists(st.datetimes(timezones=st.just(UTC))),
}
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=10,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.fixed_dictionaries(TYPED), JSON_VALUES)
def test_any_value_of_any_type_comes_back_as_it_went(
    database: Database, values: dict[LiteralString, Param], content: object
) -> None:
    """One batch an example: all types travel together."""
    statements = [Statement(sql, (value,)) for sql, value in values.items()]

    *results, json_rows = database.run(*statements, Statement("select $1::jsonb", (Json(content),)))

    assert [rows.values[0][0] for rows in results] == list(values.values())
    assert json_rows.values == ((content,),)


def test_a_later_statement_sees_what_an_earlier_one_did(connected: Database) -> None:
    inserted, counted, *_ = connected.run(
        Statement("insert into contract.note values ($1::int, 'a'), (2, 'b')", (1,)),
        Statement("select count(*) as n from contract.note"),
    )

    assert (inserted.count, inserted.columns, inserted.values) == (2, (), ())
    assert counted.values == ((2,),)


def test_counts_and_columns_are_those_of_postgres(connected: Database) -> None:
    results = connected.run(
        Statement("insert into contract.note values (1, 'a'), (2, 'b'), (3, 'c') returning id"),
        Statement("update contract.note set text = 'x' where id > 1"),
        Statement("delete from contract.note where id = 3"),
        Statement("select 1 as twice, 'b' as twice"),
        Statement("select from contract.note"),
        Statement("select id from contract.note where false"),
        Statement("create temp table passing ()"),
        Statement(""),
    )

    assert [(rows.count, rows.columns, rows.values) for rows in results] == [
        (3, ("id",), ((1,), (2,), (3,))),
        (2, (), ()),
        (1, (), ()),
        (1, ("twice", "twice"), ((1, "b"),)),
        (2, (), ((), ())),
        (0, ("id",), ()),
        (0, (), ()),
        (0, (), ()),
    ]


KIND = Statement(
    "select current_setting('transaction_isolation'), current_setting('transaction_read_only')::bool,"
    " current_setting('transaction_deferrable')::bool"
)
KINDS = [
    Transaction("serializable", read_only=True, deferrable=True),
    Transaction("repeatable read"),
    Transaction("read committed", deferrable=True),
    Transaction(read_only=True),
]


@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: ", ".join(kind.modes))
def test_a_batch_can_be_another_kind_of_transaction_in_one_round_trip(
    connected: Database, way: Way, kind: Transaction, *, alone: bool
) -> None:
    with way.relay.count() as passed:
        results = connected.run(*([KIND] if alone else [KIND, KIND]), transaction=kind)
    after = connected.run(KIND)

    assert {rows.values for rows in results} == {
        ((kind.isolation or "read committed", kind.read_only, kind.deferrable),)
    }
    assert len(results) == (1 if alone else 2)
    assert after[0].values == (("read committed", False, False),)
    assert passed.flights == 1


def test_a_batch_that_only_reads_cannot_write(connected: Database) -> None:
    with pytest.raises(StatementFailed) as caught:
        connected.run(Statement("insert into contract.note values (1, 'a')"), transaction=Transaction(read_only=True))

    assert (caught.value.sqlstate, notes(connected)) == ("25006", 0)


def test_a_batch_with_one_view_sees_nothing_that_others_commit_meanwhile(
    connected: Database, owner: psycopg.Connection, postgres: Postgres
) -> None:
    count = Statement("select count(*) from contract.note")
    write: LiteralString = "insert into contract.note values (1, 'late')"

    with in_mid_batch(postgres.superuser_url, lambda _: owner.execute(write)):
        before, _, after = connected.run(count, MIDDLE, count, transaction=Transaction("repeatable read"))

    assert (before.values, after.values, notes(connected)) == (((0,),), ((0,),), 1)


def notes(database: Database) -> int:
    return database.run(Statement("select count(*) from contract.note"))[0].values[0][0]


@pytest.mark.parametrize(
    ("sql", "sqlstate", "constraint"),
    [
        ("insert into contract.note values (1, 'again')", "23505", "note_id"),
        ("insert into contract.note values (null, 'x')", "23502", None),
        ("select * from nothing_like_this", "42P01", None),
        ("selec 1", "42601", None),
        ("select 1; select 2", "42601", None),
        ("select 1 / (select 0)", "22012", None),
        ("select 'abc'::int", "22P02", None),
        ("select $1::int", "08P01", None),
        ("insert into contract.note values (2, 'x', 99)", "23503", "note_parent"),
        ("select contract.fail(9, 'P0001')", "P0001", None),
        ("create table public.mine ()", "42501", None),
    ],
)
def test_a_refused_statement_undoes_the_whole_batch(
    connected: Database, sql: LiteralString, sqlstate: str, constraint: str | None
) -> None:
    first = Statement("insert into contract.note values (1, 'first')")

    with pytest.raises(StatementFailed) as caught:
        connected.run(first, Statement(sql), Statement("select 1"))

    assert (caught.value.sqlstate, caught.value.constraint) == (sqlstate, constraint)
    assert notes(connected) == 0


def test_a_refused_statement_alone_says_the_same(connected: Database) -> None:
    connected.run(Statement("insert into contract.note values (1, 'first')"))

    with pytest.raises(StatementFailed) as caught:
        connected.run(Statement("insert into contract.note values (1, 'second')"))

    assert (caught.value.sqlstate, caught.value.constraint) == ("23505", "note_id")


@pytest.mark.parametrize("way", ["pooled", "direct"], indirect=True)  # over HTTP it is Neon's proxy that refuses
def test_copying_is_refused_and_keeps_no_batch_from_its_end(connected: Database) -> None:
    with pytest.raises(StatementFailed) as refused:
        connected.run(Statement("copy (select 1) to stdout"))
    assert "COPY is not possible in a batch" in "".join(traceback.format_exception(refused.value))
    assert len(connected.run(Statement("select 1"))) == 1


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b"])
def test_text_that_postgres_cannot_hold_is_refused(connected: Database, text: str) -> None:
    with pytest.raises(StatementFailed) as caught:
        connected.run(Statement("select $1::text", (text,)))

    assert caught.value.sqlstate == "22021"


def test_what_is_set_locally_does_not_outlive_the_batch(connected: Database) -> None:
    inside = connected.run(
        Statement("select set_config('app.user_id', $1::text, true)", ("somebody",)),
        Statement("select current_setting('app.user_id')"),
    )
    after = [connected.run(Statement("select current_setting('app.user_id', true)")) for _ in range(5)]

    assert inside[1].values == (("somebody",),)
    assert {rows[0].values[0][0] for rows in after} <= {"", None}


def test_what_is_set_locally_does_not_outlive_a_failed_batch(connected: Database) -> None:
    with pytest.raises(StatementFailed):
        connected.run(
            Statement("select set_config('app.user_id', $1::text, true)", ("somebody",)), Statement("select 1 / 0")
        )

    assert connected.run(Statement("select current_setting('app.user_id', true)"))[0].values[0][0] in {"", None}


def test_threads_never_see_each_other(way: Way) -> None:
    database = way.open()
    seen: list[bool] = []

    def work(name: str) -> None:
        for _ in range(25):
            rows = database.run(
                Statement("select set_config('app.user_id', $1::text, true)", (name,)),
                Statement("select current_setting('app.user_id'), $1::text", (name,)),
            )
            seen.append(rows[1].values == ((name, name),))

    threads = [threading.Thread(target=work, args=(f"user {number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database.close()

    assert seen == [True] * 200


@pytest.mark.parametrize("size", [1, 2, 7])
def test_a_warm_batch_costs_exactly_one_round_trip(connected: Database, way: Way, size: int) -> None:
    with way.relay.count() as passed:
        connected.run(*[Statement("select $1::int", (number,)) for number in range(size)])

    assert (passed.flights, passed.connections) == (1, 0)


def test_a_refused_batch_keeps_the_connection(connected: Database, way: Way) -> None:
    with way.relay.count() as passed:
        for _ in range(3):
            with pytest.raises(StatementFailed):
                connected.run(Statement("select 1"), Statement("select 1 / 0"))
        connected.run(Statement("select 1"))

    assert (passed.flights, passed.connections) == (4, 0)


def test_much_data_flows_both_ways_at_once(connected: Database) -> None:
    text = "0123456789" * 50_000

    results = connected.run(*[Statement("select $1::text || 'x'", (text,)) for _ in range(6)])

    assert [rows.values for rows in results] == [((text + "x",),)] * 6


def test_a_kept_connection_that_was_reset_is_replaced_without_a_word(connected: Database, way: Way) -> None:
    way.relay.reset()

    with way.relay.count() as passed:
        inserted = connected.run(Statement("insert into contract.note values (1, 'a')"), idempotent=False)

    assert (inserted[0].count, passed.connections) == (1, 1)


def test_a_transaction_that_a_batch_left_open_does_not_swallow_the_next_one(
    connected: Database, owner: psycopg.Connection
) -> None:
    connected.run(Statement("begin"))

    connected.run(Statement("insert into contract.note values (1, 'a')"))

    assert owner.execute("select text from contract.note").fetchall() == [("a",)]


def test_after_close_the_next_batch_connects_anew(connected: Database, way: Way) -> None:
    connected.close()

    with way.relay.count() as passed:
        connected.run(Statement("select 1"))

    assert passed.connections == 1


def test_server_processes_that_were_terminated_while_idle_are_replaced_without_a_word(
    connected: Database, postgres: Postgres, way: Way
) -> None:
    end_sessions(postgres, way.relay, way.pooler)

    assert connected.run(Statement("insert into contract.note values (1, 'a')"), idempotent=False)[0].count == 1


@pytest.mark.parametrize("state", ["40001", "40P01", "55P03"])
def test_what_postgres_undid_for_the_sake_of_others_is_run_again(connected: Database, state: str) -> None:
    results = connected.run(
        Statement("insert into contract.note values (1, 'a')"),
        Statement("select contract.fail($1::int, $2::text)", (2, state)),
        idempotent=False,
    )

    assert results[1].values == ((3,),)
    assert notes(connected) == 1


def test_what_two_sessions_that_change_the_same_row_of_a_catalogue_do_to_each_other_is_run_again(
    connected: Database,
) -> None:
    fail = Statement("select contract.fail($1::int, $2::text, $3::text)", (2, "XX000", "tuple concurrently updated"))

    assert connected.run(fail, idempotent=False)[0].values == ((3,),)


def test_it_is_not_run_again_for_ever_and_what_postgres_said_can_be_logged(connected: Database) -> None:
    with pytest.raises(DatabaseUnavailable) as caught:
        connected.run(Statement("select contract.fail($1::int, $2::text)", (100, "40001")))

    assert "40001: attempt 4 fails" in str(caught.value.__cause__)
    assert connected.run(Statement("select last_value from contract.attempts"))[0].values == ((4,),)


def test_a_defect_is_not_run_again(connected: Database) -> None:
    with pytest.raises(StatementFailed):
        connected.run(Statement("select contract.fail($1::int, $2::text)", (1, "P0001")), idempotent=True)

    assert connected.run(Statement("select last_value from contract.attempts"))[0].values == ((1,),)


def test_a_session_that_ends_in_mid_batch_costs_an_idempotent_batch_nothing(connected: Database) -> None:
    results = connected.run(Statement("select 1"), Statement("select contract.die($1::int)", (1,)), idempotent=True)

    assert results[1].values == ((2,),)


@pytest.mark.parametrize("alone", [True, False])
def test_a_session_that_ends_in_mid_batch_may_have_committed_it(connected: Database, *, alone: bool) -> None:
    statements = [Statement("select contract.die($1::int)", (1,))]

    with pytest.raises(DatabaseUnavailable):
        connected.run(*([] if alone else [Statement("select 1")]), *statements, idempotent=False)

    assert connected.run(Statement("select last_value from contract.attempts"))[0].values == ((1,),)


def test_an_answer_that_is_cut_off_costs_an_idempotent_batch_nothing(connected: Database, way: Way) -> None:
    insert = Statement("insert into contract.note values (1, 'a') on conflict do nothing")
    way.relay.cut_after(0)

    connected.run(insert, idempotent=True)

    assert notes(connected) == 1


def test_an_answer_that_is_cut_off_leaves_a_batch_that_is_not_idempotent_run_once(
    connected: Database, way: Way
) -> None:
    way.relay.cut_after(0)

    with pytest.raises(DatabaseUnavailable):
        connected.run(Statement("select nextval('contract.attempts')"), idempotent=False)

    assert connected.run(Statement("select last_value from contract.attempts"))[0].values == ((1,),)


def test_a_statement_beyond_its_time_limit_ends_as_unavailable_and_keeps_the_connection(
    connected: Database, way: Way
) -> None:
    with way.relay.count() as passed:
        with pytest.raises(DatabaseUnavailable):
            connected.run(
                Statement("select set_config('statement_timeout', '50ms', true)"), Statement("select pg_sleep(1)")
            )
        connected.run(Statement("select 1"))

    assert passed.connections == 0


def took(began: float) -> float:
    return time.monotonic() - began


def test_a_refused_port_is_found_out_at_once(database: Database, way: Way) -> None:
    way.relay.refuse()
    began = time.monotonic()

    with pytest.raises(DatabaseUnavailable):
        database.run(Statement("select 1"))

    assert took(began) < UNHURRIED_SECONDS * 0.8


@pytest.mark.parametrize("warm", [True, False])
def test_a_silent_server_is_left_in_time(database: Database, way: Way, *, warm: bool) -> None:
    if warm:
        database.run(Statement("select 1"))
    way.relay.accept_silently()
    began = time.monotonic()

    with deadline.within(0.4), pytest.raises(DatabaseUnavailable):
        database.run(Statement("select 1"), idempotent=True)

    assert 0.4 <= took(began) < UNHURRIED_SECONDS * 0.8


def test_a_batch_that_was_given_up_keeps_no_process_from_its_end(connected: Database, way: Way) -> None:
    before = set(threading.enumerate())
    way.relay.accept_silently()

    with deadline.within(0.4), pytest.raises(DatabaseUnavailable):
        connected.run(Statement("select 1"))

    assert [each for each in threading.enumerate() if each not in before and not each.daemon] == []


def test_a_slow_server_is_waited_for(database: Database, way: Way) -> None:
    way.relay.delay(0.2)

    assert database.run(Statement("select 1"))[0].values == ((1,),)


def test_after_an_outage_the_next_batch_works(connected: Database, way: Way) -> None:
    way.relay.refuse()
    with pytest.raises(DatabaseUnavailable):
        connected.run(Statement("select 1"))
    way.relay.restore()

    assert connected.run(Statement("select 1"))[0].values == ((1,),)


@pytest.mark.parametrize("outage", [Relay.refuse, Relay.accept_silently])
def test_in_an_outage_the_first_batch_fails_soon_and_later_ones_at_once(
    way: Way, outage: Callable[[Relay], None]
) -> None:
    """As chat asks, which would rather answer without the database than wait for it."""
    database = open_database(way.settings)
    outage(way.relay)
    seconds: list[float] = []
    for _ in range(3):
        began = time.monotonic()
        with deadline.within(1.2), pytest.raises(DatabaseUnavailable):
            database.run(Statement("select 1"), idempotent=True)
        seconds.append(took(began))
    way.relay.restore()
    database.close()

    assert seconds[0] < UNHURRIED_SECONDS * 0.8
    assert max(seconds[1:]) < 0.6, "half of what they would have waited"


def test_whoever_is_warned_that_the_time_is_nearly_up_is_told_while_the_answer_is_waited_for(
    connected: Database, postgres: Postgres
) -> None:
    with psycopg.connect(postgres.owner_url, autocommit=True) as holder:
        holder.execute("select pg_advisory_lock(13)")
        told: list[None] = []

        def tell() -> None:
            told.append(holder.execute("select pg_advisory_unlock(13)") and None)

        with deadline.within(60), deadline.warning(60, tell):
            assert connected.run(MIDDLE)[0].values == ((1,),)
    assert told == [None]


def test_a_slow_statement_ends_with_its_caller_and_keeps_no_other_from_asking(way: Way, postgres: Postgres) -> None:
    slow = f"select pg_sleep(600) /* {uuid4()} */"

    def keeps_no_other_from_asking() -> bool:
        database = GuardedDatabase(way.open())
        database.run(Statement("select 1"))
        with deadline.within(0.6), pytest.raises(DatabaseUnavailable):
            database.run(Statement(slow))  # pyright: ignore[reportArgumentType] (a name of its own, to be found by)
        try:
            return database.run(Statement("select 2"))[0].values == ((2,),)
        except DatabaseUnavailable:
            return False
        finally:
            database.close()

    until(keeps_no_other_from_asking, "a look gets its tenth of a second, which a busy machine may refuse it")
    with psycopg.connect(postgres.superuser_url, autocommit=True) as connection:
        asked = "select from pg_stat_activity where query = %s and state = 'active'"
        until(lambda: not connection.execute(asked, [slow]).rowcount, "the statement ends")


@pytest.mark.parametrize("change", ["password", "role", "database"])
def test_a_refused_login_is_an_outage_not_a_defect(way: Way, change: str) -> None:
    url = {
        "password": way.settings.url.replace("docs_app:", "docs_app:wrong"),
        "role": way.settings.url.replace("docs_app:", "nobody:"),
        "database": way.settings.url + "_missing",
    }[change]
    database = way.open(url=url)

    with pytest.raises(DatabaseUnavailable):
        database.run(Statement("select 1"))

    database.close()


def test_no_password_appears_in_errors_reprs_or_logs(way: Way, capsys: pytest.CaptureFixture[str]) -> None:
    secret = "wrong-and-secret"
    bad_password = way.open(url=way.settings.url.replace("docs_app:", f"docs_app:{secret}"))
    nobody_there = way.open(
        url=f"postgresql://docs_app:{secret}@127.0.0.1:{free_port()}/docs",
        http_endpoint=f"http://127.0.0.1:{free_port()}/sql",
    )
    shown = [repr(bad_password), repr(nobody_there)]

    for database in (bad_password, nobody_there):
        with pytest.raises(AppError) as caught:
            database.run(Statement("select 1"))
        shown.append("".join(traceback.format_exception(caught.value)))
        database.close()

    assert secret not in "".join(shown) + "".join(capsys.readouterr())


def test_a_snapshot_holds_no_connection_and_what_is_restored_opens_its_own(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")
    database = open_database(way.settings)
    database.run(Statement("select 1"))

    hooks = cast(
        "list[tuple[Callable[[], None], tuple[()], dict[str, str]]]", snapshot_restore_py.get_before_snapshot()
    )
    hooks[-1][0]()
    with way.relay.count() as restored:
        pass
    with way.relay.count() as passed:
        database.run(Statement("select 1"))
    database.close()

    assert snapshot_restore_py.get_after_restore() == []
    assert (restored.connections, passed.connections) == (0, 1)
