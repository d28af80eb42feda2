from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING

import pytest

from tests.docs.prose import table_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from infra.local.platform import Relays
    from shared.settings import Transport
    from tests.fixtures.platform import Person

PAGE = "specs/degraded-mode.md"
TABLE = table_rows(PAGE, "# When something is down")
MISSING = list(dict.fromkeys(row[0] for row in TABLE))
ARCHIVED: dict[str, object] = {
    "id": "0199f3a2-7c41-7d1e-9f52-3b6a8e1c4d70",
    "title": "Motors",
    "createdAt": "2026-11-22T10:54:07.000Z",
    "updatedAt": "2026-11-22T10:54:07.000Z",
    "messages": [],
}
FIRST_ANSWER_SECONDS = 1.5


@pytest.fixture(params=MISSING)
def missing(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.mark.parametrize("sort", ["refused"])
def test_every_route_does_what_the_table_says(
    person: Person, relays: Relays, transport: Transport, missing: str, sort: str
) -> None:
    asked(person.api)  # the functions are warm, as most are when an outage begins
    break_for_real(relays, transport, missing)
    for row in rows_of(missing):
        method, path = row[1].strip("`").split()
        answer = call(person, method, path)
        assert found(answer) == promised(row), f"{missing} {sort}: {row[1]} answered {answer.text}"
        assert answer.headers["x-request-id"]
        assert "set-cookie" not in answer.headers


def test_the_first_answer_in_an_outage_comes_in_time_and_later_ones_at_once(
    person: Person, relays: Relays, transport: Transport
) -> None:
    asked(person.api)
    relays.database(transport).accept_silently()
    began = time.perf_counter()
    assert asked(person.api).json()["degraded"] == ["database"]
    assert time.perf_counter() - began < FIRST_ANSWER_SECONDS
    later = asked(person.api)
    assert database_milliseconds(later) < 50


def test_nobody_is_signed_out_and_nothing_is_lost_when_the_database_returns(
    person: Person, relays: Relays, transport: Transport
) -> None:
    conversation = asked(person.api).json()["conversationId"]
    relays.database(transport).refuse()
    assert person.api.get("/api/conversations").status_code == 503
    relays.database(transport).restore()
    listed = until(lambda: person.api.get("/api/conversations"), status=200).json()["conversations"]
    assert [each["id"] for each in listed] == [conversation]


def break_for_real(relays: Relays, transport: Transport, missing: str) -> None:
    if "database" in missing:
        relays.database(transport).refuse()
    if "retrieval" in missing:
        relays.qdrant.refuse()


def rows_of(missing: str) -> list[list[str]]:
    return [row for row in TABLE if row[0] == missing]


def call(person: Person, method: str, path: str) -> httpx.Response:
    if path == "/api/search":
        return person.api.get(path, params={"q": "postgres"})
    if method in {"GET", "DELETE"}:
        return person.api.request(method, path.replace("{id}", str(uuid.uuid4())))
    bodies: dict[str, dict[str, object]] = {
        "/api/conversations": {},
        "/api/conversations/{id}": {"pinned": True},
        "/api/conversations/{id}/messages": {"messages": [{"role": "user", "content": "And then?"}]},
        "/api/messages/{id}/feedback": {"value": "up"},
        "/api/import": {"conversations": [ARCHIVED]},
        "/api/chat": {"message": "How do I start the platform?"},
        "/api/auth/sign-in/email": {"email": person.email, "password": person.password},
        "/api/auth/sign-up/email": {"name": "Bo", "email": f"{uuid.uuid4()}@example.com", "password": "long enough"},
        "/api/auth/sign-out": {},
        "/api/auth/revoke-other-sessions": {},
        "/api/auth/change-password": {"currentPassword": person.password, "newPassword": "another password"},
        "/api/auth/request-password-reset": {"email": person.email},
        "/api/auth/delete-user": {},
    }
    return person.api.request(method, path.replace("{id}", str(uuid.uuid4())), json=bodies[path])


def asked(api: httpx.Client) -> httpx.Response:
    return api.post("/api/chat", json={"message": "How do I start the platform?"})


def promised(row: list[str]) -> dict[str, object]:
    _, _, status, code, mode, saved, degraded, retry = row
    return {
        "status": int(status),
        "code": code.strip("`"),
        "mode": mode,
        "saved": saved,
        "degraded": degraded,
        "retry": retry == "yes",
    }


def found(answer: httpx.Response) -> dict[str, object]:
    body = answer.json()
    return {
        "status": answer.status_code,
        "code": body.get("code", ""),
        "mode": body.get("mode", ""),
        "saved": body.get("saved", ""),
        "degraded": ", ".join(body.get("degraded", [])),
        "retry": "retry-after" in answer.headers,
    }


def database_milliseconds(answer: httpx.Response) -> float:
    timings = dict(part.split(";dur=") for part in answer.headers["server-timing"].split(", "))
    return float(timings["db"])


def until(ask: Callable[[], httpx.Response], *, status: int, seconds: float = 20.0) -> httpx.Response:
    ends_at = time.monotonic() + seconds
    while (answer := ask()).status_code != status and time.monotonic() < ends_at:
        time.sleep(0.2)
    return answer
