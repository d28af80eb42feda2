"""Readers who all have a full history, as many as a test wants, made where they will lie: inside the database.

What costs most of the time in a database is to find the words of ten million messages; so there are some thousands of
different texts, whose words are found once, by the database's own function, and each message is one of them. Rows come
in before indexes and keys, which are made again from their own definitions, and the function is put back as it was.
"""

from __future__ import annotations

import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

import psycopg

from infra.local.postgres import Postgres
from infra.migrate import migrate
from tests.bench.population import ANSWER_WORDS, CONVERSATIONS, MESSAGES, QUESTION_WORDS, Population

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from infra.local.state import State

ORIGIN: Final = "wheel"
"""PostgreSQL 18, which builds the index of words with several processes at once."""

LOADED: Final = "crowd.json"
WRITERS: Final = 2
TITLE_LETTERS: Final = 80
MEMORY: Final = {
    "shared_buffers": "4GB",
    "maintenance_work_mem": "1500MB",
    "max_wal_size": "4GB",
    "max_parallel_maintenance_workers": "2",
    "work_mem": "64MB",
}
"""Neon's own computes have more; 128 MB would measure the disk of this machine."""

TEXTS: Final = """
    create unlogged table said (
        number integer, role text, content text, words tsvector, search_keys smallint[], primary key (role, number)
    );
    create unlogged table heard (like said)
"""
KNOW_WORDS: Final = """
    insert into said select number, role, content, found.words, search_keys(found.words)
      from heard cross join lateral (select search_words(content) as words) found
"""
FIND_BY_TEXT: Final = "create index on said using hash (content)"
REMEMBER: Final = """
    create or replace function search_words(text) returns tsvector
        language plpgsql immutable strict parallel safe
        as $$ begin return (select words from said where content = $1 limit 1); end $$
"""

USERS: Final = """
    insert into "user" (id, name, email, "emailVerified")
    select 'reader-' || n, 'Reader ' || n, 'reader-' || n || '@example.com', true from generate_series(1, $1::int) n
"""
SESSIONS: Final = """
    insert into session (id, token, "userId", "expiresAt", "updatedAt")
    select 'session-' || n, 'crowd-token-' || lpad(n::text, 20, '0'), 'reader-' || n, now() + interval '7 days', now()
      from generate_series(1, $1::int) n
"""
HISTORIES: Final = """
    insert into conversation (id, user_id, title, message_count, created_at, updated_at)
    select gen_random_uuid(), 'reader-' || n, said.content, $2::int, moment.at, moment.at
      from generate_series(1, $1::int) n
     cross join generate_series(1, $3::int) each
     cross join lateral (select now() - make_interval(secs => each * 86400 + random() * 86400) as at) moment
      join said on said.role = 'title' and said.number = abs(hashint8extended(n * 1000 + each, 1) % $4::int)
"""
# As they come in real life: what belongs to one person is not stored together.
UTTERANCES: Final = """
    insert into message (id, conversation_id, user_id, seq, role, content, created_at, words, search_keys)
    select gen_random_uuid(), one.id, one.user_id, seq, said.role, said.content, one.updated_at, said.words,
           said.search_keys
      from (
            select id, user_id, updated_at, hashint8extended(hashtext(id::text), 2) as chance
              from conversation where abs(hashtext(id::text) % $1::int) = $2::int order by id
           ) one
     cross join generate_series(1, $3::int) seq
      join said on said.role = case when seq % 2 = 1 then 'user' else 'assistant' end
                   and said.number = abs(hashint8extended(seq, one.chance) % $4::int)
"""
OPINIONS: Final = """
    insert into message_feedback (user_id, message_id, value)
    select user_id, id, 'up' from message where role = 'assistant' and seq = 4
"""
TOMBSTONES: Final = """
    insert into deleted_conversation (user_id, conversation_id)
    select 'reader-' || n, gen_random_uuid() from generate_series(1, $1::int) n cross join generate_series(1, 10)
"""

CONSTRAINTS: Final = """
    select conrelid::regclass::text, conname, pg_get_constraintdef(oid), contype::text from pg_constraint
     where 'message'::regclass in (conrelid, confrelid) and contype in ('p', 'u', 'f')
     order by contype = 'f' desc
"""
INDEXES: Final = """
    select indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index
     where indrelid = 'message'::regclass and not exists (select from pg_constraint where conindid = indexrelid)
"""
SIZE: Final = "select pg_database_size(current_database())"


@dataclass(frozen=True, slots=True)
class Crowd:
    """What is in the database.

    Attributes:
        seconds: Loading took.
        size: Bytes of the database on the disk.
    """

    users: int
    conversations: int
    messages: int
    texts: int
    seconds: float
    size: int
    version: str

    @staticmethod
    def token(number: int) -> str:
        """Of the session of the reader with that number; the first is 1."""
        return f"crowd-token-{number:020}"


