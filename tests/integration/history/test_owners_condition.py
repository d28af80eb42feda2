"""Row-level security is the second lock: without it, every statement does exactly the same, and that for its owner.

Each statement runs as Bob, once as the functions' role and once as a superuser, whom policies do not bind; with ids of
his own and of Ada's, so that any two of its parameters meet in every combination, and any three in `make test-long`.
What it gives and what it leaves behind must not differ. Ada has messages under the same ids as Bob, and all that is
hers is of the year 2100, so that a time that was taken from her shows.
"""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

import psycopg
import pytest

from shared.profile import queries as profile_queries
from tests.integration.history.test_queries import QUERIES, statements

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from infra.local.postgres import Postgres

TEXTS: Final[dict[str, dict[int, str]]] = {
    "history.turn_queries.STORE_ANSWER": {6: "complete", 7: "extractive"},
    "history.feedback.GIVE_FEEDBACK": {2: "up"},
    "profile.queries.CHANGE": {4: "en", 6: "dark", 8: "large"},
}
"""Texts that a constraint demands, by statement and position; every other text is a word of all messages."""

SQLSTATE: Final = re.compile(r"[0-9A-Z]{5}")
WORD: Final = "motor"
LONG_AGO: Final = "2010-01-01T00:00:00Z"

QUESTION, ANSWER, ADAS_OTHER, NEW = (uuid4() for _ in range(4))

SOMEBODY: Final = """
    insert into "user" (id, name, email, "emailVerified")
    values (%(user)s, 'name', %(user)s || '@example.com', true);
    insert into session (id, token, "userId", "expiresAt", "updatedAt", "userAgent")
    values (%(user)s, %(user)s, %(user)s, %(at)s, %(at)s, %(user)s);
    insert into user_profile (user_id, consented_at, background, updated_at)
    values (%(user)s, %(at)s, %(user)s || ' knows it all', %(at)s);
    insert into conversation (id, user_id, title, created_as, message_count, created_at, updated_at)
    values (%(conversation)s, %(user)s, 'motor', 'motor', 2, %(at)s, %(at)s);
    insert into message (id, conversation_id, user_id, seq, role, content, status, created_at)
    values (%(question)s, %(conversation)s, %(user)s, 1, 'user', 'motor', 'complete', %(at)s),
           (%(answer)s, %(conversation)s, %(user)s, 2, 'assistant', 'motor', 'failed', %(at)s);
    insert into deleted_conversation (user_id, conversation_id, deleted_at, evicted_for)
    values (%(user)s, %(deleted)s, %(at)s, %(evicted_for)s);
"""
ADAS_ALONE: Final = """
    insert into message (id, conversation_id, user_id, seq, role, content, created_at)
    values (%(other)s, %(conversation)s, %(user)s, 3, 'assistant', 'motor', %(at)s);
    insert into message_feedback (user_id, message_id, value, comment, updated_at)
    values (%(user)s, %(answer)s, 'down', %(user)s, %(at)s);
    insert into deleted_conversation (user_id, conversation_id, deleted_at, everything)
    values (%(user)s, gen_random_uuid(), %(at)s, true);
"""
"""What Bob does not have."""

EVERYTHING: Final = """
    select to_jsonb(t)::text from conversation t where user_id = any($1)
     union all select to_jsonb(t)::text from message t where user_id = any($1)
     union all select to_jsonb(t)::text from deleted_conversation t where user_id = any($1)
     union all select to_jsonb(t)::text from message_feedback t where user_id = any($1)
     union all select to_jsonb(t)::text from user_profile t where user_id = any($1)
"""


