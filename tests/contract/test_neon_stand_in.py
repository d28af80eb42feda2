"""The stand-in for Neon's `/sql`, held to the real npm driver and to what is known of Neon's proxy."""

from __future__ import annotations

import asyncio
import http.client
import json
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from infra.local.neon_sql.connections import Connections
from infra.local.neon_sql.protocol import Call, Query, read_login
from infra.local.ports import LOOPBACK
from shared import deadline
from shared.db import Database, Statement
from shared.db.attempts import UNHURRIED_SECONDS
from shared.db.opening import open_transport
from shared.errors import DatabaseUnavailable, StatementFailed
from shared.settings.database import DatabaseSettings
from tests.contract.neon_driver import run_driver
from tests.contract.ways import CLEAN
from tests.fixtures.waiting import PATIENCE_SECONDS, until

if TYPE_CHECKING:
    from collections.abc import Generator

    from infra.local.postgres import Postgres
    from infra.local.server import Server

ERROR_KEYS = [
    "message", "code", "severity", "detail", "hint", "position", "internalPosition", "internalQuery", "where", "table",
    "column", "schema", "dataType", "constraint", "file", "line", "routine",
]  # fmt: skip

CASES = Path(__file__).with_name("neon_stand_in_cases.json")


@dataclass
class Sql:
    """The stand-in, and how to talk to it without our client."""

    server: Server
    url: str

    def post(self, body: object, *, path: str = "/sql", **changed: str | None) -> tuple[int, Any, dict[str, str]]:
        headers = {
            "Neon-Connection-String": self.url,
            "Neon-Raw-Text-Output": "true",
            "Neon-Array-Mode": "true",
            **{name.replace("_", "-"): value for name, value in changed.items()},
        }
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.request("POST", path, content, {name: value for name, value in headers.items() if value})

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any, dict[str, str]]:
        with closing(http.client.HTTPConnection(LOOPBACK, self.server.port, timeout=PATIENCE_SECONDS)) as connection:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            content = answer.read()
            names = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, json.loads(content) if content else None, names


@pytest.fixture
def sql(stand_in: Server, postgres: Postgres, owner: psycopg.Connection) -> Generator[Sql]:
    owner.execute(CLEAN)
    stand = Sql(stand_in, postgres.app_url)
    yield stand
    stand.request("DELETE", "/faults")


def test_the_real_driver_gets_from_it_what_it_gets_from_neon(sql: Sql) -> None:
    """Results, errors, batches, sessions that are reset; the last case looks at what all the others left behind."""
    cases: list[dict[str, Any]] = [{"id": case["js"], **case} for case in json.loads(CASES.read_text("utf-8"))]

    outcomes = run_driver(cases, sql.url, f"{sql.server.url}/sql")

    for case in cases:
        outcome = outcomes[case["id"]]
        assert outcome.get("result") == case.get("result"), (case["js"], outcome)
        said = outcome.get("error", {})
        assert {name: said.get(name) for name in case.get("error", {})} == case.get("error", {}), (case["js"], outcome)
        assert said.get("name", "NeonDbError") == "NeonDbError", outcome


def test_an_error_has_all_keys_always(sql: Sql) -> None:
    status, from_postgres, _ = sql.post({"query": "select * from nothing"})
    _, from_proxy, headers = sql.post({"query": "select 1"}, Neon_Connection_String=None)

    assert status == 400
    assert list(from_postgres) == list(from_proxy) == ERROR_KEYS
    assert (from_postgres["position"], type(from_postgres["line"])) == ("15", str)
    assert (from_proxy["code"], from_proxy["severity"], from_proxy["detail"]) == ("", "", None)
    assert "neon-request-id" in headers


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("http://a:b@h/d", "incorrect scheme"),
        ("postgres://h/d", "missing username"),
        ("postgres://a@h/d", "missing authentication credentials: required password"),
        ("postgres://a:b@/d", "missing hostname"),
        ("postgres://docs_app:wrong@h/docs", "password authentication failed for user 'docs_app'"),
    ],
)
def test_a_bad_connection_string_is_refused(sql: Sql, text: str, complaint: str) -> None:
    status, body, _ = sql.post({"query": "select 1"}, Neon_Connection_String=text)

    assert (status, body["message"], body["code"]) == (400, complaint, "")


