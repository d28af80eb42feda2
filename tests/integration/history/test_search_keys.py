"""A search reads the messages that may hold its words, which their keys in the index say, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import psycopg
import pytest

from infra.migrate import migrate

if TYPE_CHECKING:
    from collections.abc import Generator

    from infra.local.postgres import Postgres

TEXTS: Final = (
    "Calibrate the arm before the first run.",
    "The well-known gear-box of the Wombat isn't loud: it's 40 dB, at https://example.com/docs?a=1|2.",
    "Inverse kinematics solves what forward kinematics cannot.",
    "Une pièce d'O'Brien, C:\\robots\\arm.cfg",
    "机器人手臂需要校准 before use",
    "روبوٹ کا بازو",
    "x",
    "",
    "a or b",
)
QUERIES: Final = (
    *("calibrate", "calibrating arms", "calib", "the ca", "ca", "c", "arm -run", "-run", '"first run"', '"run first"'),
    *("gear-box", "well-known box", "wombat or rust", "rust or kinematics -forward", '"forward kinematics" cannot'),
    *("isn't", "40 dB", "https://example.com/docs?a=1|2", "example.com", "O'Brien", "arm.cfg", "C:\\robots", "pièce"),
    *("机器人", "校准 before", "校", "روبوٹ", "x", "a or b", "a -b or c", '"a b" -"c d" e', "((x) | y) & !z", "", "  "),
)
MATCHED: Final = """
    select text, query, search_words(text) @@ search_query(query) as matches,
           exists (
                select from needed_keys(search_query(query)) needed where search_keys(search_words(text)) @> needed.keys
           ) as may
      from unnest(%s::text[]) text cross join unnest(%s::text[]) query
"""
KEYS: Final = """
    select text,
           array(select distinct unnest(search_keys(search_words(text))) order by 1),
           array(
                select distinct word_key(said)
                  from unnest(tsvector_to_array(search_words(text))) word
                 cross join unnest(array[word, left(word, 3) || '*']) said
                 where said = word or length(word) >= 3
                 order by 1
           )
      from unnest(%s::text[]) text
"""
TALK: Final = """
    insert into "user" (id, name, email, "emailVerified") values ('chatty', 'Ada', 'chatty@example.com', false);
    insert into conversation (id, user_id, title, created_at, updated_at)
    select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'chatty', 'title', now(), now()
      from generate_series(1, 50) n;
    insert into message (id, conversation_id, user_id, seq, role, content, created_at)
    select gen_random_uuid(), ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'chatty', seq, 'user',
           'Common words. ' || (select string_agg(md5((n * 1000 + seq + word * 7919)::text), ' ')
                                  from generate_series(1, 100) word)
           || case when seq = 7 and n % 10 = 0 then ' potentiometer' else '' end, now()
      from generate_series(1, 20) seq cross join generate_series(1, 50) n;
