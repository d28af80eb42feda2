"""What a reader's history costs as the site grows: `make bench-history ARGS="--users 100 10000 100000"`.

Each number of users gets a database of its own on one server, filled with COPY. Then the same calls are made to all of
them in turns, so that whatever else the machine does slows them alike, each as a signed-in reader of a sample with 50
conversations of 20 messages. The server has memory for all of it: what is measured is the work, not the disk. The
goals: the median of the largest is at most 1.3 times that of the smallest, no big table is read from end to end, and
each call is one round trip. A turn of the chat writes at most 12 KB of write-ahead log (the median of 1,000 after a
checkpoint, full-page images apart), of 100 searches 95 take at most 200 ms, of eight words too, and appending takes
3 ms in the median. In the smallest database there is one reader more, with 50 conversations of 1,000 messages, for whom
95 searches in 100 take at most a second.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import psycopg

from infra.local.postgres import OWNER, Postgres
from infra.local.relay import Relay
from infra.local.state import State
from infra.migrate import migrate
from shared.auth.identity.callers import SignedInDatabase
from shared.db import USUAL, Database, Rows, Statement, Transaction
from shared.db.opening import open_transport
from shared.db.values import parameters
from shared.history.conversations import list_conversations, open_conversation
from shared.history.messages import append_messages
from shared.history.models import MessageToAppend
from shared.history.search import MOST_WORDS, search_conversations
from shared.history.turns import begin_turn, complete_turn
from shared.settings.database import DatabaseSettings
from tests.bench.machine import percentile
from tests.bench.population import CONVERSATIONS, MESSAGES, Population

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bench.population import Person

RESULTS: Final = Path(__file__).parent / "results"
GOAL: Final = 1.3
TURNS: Final = 1000
WAL_GOAL: Final = 12_288
"""Bytes of a stored turn."""

SEARCH_GOAL: Final = 200.0
"""Milliseconds, of 95 searches in 100 through a full history."""

HEAVY_GOAL: Final = 1000.0
"""The same through a history that is fifty times as long."""

SEARCH_ROWS: Final = {
    "search p95 ms": SEARCH_GOAL,
    "search of eight words p95 ms": SEARCH_GOAL,
    "search of the heaviest p95 ms": HEAVY_GOAL,
}

SEARCHES: Final = 60
"""Of each kind that is only made at one site."""

APPEND_GOAL: Final = 3.0
"""Milliseconds that appending a turn may cost the store, in the median."""

BARE: Final = "bare insert"
MAKE_BARE: Final = """
    create table bare_message (like message including defaults including indexes);
    grant insert on bare_message to docs_app
"""
INSERT_BARE: Final = """
    insert into bare_message (id, conversation_id, user_id, seq, role, content, created_at)
    select given.id, $2::uuid, $3::text, place, 'user', content, now()
      from unnest($1::uuid[], $4::text[]) with ordinality as given(id, content, place)
