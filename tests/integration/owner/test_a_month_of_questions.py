"""A month of a hundred thousand questions: one round trip a look, and nobody reads through all messages."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.fixtures.stopwatch import Stopwatch
from tests.integration.owner.conftest import ROUTES

if TYPE_CHECKING:
    from collections.abc import Generator

    from infra.local.postgres import Postgres
    from tests.integration.owner.conftest import Site

QUESTIONS: Final = 100_000
LOOKS: Final = 20
SECONDS: Final = 0.2

# As superuser without triggers, because what each of them does is shown elsewhere, and takes minutes for so many.
FILL: Final = """
    set session_replication_role = replica;
    insert into "user" (id, name, email, "emailVerified")
    select 'many-' || n, 'x', 'many-' || n || '@example.com', true from generate_series(1, 5000) n;
    insert into conversation (id, user_id, title, created_at, updated_at)
    select md5('c' || n)::uuid, 'many-' || n, 'x', now(), now() from generate_series(1, 5000) n;
    insert into message (id, conversation_id, user_id, seq, role, content, created_at)
    select md5('q' || n)::uuid, md5('c' || 1 + n % 5000)::uuid, 'many-' || 1 + n % 5000, 1 + n / 5000, 'user',
           'What is subject ' || floor(exp(random() * ln(20000))) || '?', now() - random() * interval '29 days'
      from generate_series(1, 100000) n;
    insert into asked (answer_id, user_id, question_id, at, mode, wording, reader, page, language)
    select gen_random_uuid(), user_id, id, created_at, case when random() < 0.2 then 'refused' else 'extractive' end,
           wording_of(content), hashtext(user_id), '/docs/' || seq, 'en'
      from message where user_id like 'many-%';
    insert into message_feedback (user_id, message_id, value, comment)
    select user_id, answer_id, 'down', 'Too short.' from asked where user_id like 'many-%' and random() < 0.02;
    insert into asked_by_guest (id, at, mode, wording, content, page)
    select md5('g' || n)::uuid, now() - n * interval '88 days' / 60000, 'refused', n % 5000,
           'What is subject ' || n || repeat(' of the book', 15), '/many/' || n % 50
      from generate_series(1, 60000) n;
    insert into guest_feedback (message_id, value, mode, updated_at)
    select id, 'down', 'many', at from asked_by_guest where page like '/many/%' and random() < 0.2;
    insert into model_spending (day, key) select current_date - 1, 'many:' || n from generate_series(1, 20000) n;
    analyze asked; analyze message; analyze message_feedback; analyze model_spending; analyze guest_feedback;
"""
VACUUM: Final = "vacuum analyze asked_by_guest, asked"
CLEAN: Final = """
    set session_replication_role = replica;
    delete from asked_by_guest where page like '/many/%';
    delete from guest_feedback where mode = 'many';
    delete from model_spending where key like 'many:%';
    delete from message_feedback where user_id like 'many-%';
    delete from asked where user_id like 'many-%';
    delete from message where user_id like 'many-%';
    delete from conversation where user_id like 'many-%';
    delete from "user" where id like 'many-%'
"""
LOOKED_FOR: Final[tuple[dict[str, str], ...]] = (
    {"show": "asked"},
    {"show": "unanswered"},
    {"show": "pages"},
    {"show": "down"},
    {},
)
PLANS: Final = """
    load 'auto_explain'; set auto_explain.log_min_duration = 0; set auto_explain.log_nested_statements = on;
    set client_min_messages = log
"""
DAYS: Final = """
    with asked_of as (
        select (at at time zone 'UTC')::date as day, mode, reader from asked where at >= %(since)s and at < %(until)s
    )
    select (select count(distinct reader) from asked_of),
           (select json_agg(each order by day) from (
                select day, count(*) as questions, count(distinct reader) as readers,
                       count(*) filter (where mode = 'refused') as refused
                  from asked_of group by day
           ) each)
