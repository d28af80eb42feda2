from __future__ import annotations

import os
import signal
import time
import uuid
from typing import TYPE_CHECKING

import httpx
import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg.sql import SQL

from infra.ingestion.ingest import SAMPLE_SITE
from infra.local import passages
from infra.local.ports import answers
from tests.fixtures.loopback import NO_TLS
from tests.fixtures.missing import missing
from tests.fixtures.platform import PATIENCE_SECONDS, signed_up_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.local.platform import Platform, Relays
    from shared.settings.database import Transport
    from tests.fixtures.platform import Person


def database_status(api: httpx.Client) -> str:
    return api.get("/health").json()["components"]["database"]["status"]


def until_database_answers(api: httpx.Client) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while database_status(api) != "ok":
        assert time.monotonic() < until
        time.sleep(0.1)


def test_the_api_answers_over_each_transport(api: httpx.Client) -> None:
    assert api.get("/health/live").json() == {"status": "ok"}
    assert database_status(api) == "ok"


def test_somebody_new_is_signed_in(person: Person) -> None:
    assert person.api.get("/api/auth/get-session").json()["user"]["email"] == person.email


def test_somebody_signed_in_without_asking_is_as_one_who_signed_up(
    person: Person, platform: Platform, transport: Transport
) -> None:
    with (
        signed_up_at(platform.url(transport)) as other,
        psycopg.connect(platform.postgres.owner_url) as connection,
    ):
        one, another = (traces(each, connection) for each in (person, other))
    assert one == another
    assert len(person.api.cookies.jar) >= 3, "a session, what is cached of it, and the browser"


def traces(person: Person, connection: psycopg.Connection) -> list[object]:
    """What is the same of everybody: names and attributes of cookies, the user's fields, filled columns of the rows."""
    rows = connection.cursor(row_factory=dict_row)
    own = rows.execute('select * from "user" where id = %s', [person.user["id"]]).fetchall()
    for table in (SQL("account"), SQL("session")):
        own += rows.execute(SQL('select * from {} where "userId" = %s').format(table), [person.user["id"]]).fetchall()
    return [
        sorted(
            (each.name, each.domain, each.path, each.secure, each.expires is None) for each in person.api.cookies.jar
        ),
        {name: type(value) for name, value in person.user.items()},
        [{column: value is None for column, value in row.items()} for row in own],
        [row.get("ipAddress") for row in own],
        [row.get("userAgent") for row in own],
        person.api.post(
            "/api/auth/sign-in/email", json={"email": person.email, "password": person.password}
        ).status_code,
    ]


def test_people_are_different_from_each_other(new_person: Callable[[], Person]) -> None:
    assert new_person().user["id"] != new_person().user["id"]


def test_the_projects_own_pages_can_be_searched(api: httpx.Client) -> None:
    found = api.get("/api/search", params={"q": "What does make clean-data remove?"}).json()["results"]
    assert found[0]["page"]


def test_the_sample_has_the_name_that_ingestion_removes() -> None:
    assert passages.SAMPLE_SITE == SAMPLE_SITE


def test_functions_get_no_address_that_avoids_the_relays(platform: Platform, transport: Transport) -> None:
    hidden = {platform.postgres.port, platform.neon_sql.port, platform.qdrant.port}
    hidden |= {platform.pgbouncer.port} if platform.pgbouncer else set()
    values = " ".join(platform.environment(transport).values())
    assert not [port for port in hidden if f":{port}" in values]


def test_functions_log_in_as_a_role_that_owns_nothing(platform: Platform, transport: Transport) -> None:
    assert platform.environment(transport)["DATABASE_URL"].startswith("postgresql://docs_app:")


@pytest.mark.parametrize("trouble", ["refuse", "accept_silently"])
def test_a_broken_way_to_the_database_is_an_outage_and_a_mended_one_ends_it(
    api: httpx.Client, relays: Relays, transport: Transport, trouble: str
) -> None:
    assert database_status(api) == "ok"
    getattr(relays.database(transport), trouble)()
    assert database_status(api) == "down"
    relays.database(transport).restore()
    until_database_answers(api)


def test_what_was_stored_survives_a_restart_of_the_database(person: Person, platform: Platform) -> None:
    platform.postgres.stop()
    assert not answers(platform.postgres.port)
    platform.postgres.start()
    with psycopg.connect(platform.postgres.owner_url) as connection:
        found = connection.execute('select email from "user" where id = %s', [person.user["id"]]).fetchone()
    assert found == (person.email,)


def test_everything_runs_and_nobody_has_complained(platform: Platform) -> None:
    platform.check()


def test_aws_is_there_in_a_while(platform: Platform) -> None:
    platform.moto.wait()
    answer = httpx.post(
        platform.moto.url,
        data={"Action": "CreateQueue", "QueueName": f"q-{uuid.uuid4()}", "Version": "2012-11-05"},
        headers={"authorization": "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/sqs/aws4_request"},
        timeout=30,
        trust_env=False,
        verify=NO_TLS,
    )
    assert answer.status_code == httpx.codes.OK


def test_a_pooler_that_crashes_comes_back_by_itself(api: httpx.Client, platform: Platform) -> None:
    if platform.pgbouncer is None:
        missing("there is no PgBouncer on this machine")
    pooler = platform.pgbouncer.process
    crashed = pooler.pid
    os.kill(crashed, signal.SIGABRT)
    pooler.wait_until(lambda: pooler.pid != crashed)
    until_database_answers(api)
    platform.check()