@dataclass(frozen=True)
class Somebody:
    """A user with something of everything."""

    year: int
    id: str = field(default_factory=lambda: f"user-{uuid4()}")
    conversation: UUID = field(default_factory=uuid4)
    deleted: UUID = field(default_factory=uuid4)
    evicted_for: UUID = field(default_factory=uuid4)

    def rows(self) -> dict[str, object]:
        return {
            "user": self.id,
            "conversation": self.conversation,
            "question": QUESTION,
            "answer": ANSWER,
            "other": ADAS_OTHER,
            "deleted": self.deleted,
            "evicted_for": self.evicted_for,
            "at": f"{self.year}-06-01T00:00:00Z",
        }


ADA: Final = Somebody(2100)
BOB: Final = Somebody(2020)

NEEDED: Final = (ADA.conversation, BOB.conversation, QUESTION, ANSWER, ADAS_OTHER)

FURTHER: Final = (NEW, ADA.deleted, BOB.deleted, ADA.evicted_for, BOB.evicted_for)


@pytest.fixture(scope="module")
def superuser(postgres: Postgres) -> Generator[psycopg.Connection]:
    with psycopg.connect(postgres.superuser_url) as connection:
        client = psycopg.ClientCursor(connection)
        for somebody in (ADA, BOB):
            client.execute(SOMEBODY.encode(), somebody.rows())
        client.execute(ADAS_ALONE.encode(), ADA.rows())
        connection.commit()
        yield connection
        connection.execute('delete from "user" where id = any(%s)', [[ADA.id, BOB.id]])


def archive(conversation: UUID) -> str:
    """A conversation under this id, as an import gives it."""
    conversation_told = {"title": WORD, "pinned": False, "created_at": LONG_AGO, "updated_at": LONG_AGO}
    message_told: dict[str, object] = {
        "role": "assistant",
        "content": WORD,
        "sources": [],
        "status": "complete",
        "created_at": LONG_AGO,
    }
    messages = [{"id": str(each), "feedback": "up"} | message_told for each in (ANSWER, ADAS_OTHER, NEW)]
    return json.dumps([{"id": str(conversation), "messages": messages} | conversation_told])


ARCHIVES: Final = [archive(each) for each in (ADA.conversation, BOB.conversation, ADA.deleted, BOB.deleted, NEW)]


def parameter_types(connection: psycopg.Connection, sql: str) -> list[str]:
    connection.execute(f"prepare probe as {sql}".encode())
    row = connection.execute("select parameter_types::text[] from pg_prepared_statements").fetchone()
    connection.execute("deallocate probe")
    assert row is not None
    return row[0]


def arguments(name: str, kinds: list[str], together: int) -> Iterator[list[Any]]:
    """Ids wherever ids are wanted, and good values of every other type."""
    ids = NEEDED if kinds.count("uuid") > 2 else NEEDED + FURTHER
    some: dict[str, list[Any]] = {
        "uuid": [*ids],
        "uuid[]": [[each] for each in ids],
        "text[]": [["user"]],
        "integer": [100_000, 1] if kinds.count("integer") == 1 else [100_000],
        "boolean": [True],
        "jsonb": ["[]"] if "STORE_" in name else ARCHIVES,
        "timestamp with time zone": [LONG_AGO, "2050-01-01T00:00:00Z", "2999-01-01T00:00:00Z"],
    }
    texts = TEXTS.get(name, {})
    return combinations([some.get(kind) or [texts.get(at, WORD)] for at, kind in enumerate(kinds, 1)], together)


def combinations(choices: list[list[Any]], most_together: int) -> Iterator[list[Any]]:
    """Of what each parameter may be, so few that whatever so many of them may be together, they are once.

    All combinations of four ids and a time would be thousands, and no condition on an owner spans more than three.
    """
    together = min(most_together, len(choices))
    missing = {
        tuple(zip(places, chosen, strict=True))
        for places in itertools.combinations(range(len(choices)), together)
        for chosen in itertools.product(*(range(len(choices[place])) for place in places))
    }
    for first in sorted(missing):
        if first in missing:
            row = dict(first)
            for place in range(len(choices)):
                if place not in row:
                    row[place] = max(
                        range(len(choices[place])), key=lambda at: len(met({**row, place: at}, together) & missing)
                    )
            missing -= met(row, together)
            yield [choices[place][at] for place, at in sorted(row.items())]


