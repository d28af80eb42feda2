from __future__ import annotations

import json
import uuid
from dataclasses import astuple
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import httpx
import psycopg

from shared.auth.identifiers import Pseudonyms
from shared.observability import VERSION
from tests.fixtures.loopback import get
from tests.fixtures.platform import CALIBRATE, until_outbox_is_empty, until_queue_answers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.local.platform import Platform, Relays
    from shared.settings.database import Transport
    from tests.fixtures.platform import Person


class Canaries:
    """Strings that must never be found in any log, each different in every test."""

    def __init__(self) -> None:
        mark = uuid.uuid4().hex
        self.email = f"canary-{mark}@example.com"
        self.name = f"Canary {mark}"
        self.password = f"password-{mark}"
        self.wrong_password = f"wrong-{mark}"
        self.question = f"How do I install the question {mark}?"
        self.search = f"search {mark}"
        self.broken = f"broken {mark}"
        self.token = f"forged{mark}"
        self.mark = mark


def lines_of(platform: Platform, transport: Transport) -> Iterator[dict[str, Any]]:
    """Every JSON line that the functions behind one gateway have logged."""
    for log in (platform.state.logs / f"functions-{transport}").glob("*.log"):
        for line in log.read_text("utf-8").splitlines():
            if line.startswith("{"):
                yield json.loads(line)


def everything_logged(platform: Platform) -> str:
    """The logs of every component: functions, gateways, Postgres, PgBouncer, the stand-ins."""
    logs = (path for path in platform.state.folder.rglob("*") if path.is_file() and "log" in str(path))
    return "\n".join(path.read_text("utf-8", "replace") for path in logs)


def ask(client: httpx.Client, text: str, conversation: str | None = None) -> httpx.Response:
    ids = {"conversationId": conversation or str(uuid.uuid4()), "messageId": str(uuid.uuid4())}
    return client.post("/api/chat", json={"message": text, **ids})


def sign_up(client: httpx.Client, canaries: Canaries) -> list[str]:
    """Sign up; the secrets of the session, as they were sent and as they were meant."""
    body = {"name": canaries.name, "email": canaries.email, "password": canaries.password}
    answer = client.post("/api/auth/sign-up/email", json=body)
    assert answer.status_code == httpx.codes.OK, answer.text
    values = list(client.cookies.values())
    return [
        answer.json()["token"],
        *values,
        *map(unquote, values),
        *(unquote(each).partition(".")[0] for each in values),
    ]


def test_no_log_of_any_component_holds_a_secret_an_address_or_what_somebody_wrote(
    platform: Platform, transport: Transport, api: httpx.Client, relays: Relays
) -> None:
    canaries = Canaries()
    session = sign_up(api, canaries)
    assert ask(api, canaries.question).status_code == httpx.codes.OK
    assert api.get("/api/conversations").status_code == httpx.codes.OK
    api.get("/api/search", params={"q": canaries.search})
    api.post("/api/auth/sign-up/email", json={"name": "x", "email": canaries.email, "password": canaries.password})
    api.post("/api/auth/sign-in/email", json={"email": canaries.email, "password": canaries.wrong_password})
    api.post("/api/chat", content=f'{{"message": "{canaries.broken}"', headers={"content-type": "application/json"})
    api.post("/api/chat", json={"message": {canaries.broken: canaries.broken}})
    api.get("/api/conversations", headers={"cookie": f"better-auth.session_token={canaries.token}.{'A' * 43}%3D"})
    api.get("/api/conversations", headers={"authorization": f"Bearer {canaries.token}"})
    for relay in (relays.database(transport), relays.qdrant):
        relay.refuse()
    assert ask(api, canaries.question).status_code == httpx.codes.OK
    assert api.get("/api/conversations").status_code == httpx.codes.SERVICE_UNAVAILABLE
    api.post("/api/auth/sign-in/email", json={"email": canaries.email, "password": canaries.password})
    api.post("/api/auth/sign-out", json={})

    logged = everything_logged(platform)

    assert '"answered"' in logged
    assert "database system is ready" in logged
    assert canaries.mark not in logged
    assert quote(canaries.email) not in logged
    secrets = [*astuple(platform.state.secrets()), *session]
    assert not [secret for secret in secrets if secret and secret in logged]