def test_a_missing_database_is_refused(sql: Sql) -> None:
    status, body, _ = sql.post({"query": "select 1"}, Neon_Connection_String=sql.url + "_missing")

    assert (status, body["code"], body["message"]) == (400, "3D000", 'database "docs_missing" does not exist')


def test_only_post_to_sql_is_supported(sql: Sql) -> None:
    assert sql.request("GET", "/sql")[:2] == (400, "query is not supported")
    assert sql.post({"query": "select 1"}, path="/other")[:2] == (400, "query is not supported")
    status, _, headers = sql.request("OPTIONS", "/sql")
    assert (status, headers["allow"]) == (200, "OPTIONS, POST")


MALFORMED: list[object] = [
    b"",
    b"{",
    b"[]",
    {},
    {"query": 1},
    {"query": "select 1", "params": {}},
    {"queries": [{}]},
    b'{"query": NaN}',
]


@pytest.mark.parametrize("body", MALFORMED)
def test_a_body_of_another_shape_is_refused(sql: Sql, body: object) -> None:
    status, answer, _ = sql.post(body)

    assert status == 400
    assert answer["message"].startswith("could not parse the HTTP request body: ")


def test_parameters_that_are_no_strings_are_read_as_rust_reads_them(sql: Sql) -> None:
    query = "select $1::text, $2::text, $3::text, $4::text, $5::text[], $6::text"
    params = [True, 2**64, 2**64 - 1, {"a": 1}, [1, "x", None, {"b": 2}], 1.5]

    _, answer, _ = sql.post({"query": query, "params": params, "unknown": "ignored"})

    assert answer["rows"] == [
        ["true", "1.8446744073709552e+19", "18446744073709551615", '{"a":1}', '{1,x,NULL,"{\\"b\\":2}"}', "1.5"]
    ]


def test_batch_headers_are_echoed(sql: Sql) -> None:
    _, _, headers = sql.post({"queries": []}, Neon_Batch_Isolation_Level="RepeatableRead", Neon_Batch_Read_Only="true")

    assert headers["neon-batch-isolation-level"] == "RepeatableRead"
    assert headers["neon-batch-read-only"] == "true"
    assert "neon-batch-deferrable" not in headers


def test_requests_and_answers_have_a_limit(sql: Sql) -> None:
    limit = 8 * 1024 * 1024

    too_long, complaint, _ = sql.post({"query": "select $1::text", "params": ["x" * limit]})
    too_much, _, _ = sql.post({"queries": [{"query": f"select repeat('x', {limit // 2})"}] * 3})

    assert (too_long, too_much) == (413, 507)
    assert complaint["message"] == f"request is too large (max is {limit} bytes)"


def test_a_query_whose_client_went_away_is_cancelled(sql: Sql, postgres: Postgres) -> None:
    connection = http.client.HTTPConnection(LOOPBACK, sql.server.port)
    body = json.dumps({"query": "select pg_sleep(600), 'nobody waits for this'"})
    headers = {"Neon-Connection-String": sql.url, "Neon-Raw-Text-Output": "true"}
    connection.request("POST", "/sql", body, headers)
    until(lambda: running(postgres, "nobody waits for this"), "the query runs")

    connection.close()

    until(lambda: not running(postgres, "nobody waits for this"), "the query is cancelled")


def test_an_answer_does_not_wait_until_its_connection_is_reset_but_the_next_one_on_it_does(postgres: Postgres) -> None:
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        runner.run(_two_answers_around_a_reset(postgres))


