from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from psycopg import sql

from infra.migrate import APP_ROLE
from shared.db import Statement
from shared.errors import Gone, NotFound, StatementFailed
from shared.expired import purge_expired
from shared.history.archive import export_page
from shared.history.conversations import change_conversation, delete_conversation
from shared.history.feedback import give_feedback
from shared.history.retention import Purged, purge

if TYPE_CHECKING:
    import psycopg

    from infra.local.platform import Platform
    from shared.db import Database
    from shared.settings.database import Transport
    from tests.integration.history.conftest import Reader

COLUMNS = """
    select relation.relname, attribute.attname
      from pg_attribute attribute
      join pg_class relation on relation.oid = attribute.attrelid
     where relation.relnamespace = 'public'::regnamespace and relation.relkind = 'r'
       and attribute.attnum > 0 and not attribute.attisdropped
"""


def traces(owner: psycopg.Connection, words: list[str]) -> list[tuple[str, str]]:
    """Every column of every table in which one of the words stands, whatever its type."""
    found: list[tuple[str, str]] = []
    for table, column in owner.execute(COLUMNS).fetchall():
        query = sql.SQL("select exists (select from {} where {}::text like any (%s))")
        held = owner.execute(query.format(sql.Identifier(table), sql.Identifier(column)), [[f"%{w}%" for w in words]])
        if held.fetchone() == (True,):
            found.append((table, column))
    return found


def audited(owner: psycopg.Connection, user_id: str) -> list[str]:
    """What the audit says about somebody."""
    query = "select what from audit_event where subject = audit_subject(%s) order by id"
    return [what for (what,) in owner.execute(query, [user_id])]


def test_a_user_who_is_erased_leaves_no_row_with_their_id_in_any_table(
    ada: Reader, bob: Reader, owner: psycopg.Connection
) -> None:
    conversation_id, message_id, _ = ada.ask()
    rated = ada.answer(conversation_id, message_id)
    give_feedback(ada.db, rated.id, value="up", comment="Thanks")
    deleted, _, _ = ada.ask("deleted")
    delete_conversation(ada.db, deleted)
    owner.execute(
        """insert into session (id, token, "userId", "expiresAt", "updatedAt") values (%s, %s, %s, now(), now())""",
        [str(uuid4()), str(uuid4()), ada.id],
    )
    owner.execute(
        """insert into account (id, "accountId", "providerId", "userId", "updatedAt")
           values (%s, %s, 'x', %s, now())""",
        [str(uuid4()), ada.id, ada.id],
    )
    owner.execute("insert into user_profile (user_id, consented_at, updated_at) values (%s, now(), now())", [ada.id])
    for identifier, value in (("reset-password:x", ada.id), (f"sign-in-otp-{ada.id}@example.com", "1")):
        owner.execute(
            """insert into verification (id, identifier, value, "expiresAt") values (%s, %s, %s, now())""",
            [str(uuid4()), identifier, value],
        )
    export_page(ada.db)
    bob.ask("Bob's")
    words = [ada.id, str(conversation_id), str(deleted), str(message_id)]
    tables = {table for table, _ in traces(owner, words)}

    owner.execute('delete from "user" where id = %s', [ada.id])

    assert tables >= {"user", "session", "account", "verification", "user_profile"}
    assert tables >= {"conversation", "message", "message_feedback", "deleted_conversation"}
    assert traces(owner, words) == []
    assert audited(owner, ada.id) == ["export", "erase"]
    assert bob.titles() == ["Bob's"]


def test_an_export_is_noted_once_however_many_pages_it_has(ada: Reader, owner: psycopg.Connection) -> None:
    conversation_id, _, _ = ada.ask()
    ada.ask("And?", conversation_id=conversation_id)
    first = export_page(ada.db, most_bytes=1)
    export_page(ada.db, first.next_cursor, most_bytes=1)
    assert audited(owner, ada.id) == ["export"]