"""


@pytest.fixture(scope="module")
def talk(postgres: Postgres) -> Generator[psycopg.Connection]:
    """A full history of long messages, five of which have a word of their own; the signed-in user is theirs.

    In a database of its own: one that another transaction is open in would keep vacuum from noting what everybody sees.
    """
    with psycopg.connect(postgres.owner_url, autocommit=True) as connection:
        connection.execute("create database talk")
        url = postgres.owner_url.removesuffix("docs") + "talk"
        migrate(url, say=lambda _: None)
        with psycopg.connect(url, autocommit=True) as owner:
            owner.execute(TALK)
            owner.execute("vacuum (analyze) message")
            owner.execute("select set_config('app.user_id', 'chatty', false)")
            yield owner
        connection.execute("drop database talk")


def pages(connection: psycopg.Connection, words: str) -> int:
    """How many pages of the database a search reads, in memory or from the disk.

    The least of three: a connection looks up the schema the first time, and anew when autovacuum has been there.
    """
    search = "explain (analyze, buffers, format json) select * from found_messages(search_query(%s), 50)"
    rows: list[Any] = [connection.execute(search, [words]).fetchone() for _ in range(3)]
    plans = [told["Plan"] for [[told]] in rows]
    return min(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] for plan in plans)


def found(connection: psycopg.Connection, words: str) -> int:
    row: Any = connection.execute("select count(*) from found_messages(search_query(%s), 50)", [words]).fetchone()
    return row[0]


def test_what_matches_is_never_passed_over(talk: psycopg.Connection) -> None:
    rows = talk.execute(MATCHED, [list(TEXTS), list(QUERIES)]).fetchall()
    assert sum(matches for _, _, matches, _ in rows) > 30
    assert [(text, query) for text, query, matches, may in rows if matches and not may] == []
    assert sum(may for _, _, _, may in rows) < len(rows) / 2, "the keys tell most of the others apart"


def test_a_text_has_the_keys_of_its_words_and_of_their_first_three_letters(talk: psycopg.Connection) -> None:
    rows = talk.execute(KEYS, [[*TEXTS, *QUERIES]]).fetchall()
    assert [text for text, keys, expected in rows if keys != expected] == []
    assert sum(len(keys) for _, keys, _ in rows) > 100


def test_an_answer_of_some_paragraphs_is_stored_in_one_place(talk: psycopg.Connection) -> None:
    apart = "select pg_relation_size(reltoastrelid) from pg_class where oid = 'message'::regclass"
    said = " ".join(f"{number * 7919:x}word" for number in range(110))
    with talk.transaction(force_rollback=True):
        before = talk.execute(apart).fetchone()
        talk.execute("update message set content = %s where user_id = 'chatty'", [said])
        assert talk.execute(apart).fetchone() == before


def test_only_messages_with_the_words_are_read(talk: psycopg.Connection) -> None:
    talk.execute("vacuum full message")  # other tests may have changed all of it, and taken that back
    talk.execute("vacuum (analyze) message")
    assert found(talk, "potentiometer") == found(talk, "potenti") == 5
    assert pages(talk, "potentiometer") < 150
    assert pages(talk, "potenti") < 150
    assert pages(talk, "common words") > 1000, "all have these"


def test_words_of_what_was_stored_without_keys_are_found(talk: psycopg.Connection) -> None:
    with talk.transaction(force_rollback=True):
        talk.execute("update message set search_keys = null where user_id = 'chatty'")
        assert found(talk, "potentiometer") == 5


def test_a_text_of_very_many_words_has_no_keys_and_is_found(talk: psycopg.Connection) -> None:
    with talk.transaction(force_rollback=True):
        many = " ".join(f"word{number}" for number in range(3000))
        talk.execute("update message set content = %s where user_id = 'chatty' and seq = 1", [many])
        assert talk.execute("select count(*) from message where search_keys is null").fetchone() == (50,)
        assert found(talk, "word2999") == 50


def test_a_message_is_found_by_what_it_says_now(talk: psycopg.Connection) -> None:
    with talk.transaction(force_rollback=True):
        talk.execute("update message set content = 'A rheostat.' where user_id = 'chatty' and seq = 7")
        assert (found(talk, "potentiometer"), found(talk, "rheostat")) == (0, 50)


def test_what_was_stored_before_there_were_keys_gets_them_with_the_migration(
    talk: psycopg.Connection, postgres: Postgres
) -> None:
    before = pages(talk, "potentiometer")
    talk.execute("update message set search_keys = null where seq <> 2")
    many = " ".join(f"word{number}" for number in range(3000))
    talk.execute("update message set content = %s where seq = 1 and conversation_id::text like '%%01'", [many])
    talk.execute("delete from schema_migration where name like '0143%'")

    migrate(postgres.owner_url.removesuffix("docs") + "talk", say=lambda _: None)

    assert talk.execute("select count(*) from message where search_keys is null").fetchone() == (1,)
    assert talk.execute("select 1 from message where search_keys is distinct from search_keys(words)").fetchall() == []
    assert talk.execute("select to_regclass('message_without_keys')").fetchone() == (None,)
    talk.execute("vacuum (analyze) message")
    assert pages(talk, "potentiometer") < 2 * before + 100