def met(row: dict[int, int], together: int) -> set[tuple[tuple[int, int], ...]]:
    """What a row, or the beginning of one, brings together."""
    return {*itertools.combinations(sorted(row.items()), min(together, len(row)))}


def outcome(connection: psycopg.Connection, sql: str, given: list[Any], *, guarded: bool) -> tuple[str, list[str]]:
    """What the statement gives Bob, and what there is afterwards; nothing of it stays."""
    role = "docs_app" if guarded else "none"
    with connection.transaction(force_rollback=True):
        connection.execute("select set_config('app.user_id', %s, true), set_config('role', %s, true)", [BOB.id, role])
        try:
            with connection.transaction():
                cursor = psycopg.RawCursor(connection).execute(sql.encode(), given)
                gave: object = cursor.fetchall() if cursor.description else cursor.rowcount
        except psycopg.Error as error:
            gave = error.sqlstate
        connection.execute("reset role")
        left = psycopg.RawCursor(connection).execute(EVERYTHING.encode(), [[ADA.id, BOB.id]]).fetchall()
    return comparable(str(gave)), sorted(comparable(row) for [row] in left)


def comparable(text: str) -> str:
    """With ids and times that were made just now alike."""
    known = {str(each) for each in (*NEEDED, *FURTHER)}
    an_id = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    ids = re.sub(an_id, lambda found: found[0] if found[0] in known else "another", text.replace(ADA.id, "Ada"))
    return re.sub(r"(\d{4})-\d\d-\d\dT[0-9:.]+|datetime\((\d+), [^)]*\)", r"\1\2", ids)


ALL: Final = QUERIES | statements(profile_queries)


def test_the_texts_that_a_constraint_demands_are_of_statements_that_there_are() -> None:
    assert TEXTS.keys() <= ALL.keys()


def test_any_three_parameters_meet_in_every_combination() -> None:
    choices: list[list[str]] = [["a", "b", "c"], ["d"], ["e", "f"], ["g", "h", "i"], ["j", "k"]]
    rows = [tuple(row) for row in combinations([*choices], 3)]

    assert len(rows) < 36  # all of them
    for three in itertools.combinations(range(len(choices)), 3):
        assert {tuple(row[at] for at in three) for row in rows} == {*itertools.product(*(choices[at] for at in three))}
    assert [*combinations([], 3)] == [[]]


OF_NOBODY: Final = {"history.archive_queries.PURGE", "history.archive_queries.RECORD_EXPORT"}
"""A schedule purges for all; whose export is noted, a function of the database finds out."""


def test_every_other_statement_asks_who_is_signed_in_or_calls_what_asks(superuser: psycopg.Connection) -> None:
    asking = (
        "select proname from pg_proc where pronamespace = 'public'::regnamespace and prosrc ~ 'signed_in_user\\(\\)'"
    )
    asked = ("signed_in_user", *(name for (name,) in superuser.execute(asking)))
    assert {name for name, sql in ALL.items() if not any(f"{each}(" in sql for each in asked)} == OF_NOBODY


@pytest.mark.parametrize("together", [2, pytest.param(3, marks=pytest.mark.long)])
@pytest.mark.parametrize("name", sorted(ALL.keys() - OF_NOBODY))
def test_a_statement_does_the_same_without_row_level_security(
    superuser: psycopg.Connection, name: str, together: int
) -> None:
    sql, given_back = ALL[name], set[str]()
    for given in arguments(name, parameter_types(superuser, sql), together):
        gave, left = outcome(superuser, sql, given, guarded=False)

        assert "Ada" not in gave, given
        assert (gave, left) == outcome(superuser, sql, given, guarded=True), given
        given_back.add(gave)
    assert not all(SQLSTATE.fullmatch(each) for each in given_back), "a constraint refuses whatever this test gives"