"""
SCANS: Final = "select pg_stat_get_numscans('message'::regclass)"


@pytest.fixture(scope="module")
def month(postgres: Postgres) -> Generator[psycopg.Connection]:
    with psycopg.connect(postgres.superuser_url, autocommit=True) as connection:
        connection.execute(FILL)
        connection.execute(VACUUM)
        yield connection
        connection.execute(CLEAN)


@pytest.mark.long
@pytest.mark.timed
@pytest.mark.parametrize("query", LOOKED_FOR, ids=lambda each: each.get("show", "usage"))
def test_looks_stay_quick_and_read_no_message_that_they_do_not_show(
    site: Site, month: psycopg.Connection, query: dict[str, str]
) -> None:
    path = ROUTES[0] if query else ROUTES[1]
    site.get(path, site.owner.cookie(), **query)
    before = _sequential_scans(month)
    took = sorted(_seconds(site, path, query) for _ in range(LOOKS))
    print(f"{path} {query}: median {took[LOOKS // 2]:.3f} s, p95 {took[-2]:.3f} s")  # noqa: T201 (figures, for who asks for them with -s)
    assert _sequential_scans(month) == before
    assert took[-2] <= SECONDS


@pytest.mark.long
@pytest.mark.timed
@pytest.mark.parametrize("show", [each["show"] for each in LOOKED_FOR if each])
def test_the_plan_finds_the_texts_that_it_shows_by_their_keys(month: psycopg.Connection, show: str) -> None:
    plans: list[str] = []
    month.add_notice_handler(lambda notice: plans.append(notice.message_primary or ""))
    try:
        month.execute(PLANS)
    except psycopg.errors.UndefinedFile:
        pytest.skip("this PostgreSQL has no auto_explain, which shows the plans of a function's statements")
    wanted = Jsonb({"show": show, "most": 2000, "readers": 3})
    month.execute("select owner_questions_by_column(now() - interval '30 days', now(), %s)", (wanted,))
    plan = "\n".join(plans)
    assert re.search(r"Seq Scan on message\b", plan) is None, plan
    assert ("Index Scan using message_pkey on message" in plan) == (show != "pages"), plan
    assert "Index Scan using asked_pkey on asked" in plan, f"votes are not found from themselves: {plan}"
    of_weeks = plan.count("Index Only Scan using asked_by_wording on asked")
    assert (of_weeks >= 5) == (show in {"asked", "unanswered"}), f"what is grouped is sorted before: {plan}"


@pytest.mark.long
@pytest.mark.timed
@pytest.mark.parametrize("query", LOOKED_FOR, ids=lambda each: each.get("show", "usage"))
def test_a_month_with_guests_reads_no_table_as_a_whole(month: psycopg.Connection, query: dict[str, str]) -> None:
    plans: list[str] = []
    month.add_notice_handler(lambda notice: plans.append(notice.message_primary or ""))
    try:
        month.execute(PLANS)
    except psycopg.errors.UndefinedFile:
        pytest.skip("this PostgreSQL has no auto_explain, which shows the plans of a function's statements")
    if query:
        wanted = Jsonb(query | {"most": 2000, "readers": 3, "guests": True})
        month.execute("select owner_questions_by_column(now() - interval '30 days', now(), %s)", (wanted,))
    else:
        month.execute("select owner_usage_and_tokens(now() - interval '30 days', now(), true)")
    plan = "\n".join(plans)
    assert "asked_by_guest_counted" in plan, plan
    assert re.search(r"Seq Scan on (message|asked_by_guest|guest_feedback|model_spending)\b", plan) is None, plan


@pytest.mark.long
@pytest.mark.timed
def test_readers_of_each_day_are_counted_exactly_and_nothing_is_sorted_for_it(month: psycopg.Connection) -> None:
    plans: list[str] = []
    month.add_notice_handler(lambda notice: plans.append(notice.message_primary or ""))
    period = {"since": datetime.now(UTC) - timedelta(days=30), "until": datetime.now(UTC)}
    with suppress(psycopg.errors.UndefinedFile):
        month.execute(PLANS)
    usage = "select owner_usage_and_tokens(%(since)s, %(until)s, false)"
    [(found,)] = month.execute(usage, period).fetchall()
    [(readers, days)] = month.execute(DAYS, period).fetchall()
    shown = [(day, times, of_day, modes.get("refused", 0)) for day, times, of_day, modes, *_ in found[1] if times]
    assert (found[0], shown) == (readers, [tuple(each.values()) for each in days])
    [inside] = [plan for plan in plans if "of_day" in plan] or [""]
    assert re.search(r"Sort Key: .*\basked\b", inside) is None, inside


def _seconds(site: Site, path: str, query: dict[str, str]) -> float:
    with Stopwatch() as took:
        answer = site.get(path, site.owner.cookie(), **query)
    assert answer.status_code == 200
    assert site.database.round_trips == 1
    return took.least


def _sequential_scans(connection: psycopg.Connection) -> int:
    connection.execute("select pg_stat_force_next_flush()")
    [(scans,)] = connection.execute(SCANS).fetchall()
    return scans