def load_crowd(state: State, users: int, say: Callable[[str], None], texts: int = 20_000) -> Crowd:
    """The crowd in that state, loaded unless one of that size is there already."""
    known = state.read(LOADED)
    if known and known["users"] == users:
        return Crowd(**known)
    state.remove(LOADED)
    shutil.rmtree(state.folder / "postgres", ignore_errors=True)  # another crowd, or half of one
    server = Postgres(state, ORIGIN)
    server.start()  # with the usual settings; those in MEMORY count from the next start
    try:
        with psycopg.connect(server.superuser_url, autocommit=True) as connection:
            for name, value in MEMORY.items():
                connection.execute(f"alter system set {name} = '{value}'".encode())
        server.stop()
        server.start()
        crowd = _loaded(server, users, texts, say)
    finally:
        server.stop()
    state.write(LOADED, asdict(crowd))
    return crowd


def _loaded(server: Postgres, users: int, texts: int, say: Callable[[str], None]) -> Crowd:
    migrate(server.owner_url, server.app_url, say=lambda _: None)
    began = time.perf_counter()

    def step(what: str) -> None:
        say(f"{time.perf_counter() - began:6.0f} s  {what}")

    with psycopg.connect(server.superuser_url, autocommit=True, cursor_factory=psycopg.RawCursor) as connection:
        original = _remember_words(connection, texts)
        step(f"{texts:,} questions and answers, and their words")
        mend = _without_keys(connection)
        connection.execute("alter table message disable trigger words_of_content")  # they come with their words
        for statement in (USERS, SESSIONS, TOMBSTONES):
            connection.execute(statement.encode(), [users])
        connection.execute(HISTORIES.encode(), [users, MESSAGES, CONVERSATIONS, texts])
        step("users and conversations")
        _in_parallel(server, [(UTTERANCES, [WRITERS, part, MESSAGES, texts]) for part in range(WRITERS)])
        step("messages")
        connection.execute(original)
        connection.execute("alter table message enable trigger words_of_content")
        for each in mend:
            connection.execute(each)
            step(each.decode()[:80])
        connection.execute(OPINIONS.encode())
        connection.execute("drop table said, heard")
        connection.execute("vacuum (analyze, freeze)")
        connection.execute("checkpoint")
        [(count,)] = connection.execute("select count(*) from message").fetchall()
        [(size,)] = connection.execute(SIZE).fetchall()
    step("vacuumed")
    return Crowd(users, users * CONVERSATIONS, count, texts, time.perf_counter() - began, size, server.version)


def _remember_words(connection: psycopg.Connection, texts: int) -> bytes:
    """Fill the table of texts, and let `search_words` look into it; returns the definition that it had."""
    [(original,)] = connection.execute("select pg_get_functiondef('search_words(text)'::regprocedure)").fetchall()
    connection.execute(TEXTS)
    with connection.cursor().copy("copy heard (number, role, content) from stdin") as copy:
        for row in _texts(texts):
            copy.write_row(row)
    connection.execute(KNOW_WORDS)
    connection.execute(FIND_BY_TEXT)
    connection.execute("analyze said")
    connection.execute(REMEMBER)
    return original.encode()


def _texts(count: int) -> Iterator[tuple[int, str, str]]:
    population = Population(1, 1)
    for number in range(count):
        question = population.said(QUESTION_WORDS)
        yield number, "user", question
        yield number, "title", question[:TITLE_LETTERS]
        yield number, "assistant", population.said(ANSWER_WORDS)


def _without_keys(connection: psycopg.Connection) -> list[bytes]:
    """Take keys and indexes from the messages; returns what makes them again."""
    constraints = connection.execute(CONSTRAINTS).fetchall()
    indexes = connection.execute(INDEXES).fetchall()
    for table, name, _, _ in constraints:
        connection.execute(f"alter table {table} drop constraint {name}".encode())
    for name, _ in indexes:
        connection.execute(f"drop index {name}".encode())
    keys = [f"alter table {table} add constraint {name} {text}" for table, name, text, _ in reversed(constraints)]
    return [each.encode() for each in [text for _, text in indexes] + keys]


def _in_parallel(server: Postgres, work: list[tuple[str, list[int]]]) -> None:
    def run(each: tuple[str, list[int]]) -> None:
        statement, values = each
        with psycopg.connect(server.superuser_url, cursor_factory=psycopg.RawCursor) as connection:
            connection.execute("set enable_mergejoin = off")  # it would sort the messages by their texts
            connection.execute(statement.encode(), values)

    with ThreadPoolExecutor(len(work)) as threads:
        list(threads.map(run, work))