"""
"""A turn without session, conversation, foreign keys, triggers and row-level security: what storing costs at least."""

TURN_WORDS: Final = (12, 110)
"""Of a question, and of its answer."""

CITED: Final = 4
BIG_TABLES: Final = "user|session|conversation|message|deleted_conversation|message_feedback"


def list_them(_site: Site, db: Database, _: Person, __: int) -> None:
    """The first page of the list."""
    list_conversations(db, limit=50)


def open_one(_site: Site, db: Database, person: Person, turn: int) -> None:
    """The newest page of a conversation."""
    open_conversation(db, person.conversations[turn % CONVERSATIONS], limit=50)


def append(site: Site, db: Database, person: Person, turn: int) -> None:
    """A turn of two messages."""
    question, answer = site.said
    said = [MessageToAppend(uuid4(), "user", question), MessageToAppend(uuid4(), "assistant", answer)]
    append_messages(db, person.conversations[turn % CONVERSATIONS], said)


def search(site: Site, db: Database, _: Person, __: int) -> None:
    """One word, which about every fiftieth answer has."""
    search_conversations(db, site.population.searched(), limit=50)


CALLS: Final[dict[str, Callable[[Site, Database, Person, int], None]]] = {
    "list": list_them,
    "open": open_one,
    "append": append,
    "search": search,
}


@dataclass(slots=True)
class Site:
    """A database with so many users."""

    population: Population
    superuser_url: str
    settings: DatabaseSettings
    database: Database
    messages: int = 0
    load_seconds: float = 0.0
    said: list[str] = field(default_factory=list[str])
    """The texts of the next turn."""
    milliseconds: dict[str, list[float]] = field(default_factory=lambda: {call: [] for call in (*CALLS, BARE)})

    def call(self, name: str, turn: int, database: Database | None = None) -> float:
        """Milliseconds that it took."""
        person = self.population.sample[turn % len(self.population.sample)]
        signed_in = SignedInDatabase(database or self.database, person.token)
        self.said = [self.population.said(words) for words in TURN_WORDS]  # before, as for a bare insert
        began = time.perf_counter()
        CALLS[name](self, signed_in, person, turn)
        return (time.perf_counter() - began) * 1000

    def insert_bare(self, turn: int) -> float:
        """Milliseconds that two rows take where nothing is asked, counted or searched for them."""
        said = [self.population.said(words) for words in TURN_WORDS]
        rows = ([uuid4(), uuid4()], uuid4(), f"user-{turn}", said)
        began = time.perf_counter()
        self.database.run(Statement(INSERT_BARE, rows))
        return (time.perf_counter() - began) * 1000

    def median(self, name: str) -> float:
        """Milliseconds of the call in the middle."""
        return statistics.median(self.milliseconds[name])


class Explaining(Database):
    """Runs batches as the role of the functions, and keeps how Postgres ran them, what functions did inside too."""

    def __init__(self, superuser_url: str) -> None:
        self.plans: list[str] = []
        self._connection = psycopg.connect(superuser_url, cursor_factory=psycopg.RawCursor)
        self._connection.add_notice_handler(lambda notice: self.plans.append(notice.message_primary or ""))
        self._connection.execute("load 'auto_explain'; set client_min_messages = log")
        self._connection.execute("set auto_explain.log_min_duration = 0; set auto_explain.log_nested_statements = on")
        self._connection.execute("set role docs_app")
        self._connection.commit()

    def run(
        self,
        *statements: Statement,
        idempotent: bool = False,  # noqa: ARG002 (as Database.run)
        transaction: Transaction = USUAL,  # noqa: ARG002 (as above)
    ) -> list[Rows]:
        found: list[Rows] = []
        with self._connection.transaction():
            for each in statements:
                cursor = self._connection.execute(each.sql, parameters(each))
                columns = tuple(column.name for column in cursor.description or ())
                values = tuple(cursor.fetchall()) if columns else ()
                found.append(Rows(columns, values, cursor.rowcount))
        return found

    def close(self) -> None:
        self._connection.close()


def main() -> int:
    """Returns the exit status: 1 when the goal was missed."""
    arguments = _arguments()
    with State.temporary() as state, Postgres(state) as server, ExitStack() as open_ones:
        _give_memory(server)
        smallest, *others = sorted(arguments.users)
        sites = [_filled(server, smallest, arguments.sample, heavy=True)]
        sites += [_filled(server, users, arguments.sample) for users in others]
        for site in sites:
            open_ones.callback(site.database.close)
        _measure(sites, arguments.rounds)
        report = _report(server, sites, arguments.rounds)
    _write(report)
    print(_table(report))
    missed = [f"{name} grew {ratio:.2f}-fold" for name, ratio in report["ratio"].items() if ratio > GOAL]
    missed += [f"{name} reads a whole table" for name, scans in report["sequential scans"].items() if scans]
    missed += [f"{name} took {count} round trips" for name, count in report["round trips"].items() if count != 1]
    written, append_ms = report["WAL bytes a turn"], report["append p50 ms, smallest"]
    missed += [f"a turn wrote {written:,} bytes of log"] if written > WAL_GOAL else []
    missed += [f"appending took {append_ms:.1f} ms"] if append_ms > APPEND_GOAL else []
    for name, goal in SEARCH_ROWS.items():
        missed += [f"a {name.removesuffix(' p95 ms')} took {report[name]:.0f} ms"] if report[name] > goal else []
    worst = max(report["ratio"].values())
    print(f"bench-history: {'missed: ' + ', '.join(missed) if missed else 'goal met'}; largest ratio {worst:.2f}")
    return 1 if missed else 0


def _give_memory(server: Postgres) -> None:
    """The default of 128 MB would hold the smallest database alone."""
    with psycopg.connect(server.superuser_url, autocommit=True) as connection:
        connection.execute("alter system set shared_buffers = '2GB'")
    server.stop()
    server.start()


def _filled(server: Postgres, users: int, sample: int, *, heavy: bool = False) -> Site:
    name = f"docs_{users}"
    with psycopg.connect(server.superuser_url, autocommit=True) as connection:
        connection.execute(f"create database {name} owner {OWNER}".encode())
    app_url = server.url("docs_app", server.secrets.app_password, database=name)
    migrate(server.url(OWNER, server.secrets.owner_password, database=name), app_url, say=lambda _: None)
    settings = DatabaseSettings(app_url, "pooled")
    superuser_url = server.superuser_url.rpartition("/")[0] + f"/{name}"
    site = Site(Population(users, sample, heavy=heavy), superuser_url, settings, open_transport(settings))
    began = time.perf_counter()
    site.messages = site.population.load(superuser_url)
    site.load_seconds = time.perf_counter() - began
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute(MAKE_BARE)
    print(f"{users:>9,} users, {site.messages:,} messages loaded in {site.load_seconds:.0f} s", flush=True)
    return site


def _measure(sites: list[Site], rounds: int) -> None:
    """In turns; the first calls of each, which fill caches, do not count."""
    warm_up = max(len(site.population.sample) for site in sites)
    for turn in range(warm_up + rounds):
        for name in CALLS:
            for site in sites:
                took = site.call(name, turn)
                if turn >= warm_up:
                    site.milliseconds[name].append(took)
        for site in sites:
            took = site.insert_bare(turn)
            if turn >= warm_up:
                site.milliseconds[BARE].append(took)


def _report(server: Postgres, sites: list[Site], rounds: int) -> dict[str, Any]:
    largest = sites[-1]
    return {
        "PostgreSQL": server.version,
        "rounds": rounds,
        "sample": f"{len(largest.population.sample)} readers with {CONVERSATIONS} conversations of {MESSAGES} messages",
        "users": [site.population.users for site in sites],
        "messages": [site.messages for site in sites],
        "load seconds": [round(site.load_seconds) for site in sites],
        "p50 ms": {name: [round(site.median(name), 3) for site in sites] for name in CALLS},
        "ratio": {name: round(largest.median(name) / sites[0].median(name), 3) for name in CALLS},
        "search p95 ms": round(percentile(sorted(largest.milliseconds["search"]), 0.95), 1),
        "search of eight words p95 ms": round(percentile(sorted(_eight_words(largest)), 0.95), 1),
        "search of the heaviest p95 ms": round(percentile(sorted(_heaviest(sites[0])), 0.95), 1),
        "append p50 ms, smallest": round(sites[0].median("append"), 2),
        "bare insert p50 ms": [round(site.median(BARE), 3) for site in sites],
        "WAL bytes a turn": _written(largest),
        "sequential scans": {name: _scans(largest, name) for name in CALLS},
        "round trips": {name: _round_trips(server, largest, name) for name in CALLS},
        "sizes": _sizes(largest),
    }


def _eight_words(site: Site) -> list[float]:
    """Searches for as many words as count, that stand together in few messages or none."""
    words = " ".join(site.population.searched() for _ in range(MOST_WORDS))
    return [_search_seconds(site, person, words) * 1000 for person in _in_turns(site.population.sample)]


def _heaviest(site: Site) -> list[float]:
    """Searches for one word, and for as many as count, through the longest history."""
    person = site.population.heaviest
    assert person is not None
    many = " ".join(site.population.said(1) for _ in range(MOST_WORDS))
    words = [many if number % 2 else site.population.searched() for number in range(SEARCHES)]
    return [_search_seconds(site, person, each) * 1000 for each in words]


def _in_turns(people: list[Person]) -> list[Person]:
    return [people[number % len(people)] for number in range(SEARCHES)]


def _search_seconds(site: Site, person: Person, words: str) -> float:
    began = time.perf_counter()
    search_conversations(SignedInDatabase(site.database, person.token), words, limit=50)
    return time.perf_counter() - began


def _written(site: Site) -> int:
    """Bytes of write-ahead log that a turn of the chat costs: the median of many, without full-page images.

    The server writes no such images (it is for tests), so all that it writes is what the turn has changed.
    """
    written: list[int] = []
    with psycopg.connect(site.superuser_url, autocommit=True) as connection:
        connection.execute("checkpoint")
        for turn in range(TURNS):
            before = _wal_position(connection)
            _chat(site, turn)
            written.append(_wal_position(connection) - before)
    return round(statistics.median(written))


def _wal_position(connection: psycopg.Connection) -> int:
    [position] = connection.execute("select pg_current_wal_insert_lsn() - '0/0'").fetchone() or [0]
    return int(position)


def _chat(site: Site, turn: int) -> None:
    """A turn as the chat stores it: the question, then the answer with what it cites."""
    said = site.population.said
    person = site.population.sample[turn % len(site.population.sample)]
    signed_in = SignedInDatabase(site.database, person.token)
    conversation_id, message_id = person.conversations[turn % CONVERSATIONS], uuid4()
    source = {"title": said(4), "url": f"https://book.example.com/{said(3).replace(' ', '/')}", "snippet": said(20)}
    sources = [{"n": number, **source} for number in range(1, CITED + 1)]
    begin_turn(
        signed_in,
        conversation_id=conversation_id,
        title="A title",
        message_id=message_id,
        content=said(12),
        keep=CONVERSATIONS,
    )
    complete_turn(
        signed_in,
        conversation_id=conversation_id,
        message_id=message_id,
        answer=said(110),
        sources=sources,
        status="complete",
        mode="extractive",
    )


def _scans(site: Site, name: str) -> list[str]:
    """The big tables that the call reads from end to end."""
    explaining = Explaining(site.superuser_url)
    site.call(name, 0, explaining)
    explaining.close()
    plans = "\n".join(explaining.plans)
    assert "Index" in plans, f"no plan of {name} was seen"
    return re.findall(rf'Seq Scan on "?(?:{BIG_TABLES})\b', plans)


def _round_trips(server: Postgres, site: Site, name: str) -> int:
    """What crosses the wire for one call on a connection that is there."""
    with Relay(server.port) as relay:
        url = site.settings.url.replace(f":{server.port}/", f":{relay.port}/")
        database = open_transport(DatabaseSettings(url, "pooled"))
        site.call(name, 0, database)
        with relay.count() as counted:
            site.call(name, 1, database)
        database.close()
    return counted.flights


def _sizes(site: Site) -> dict[str, str]:
    """Of the tables of the history and their indexes, at the largest number of users."""
    query = """
        select relname, pg_size_pretty(pg_relation_size(oid)) from pg_class
         where relnamespace = 'public'::regnamespace and relkind in ('r', 'i') and relname ~ '^(conversation|message)'
         order by pg_relation_size(oid) desc
    """
    with psycopg.connect(site.superuser_url) as connection:
        return dict(connection.execute(query).fetchall())


def _table(report: dict[str, Any]) -> str:
    heads = [f"{users:,} users" for users in report["users"]]
    lines = [
        f"| p50, ms | {' | '.join(heads)} | ratio | round trips | sequential scans |",
        "|---" * (len(heads) + 4) + "|",
    ]
    for name, medians in report["p50 ms"].items():
        cells = [f"{each:.2f}" for each in medians]
        cells += [f"{report['ratio'][name]:.2f}", str(report["round trips"][name])]
        lines.append(f"| {name} | {' | '.join(cells)} | {', '.join(report['sequential scans'][name]) or 'none'} |")
    bare = report["bare insert p50 ms"]
    times = ", ".join(f"{append / each:.1f}" for append, each in zip(report["p50 ms"]["append"], bare, strict=True))
    cells = [*(f"{each:.2f}" for each in bare), f"{bare[-1] / bare[0]:.2f}"]
    lines += [f"| two rows, bare: an append takes {times} times that | {' | '.join(cells)} | 1 | |"]
    lines += [
        "",
        "| at the largest | measured | goal |",
        "|---|---|---|",
        f"| write-ahead log of a turn, bytes | {report['WAL bytes a turn']:,} | {WAL_GOAL:,} |",
    ]
    lines += [f"| {name} | {report[name]} | {goal:.0f} |" for name, goal in SEARCH_ROWS.items()]
    lines += ["", "| table or index, largest | size |", "|---|---|"]
    lines += [f"| `{name}` | {size} |" for name, size in report["sizes"].items()]
    return "\n".join(lines)


def _write(report: dict[str, Any]) -> None:
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "history.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    messages = ", ".join(f"{each:,}" for each in report["messages"])
    told = f"PostgreSQL {report['PostgreSQL']}; {messages} messages; {report['sample']}; {report['rounds']} rounds."
    text = f"# What a history costs as the site grows\n\n{told}\n\n{_table(report)}\n"
    (RESULTS / "history.md").write_text(text, encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, nargs="+", default=[100, 2000], help="how many, for each database")
    parser.add_argument("--sample", type=int, default=20, help="how many of them have full histories")
    parser.add_argument("--rounds", type=int, default=300, help="calls of each kind that count")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