async def _two_answers_around_a_reset(postgres: Postgres) -> None:
    login = read_login({"neon-connection-string": postgres.app_url})
    call = Call(login, (Query("select pg_backend_pid()", (), rows_as_arrays=True),), None)
    may_reset, ended = asyncio.Event(), asyncio.Event()

    async def relayed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """To Postgres and back; what resets a session waits until it may."""
        from_server, to_server = await asyncio.open_connection(LOOPBACK, postgres.port)

        async def back() -> None:
            while part := await from_server.read(1 << 16):
                writer.write(part)

        answering = asyncio.create_task(back())
        while part := await reader.read(1 << 16):
            if b"DISCARD SEQUENCES" in part:
                await may_reset.wait()
            to_server.write(part)
        to_server.write_eof()
        await answering
        to_server.close()
        writer.close()
        await asyncio.gather(to_server.wait_closed(), writer.wait_closed(), return_exceptions=True)
        ended.set()

    async with await asyncio.start_server(relayed, LOOPBACK, 0) as server:
        connections = Connections(LOOPBACK, server.sockets[0].getsockname()[1], 1 << 20)
        first = await asyncio.wait_for(connections.run(call), PATIENCE_SECONDS)
        following = asyncio.create_task(connections.run(call))
        done, _ = await asyncio.wait({following}, timeout=0.2)
        may_reset.set()
        second = await asyncio.wait_for(following, PATIENCE_SECONDS)
        await connections.close()
        await asyncio.wait_for(ended.wait(), PATIENCE_SECONDS)
    assert (done, second["rows"]) == (set(), first["rows"])


def running(postgres: Postgres, text: str) -> int:
    """How many such queries run."""
    asked = "select from pg_stat_activity where state = 'active' and query like %s and pid <> pg_backend_pid()"
    with psycopg.connect(postgres.superuser_url, autocommit=True) as superuser:
        return superuser.execute(asked, [f"%{text}%"]).rowcount


@pytest.fixture
def database(sql: Sql) -> Generator[Database]:
    endpoint = f"{sql.server.url}/sql"
    opened = open_transport(DatabaseSettings(url=sql.url, transport="http", http_endpoint=endpoint))
    opened.run(Statement("select 1"))
    yield opened
    opened.close()


def switch(sql: Sql, kind: str, *, seconds: float = 0, times: int = 1) -> None:
    body = json.dumps({"kind": kind, "seconds": seconds, "times": times}).encode()
    assert sql.request("PUT", "/faults", body)[0] == 204


COUNT = Statement("select nextval('contract.attempts')")


def attempts(database: Database) -> int:
    """How often COUNT was executed."""
    return database.run(Statement("select last_value - (not is_called)::int from contract.attempts"))[0].values[0][0]


@pytest.mark.parametrize("kind", ["control plane", "rate limit"])
def test_what_never_reached_postgres_is_tried_again(sql: Sql, database: Database, kind: str) -> None:
    switch(sql, kind, times=2)

    database.run(COUNT, idempotent=False)

    assert attempts(database) == 1


def test_a_lasting_rate_limit_is_an_outage(sql: Sql, database: Database) -> None:
    switch(sql, "rate limit", times=100)

    with pytest.raises(DatabaseUnavailable):
        database.run(COUNT)


@pytest.mark.parametrize(("kind", "executed"), [("cut before", 0), ("cut after", 1), ("terminate", 0)])
def test_a_batch_of_unknown_outcome_is_run_again_only_if_that_does_no_harm(
    sql: Sql, database: Database, kind: str, executed: int
) -> None:
    switch(sql, kind)
    with pytest.raises(DatabaseUnavailable):
        database.run(COUNT, idempotent=False)
    once = attempts(database)

    switch(sql, kind)
    database.run(COUNT, idempotent=True)

    assert (once, attempts(database)) == (executed, 2 * executed + 1)


def test_a_compute_that_wakes_up_is_waited_for(sql: Sql, database: Database) -> None:
    switch(sql, "delay", seconds=1.5)

    assert database.run(COUNT)[0].count == 1


@pytest.mark.parametrize("kind", ["delay", "slow body"])
def test_a_compute_that_takes_too_long_is_left_in_time(sql: Sql, database: Database, kind: str) -> None:
    switch(sql, kind, seconds=600)
    began = time.monotonic()

    with deadline.within(0.4), pytest.raises(DatabaseUnavailable):
        database.run(COUNT, idempotent=True)

    assert 0.4 <= time.monotonic() - began < UNHURRIED_SECONDS * 0.8


def test_an_answer_beyond_neons_limit_is_a_defect(sql: Sql, database: Database) -> None:
    switch(sql, "too large")

    with pytest.raises(StatementFailed):
        database.run(COUNT, idempotent=True)


def test_an_unknown_fault_is_refused(sql: Sql) -> None:
    status, body, _ = sql.request("PUT", "/faults", b'{"kind": "gremlins"}')

    assert (status, body["message"][:12]) == (400, "kind is one ")