def test_each_request_is_one_line_that_says_where_its_time_went(
    platform: Platform, transport: Transport, person: Person
) -> None:
    answer = ask(person.api, CALIBRATE)

    request_id = answer.headers["x-request-id"]
    [line] = [
        each
        for each in lines_of(platform, transport)
        if each.get("request_id") == request_id and each["message"] == "answered"
    ]
    assert (line["route"], line["status"], line["version"]) == ("POST /api/chat", 200, VERSION)
    assert line["cold_start"] in {True, False}
    assert set(line["milliseconds"]) == {"db", "qdrant", "total"}
    assert 0 < line["milliseconds"]["db"] <= line["milliseconds"]["total"]


def test_a_user_has_one_pseudonym_on_every_route_and_nobody_where_nobody_is_signed_in(
    platform: Platform, transport: Transport, person: Person
) -> None:
    answers = [person.api.get("/api/conversations"), ask(person.api, CALIBRATE)]
    guest = get(f"{platform.url(transport)}/api/search", {"q": "platform"})

    by_request = {each.get("request_id"): each for each in lines_of(platform, transport) if "status" in each}

    users = {by_request[answer.headers["x-request-id"]]["user"] for answer in answers}
    assert users == {Pseudonyms.of(platform.environment(transport)["BETTER_AUTH_SECRET"]).of_user(person.user["id"])}
    assert person.user["id"] not in everything_logged(platform)
    assert "user" not in by_request[guest.headers["x-request-id"]]


def test_the_line_of_a_request_counts_it_and_its_batches_in_the_embedded_metric_format(
    platform: Platform, transport: Transport, person: Person
) -> None:
    request_id = ask(person.api, CALIBRATE).headers["x-request-id"]

    [line] = [each for each in lines_of(platform, transport) if each.get("request_id") == request_id]

    told = line["_aws"]["CloudWatchMetrics"]
    assert {each["Namespace"] for each in told} == {"docs-chatbot"}
    assert {tuple(each["Dimensions"][0]): {metric["Name"] for metric in each["Metrics"]} for each in told} == {
        ("stack", "route"): {"RequestMilliseconds", "RequestDatabaseMilliseconds", "RequestQdrantMilliseconds"},
        ("stack", "route", "transport"): {"DatabaseMilliseconds", "DatabaseStatements", "DatabaseRetries"},
    }
    assert (line["route"], line["transport"]) == ("POST /api/chat", transport)
    assert len(line["DatabaseMilliseconds"]) == 2  # the question and its answer are two batches
    assert line["RequestMilliseconds"][0] > max(line["DatabaseMilliseconds"]) > 0


def test_one_id_follows_a_question_from_its_answer_through_the_queue_into_the_history(
    platform: Platform, transport: Transport, person: Person, relays: Relays
) -> None:
    until_queue_answers(person.api)
    ask(person.api, CALIBRATE)
    relays.database(transport).refuse()
    answer = ask(person.api, CALIBRATE)
    assert answer.json()["saved"] == "queued"
    relays.database(transport).restore()
    until_outbox_is_empty(person.api)

    request_id = answer.headers["x-request-id"]
    told = [each for each in lines_of(platform, transport) if each.get("request_id") == request_id]
    assert [each["message"] for each in told if each["route"] == "POST /api/chat"][-1] == "answered"
    of_the_queue = [each["message"] for each in told if each["route"] == "outbox"]
    assert of_the_queue[-1] == "a queued turn is stored"


def test_the_database_shows_which_function_asks(platform: Platform, transport: Transport, person: Person) -> None:
    answer = ask(person.api, CALIBRATE)

    if transport == "http":
        [line] = [
            each
            for each in lines_of(platform, transport)
            if (each.get("request_id"), each.get("message")) == (answer.headers["x-request-id"], "answered")
        ]
        assert uuid.UUID(line["neon"])
        return
    with psycopg.connect(platform.postgres.superuser_url) as connection:
        query = "select application_name from pg_stat_activity where usename = 'docs_app'"
        names = {row[0] for row in connection.execute(query).fetchall()}
    assert [name for name in names if name.startswith("docs-chatbot-backend-")]