def test_the_functions_can_neither_read_nor_forge_the_audit(ada: Reader) -> None:
    forbidden = [
        Statement("select subject from audit_event"),
        Statement("insert into audit_event (what, subject) values ('erase', 'x')"),
        Statement("delete from audit_event"),
        Statement("select key from audit_key"),
        Statement("select audit_subject('x')"),
    ]
    for statement in forbidden:
        with pytest.raises(StatementFailed) as refused:
            ada.db.run(statement)
        assert refused.value.sqlstate == "42501"


def aged(owner: psycopg.Connection, conversation_id: UUID, days: int) -> None:
    owner.execute(
        """update conversation set updated_at = now() - make_interval(days => %s),
                  created_at = now() - make_interval(days => %s) where id = %s""",
        [days, days, conversation_id],
    )


def test_conversations_go_some_days_after_their_last_message(
    ada: Reader, bob: Reader, database: Database, owner: psycopg.Connection
) -> None:
    old, message_id, _ = ada.ask("old")
    pinned, _, _ = bob.ask("pinned")
    change_conversation(bob.db, pinned, pinned=True)
    young, _, _ = ada.ask("young")
    for each, days in ((old, 41), (pinned, 41), (young, 39)):
        aged(owner, each, days)
    assert purge(database, 0).conversations == 0
    assert purge(database, 40).conversations == 2
    assert purge(database, 40) == Purged(0, 0)
    assert (ada.titles(), bob.titles()) == (["young"], [])
    with pytest.raises(Gone):
        ada.answer(old, message_id)


def test_traces_of_deleted_conversations_go_after_ninety_days(
    ada: Reader, database: Database, owner: psycopg.Connection
) -> None:
    for days in (89, 91):
        conversation_id, _, _ = ada.ask()
        delete_conversation(ada.db, conversation_id)
        owner.execute(
            "update deleted_conversation set deleted_at = now() - make_interval(days => %s) where conversation_id = %s",
            [days, conversation_id],
        )
    assert purge(database, 0) == Purged(0, 1)
    left = owner.execute("select count(*) from deleted_conversation where user_id = %s", [ada.id]).fetchone()
    assert left == (1,)


def test_whoever_deletes_without_end_leaves_the_newest_five_thousand_traces(
    ada: Reader, bob: Reader, owner: psycopg.Connection
) -> None:
    """Be it what never was: a row each would be room that nobody counts."""
    earlier, later = uuid4(), uuid4()
    for reader in (ada, bob):
        with pytest.raises(NotFound):
            delete_conversation(reader.db, earlier)
    owner.execute(
        """insert into deleted_conversation (user_id, conversation_id, was_there)
           select %s, gen_random_uuid(), false from generate_series(1, 4999)""",
        [ada.id],
    )
    assert len(traced(owner, ada)) == 5000
    with pytest.raises(NotFound):
        delete_conversation(ada.db, later)
    assert len(traced(owner, ada)) == 5000
    assert later in traced(owner, ada)
    assert earlier not in traced(owner, ada)
    assert traced(owner, bob) == {earlier}


def traced(owner: psycopg.Connection, reader: Reader) -> set[UUID]:
    query = "select conversation_id from deleted_conversation where user_id = %s"
    return {conversation_id for (conversation_id,) in owner.execute(query, [reader.id])}


@pytest.mark.parametrize("planned", ["enable_nestloop", "enable_indexscan", "enable_hashjoin"])
def test_what_is_forgotten_is_found_in_one_reading_however_it_is_planned(
    ada: Reader, owner: psycopg.Connection, planned: str
) -> None:
    """Without statistics, or with old ones, each of five thousand traces was compared with all others."""
    insert = """insert into deleted_conversation (user_id, conversation_id, was_there)
                select %s, gen_random_uuid(), false from generate_series(1, %s)"""
    with owner.transaction(force_rollback=True):
        owner.execute(sql.SQL("set local {} = off").format(sql.Identifier(planned)))
        owner.execute(insert, [ada.id, 5000])
        before = rows_read(owner)
        owner.execute(insert, [ada.id, 1])
        assert rows_read(owner) - before < 20_000 + rows_of_others(owner, ada)


def rows_read(owner: psycopg.Connection) -> int:
    """By this transaction, of the traces of deleted conversations."""
    query = "select seq_tup_read + idx_tup_fetch from pg_stat_xact_user_tables where relname = 'deleted_conversation'"
    [read] = owner.execute(query).fetchone() or [0]
    return read


