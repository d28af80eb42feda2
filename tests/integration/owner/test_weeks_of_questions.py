"""What was asked is read week by week, and counted as if it were one: whenever a period begins and ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

if TYPE_CHECKING:
    from collections.abc import Generator

    from infra.local.postgres import Postgres

MONDAY: Final = datetime(2001, 1, 1, tzinfo=UTC)
"""Of a time of which no other test asks."""

HOUR: Final = timedelta(hours=1)
HOURS: Final = 24 * 7 * 4

# As superuser without triggers: sixty readers, each of whom asks some of forty wordings again and again, also when a
# week begins.
FILL: Final = """
    set session_replication_role = replica;
    insert into message (id, conversation_id, user_id, seq, role, content, created_at)
    select md5('weeks' || n)::uuid, md5('weeks')::uuid, 'weeks-' || n % 60, n, 'user', 'Which ' || n % 40 || '?', now()
      from generate_series(1, 2000) n;
    insert into asked (answer_id, user_id, question_id, at, mode, wording, reader)
    select id, user_id, id,
           timestamptz '2001-01-01 00:00:00+00' + seq * interval '7 days' / 420,
           case when seq % 3 = 0 then 'refused' else 'extractive' end, seq % 40, hashtext(user_id)
      from message where user_id like 'weeks-%';
    set session_replication_role = origin
"""
CLEAN: Final = """
    set session_replication_role = replica;
    delete from asked where user_id like 'weeks-%';
    delete from message where user_id like 'weeks-%';
"""
EXPECTED: Final = """
    select wording, count(*), count(distinct reader), max(at), count(*) filter (where mode = 'refused')
      from asked
     where at >= %(since)s and at < %(until)s and (%(show)s <> 'unanswered' or mode = 'refused')
     group by 1
     order by 2 desc, 4 desc, 1
"""


@pytest.fixture(scope="module")
def weeks(postgres: Postgres) -> Generator[psycopg.Connection[Any]]:
    with psycopg.connect(postgres.superuser_url, autocommit=True) as connection:
        connection.execute(FILL)
        connection.execute("set timezone = 'America/New_York'")  # whose days are not always of 24 hours
        yield connection
        connection.execute(CLEAN)


@settings(max_examples=60, deadline=None)
@given(since=st.integers(-30, HOURS), hours=st.integers(0, HOURS), show=st.sampled_from(["asked", "unanswered"]))
def test_any_period_is_counted_as_a_whole(weeks: psycopg.Connection[Any], since: int, hours: int, show: str) -> None:
    look(weeks, show, MONDAY + since * HOUR, MONDAY + (since + hours) * HOUR)


def test_what_a_reader_deletes_is_gone_at_once_from_each_week(weeks: psycopg.Connection[Any]) -> None:
    before = look(weeks, "asked", MONDAY, MONDAY + HOURS * HOUR)
    weeks.execute("delete from message where user_id = 'weeks-7'")
    assert look(weeks, "asked", MONDAY, MONDAY + HOURS * HOUR) < before


def look(weeks: psycopg.Connection[Any], show: str, since: datetime, until: datetime) -> int:
    """What the desk finds, which is what there is; how many questions."""
    weeks.execute("select pg_stat_force_next_flush()")
    weeks.execute("vacuum analyze asked")
    assert weeks.execute("select is_vacuumed('asked')").fetchone() == (True,)
    wanted = Jsonb({"show": show, "most": 2000, "readers": 3})
    period = {"since": since, "until": until, "show": show}
    [(found,)] = weeks.execute(
        "select owner_questions_by_column(%(since)s, %(until)s, %(wanted)s)", period | {"wanted": wanted}
    ).fetchall()
    expected = weeks.execute(EXPECTED, period).fetchall()
    shown = [
        (int(text.removeprefix("Which ").removesuffix("?")), times, readers, datetime.fromtimestamp(last, UTC), refused)
        for text, _, times, readers, last, refused, *_ in zip(*found, strict=True)
    ]
    assert shown == expected
    return sum(times for _, times, *_ in shown)