def rows_of_others(owner: psycopg.Connection, reader: Reader) -> int:
    query = "select count(*) from deleted_conversation where user_id <> %s"
    [count] = owner.execute(query, [reader.id]).fetchone() or [0]
    return count


@pytest.mark.parametrize(("history", "tombstones"), [(29, 90), (0, 90), (-1, 90), (40, 29)])
def test_what_is_young_cannot_be_purged_by_anybody(ada: Reader, history: int, tombstones: int) -> None:
    ada.ask()
    with pytest.raises(StatementFailed):
        ada.db.run(Statement("select purge_history($1::int, $2::int, 9)", (history, tombstones)))
    assert len(ada.titles()) == 1


def test_a_reader_who_is_writing_is_left_for_the_next_time(
    ada: Reader, bob: Reader, database: Database, owner: psycopg.Connection
) -> None:
    for reader in (ada, bob):
        aged(owner, reader.ask("old")[0], 41)
    with owner.transaction():
        owner.execute('select from "user" where id = %s for no key update', [ada.id])
        assert purge(database, 40).conversations == 1
    assert (ada.titles(), bob.titles()) == (["old"], [])
    assert purge(database, 40).conversations == 1


ENDED = """
    insert into session (id, token, "userId", "expiresAt", "updatedAt")
    select id, id, %(user)s, at, at
      from (values (%(old)s, now() - interval '25 hours'), (%(new)s, now())) as made (id, at);
    insert into verification (id, identifier, value, "expiresAt")
    select id, id, id, at from (values (%(old)s, now() - interval '25 hours'), (%(new)s, now())) as made (id, at);
    insert into "rateLimit" (id, key, count, "lastRequest")
    select id, id, 1, extract(epoch from at) * 1000
      from (values (%(old)s, now() - interval '25 hours'), (%(new)s, now())) as made (id, at);
    insert into audit_event (at, what, subject)
    values (now() - interval '1096 days', 'erase', %(old)s), (now() - interval '1094 days', 'erase', %(new)s);
"""
LEFT = """
    select id from session where id in (%(old)s, %(new)s) union all
    select id from verification where id in (%(old)s, %(new)s) union all
    select id from "rateLimit" where id in (%(old)s, %(new)s) union all
    select subject from audit_event where subject in (%(old)s, %(new)s)
"""


def test_what_has_expired_goes_with_a_day_of_grace_and_audit_rows_after_three_years(
    ada: Reader, database: Database, owner: psycopg.Connection
) -> None:
    names = {"user": ada.id, "old": f"old-{uuid4()}", "new": f"new-{uuid4()}"}
    for statement in filter(str.strip, ENDED.split(";")):
        owner.execute(statement.encode(), names)
    went = purge_expired(database)
    assert min(went.sessions, went.verifications, went.audit_events, went.rate_limits) >= 1
    assert owner.execute(LEFT, names).fetchall() == [(names["new"],)] * 4


def test_no_audit_row_of_the_last_year_can_be_purged_by_the_functions(ada: Reader) -> None:
    with pytest.raises(StatementFailed):
        ada.db.run(Statement("select purge_expired(364, 9)"))


RUN = """
import json
from functions.retention.purge import handler
class Context:
    def get_remaining_time_in_millis(self): return 20000
print(json.dumps(handler({"source": "aws.events", "detail-type": "Scheduled Event"}, Context())))
"""


def test_the_scheduled_function_purges_as_its_settings_say(
    ada: Reader, platform: Platform, transport: Transport, owner: psycopg.Connection
) -> None:
    aged(owner, ada.ask("old")[0], 41)
    given: dict[str, Any] = platform.environment(transport)
    for days, left in (("0", ["old"]), ("45", ["old"]), ("40", [])):
        environment = {**os.environ, **given, "HISTORY_RETENTION_DAYS": days}
        words = [sys.executable, "-c", RUN]
        done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 (our own words)
        assert done.returncode == 0, done.stderr
        assert ada.titles() == left
    assert APP_ROLE in given["DATABASE_URL"]
