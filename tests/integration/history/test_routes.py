"""The history through the gateway: real function processes, on both transports."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

import pytest

from tests.integration.history.conftest import SOURCES, ActingAs, Reader

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx
    import psycopg

    from infra.local.platform import Relays
    from shared.db import Database
    from shared.settings.database import Transport
    from tests.fixtures.platform import Person

LIST: Final = "/api/conversations"
ROUTES: Final = [("GET", LIST), ("GET", LIST + "/{id}"), ("DELETE", LIST + "/{id}")]
ROUTES_OF_ONE: Final = ROUTES[1:]

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@pytest.fixture
def history_of(database: Database) -> Callable[[Person], Reader]:
    """What somebody who signed up has asked, made without asking the API."""
    return lambda person: Reader(person.user["id"], ActingAs(database, person.user["id"]))


@pytest.fixture
def conversation_id(person: Person, history_of: Callable[[Person], Reader]) -> UUID:
    """A conversation of the person's, with a question and its answer."""
    conversation_id, message_id, _ = history_of(person).ask("What is ROS 2?")
    history_of(person).answer(conversation_id, message_id, "A set of libraries [1].")
    return conversation_id


def assert_error(answer: httpx.Response, status: int, code: str) -> None:
    body = answer.json()
    assert (answer.status_code, body["code"]) == (status, code), answer.text
    assert body.keys() - {"field"} == {"message", "code", "requestId"}
    assert body["message"]
    assert body["requestId"] == answer.headers["x-request-id"]
    assert "set-cookie" not in answer.headers


def test_somebody_new_gets_an_empty_list(person: Person) -> None:
    assert person.api.get(LIST).json() == {"conversations": [], "nextCursor": None}


def test_the_list_shows_conversations_without_their_messages(person: Person, conversation_id: UUID) -> None:
    answer = person.api.get(LIST)
    [listed] = answer.json()["conversations"]
    times = [listed.pop("createdAt"), listed.pop("updatedAt")]
    assert answer.status_code == 200
    assert listed == {"id": str(conversation_id), "title": "What is ROS 2?", "pinned": False, "messageCount": 2}
    assert all(TIME.fullmatch(time) for time in times)
    assert answer.json()["nextCursor"] is None


def test_a_conversation_opens_with_its_messages_and_their_sources(person: Person, conversation_id: UUID) -> None:
    answer = person.api.get(f"{LIST}/{conversation_id}")
    opened = answer.json()
    [question, reply] = opened["messages"]
    assert answer.status_code == 200
    assert opened["conversation"] == person.api.get(LIST).json()["conversations"][0]
    assert opened["nextCursor"] is None
    assert question.keys() == reply.keys() == {"id", "role", "content", "sources", "status", "createdAt", "feedback"}
    assert (question["role"], question["content"], question["sources"]) == ("user", "What is ROS 2?", [])
    assert (reply["role"], reply["content"], reply["sources"]) == ("assistant", "A set of libraries [1].", SOURCES)
    assert question["status"] == reply["status"] == "complete"
    assert TIME.fullmatch(question["createdAt"])
    assert TIME.fullmatch(reply["createdAt"])


def test_the_list_is_paged_from_the_newest_on(person: Person, history_of: Callable[[Person], Reader]) -> None:
    for n in range(3):
        history_of(person).ask(str(n))
    first = person.api.get(LIST, params={"limit": 2}).json()
    second = person.api.get(LIST, params={"limit": 2, "cursor": first["nextCursor"]}).json()
    assert [each["title"] for each in first["conversations"]] == ["2", "1"]
    assert [each["title"] for each in second["conversations"]] == ["0"]
    assert second["nextCursor"] is None


def test_a_conversation_is_paged_back_from_its_newest_messages(
    person: Person, history_of: Callable[[Person], Reader]
) -> None:
    conversation_id, _, _ = history_of(person).ask("1")
    for n in (2, 3):
        history_of(person).ask(str(n), conversation_id=conversation_id)
    page = f"{LIST}/{conversation_id}"
    newest = person.api.get(page, params={"limit": 2}).json()
    older = person.api.get(page, params={"limit": 2, "cursor": newest["nextCursor"]}).json()
    assert [each["content"] for each in newest["messages"]] == ["2", "3"]
    assert [each["content"] for each in older["messages"]] == ["1"]
    assert older["nextCursor"] is None


def test_a_deleted_conversation_is_gone_and_deleting_it_again_is_no_error(
    person: Person, conversation_id: UUID
) -> None:
    page = f"{LIST}/{conversation_id}"
    first, second = person.api.delete(page), person.api.delete(page)
    assert [(each.status_code, each.content) for each in (first, second)] == [(204, b"")] * 2
    assert_error(person.api.get(page), 404, "not_found")
    assert person.api.get(LIST).json()["conversations"] == []


@pytest.mark.parametrize(("method", "path"), ROUTES_OF_ONE)
def test_what_never_was_is_not_found(person: Person, method: str, path: str) -> None:
    assert_error(person.api.request(method, path.format(id=uuid4())), 404, "not_found")


@pytest.mark.parametrize(("method", "path"), ROUTES_OF_ONE)
def test_what_is_somebody_elses_is_not_found_and_stays(
    person: Person, new_person: Callable[[], Person], conversation_id: UUID, method: str, path: str
) -> None:
    stranger = new_person()
    assert_error(stranger.api.request(method, path.format(id=conversation_id)), 404, "not_found")
    assert person.api.get(f"{LIST}/{conversation_id}").json()["conversation"]["messageCount"] == 2
    assert stranger.api.get(LIST).json()["conversations"] == []


BAD_IDS: Final = ["0", "null", "undefined", "not-a-uuid", "019ac000-0000-7000-8000-00000000000", "1%20or%201=1", "%00"]
BAD_LIMITS: Final = ["limit=0", "limit=51", "limit=-1", "limit=1.5", "limit=many", "limit=", f"limit={10**20}"]
BAD_CURSORS: Final = [f"cursor={each}" for each in ("", "no", "%00", "A" * 64, "A" * 5000, "AAAAAAAAAA%3D%3D")]


@pytest.mark.parametrize(
    ("method", "paths"),
    [
        pytest.param("GET", [f"{LIST}?{each}" for each in BAD_LIMITS + BAD_CURSORS], id="list"),
        pytest.param("GET", [f"{LIST}/{UUID(int=1)}?{each}" for each in BAD_LIMITS + BAD_CURSORS], id="open a page"),
        pytest.param("GET", [f"{LIST}/{each}" for each in BAD_IDS], id="open an id"),
        pytest.param("DELETE", [f"{LIST}/{each}" for each in BAD_IDS], id="delete an id"),
    ],
)
def test_bad_input_is_refused_with_a_reason(person: Person, method: str, paths: list[str]) -> None:
    for path in paths:
        answer = person.api.request(method, path)
        assert_error(answer, 400, "invalid_request")
        assert answer.json()["message"].split(":")[0] in {"id", "limit", "cursor"}


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_guests_are_asked_to_sign_in(api: httpx.Client, method: str, path: str) -> None:
    assert_error(api.request(method, path.format(id=uuid4())), 401, "not_signed_in")
    assert_error(api.request(method, path.format(id="not-a-uuid") + "?limit=0"), 401, "not_signed_in")


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_forged_token_is_worth_nothing(
    api: httpx.Client, person: Person, conversation_id: UUID, method: str, path: str
) -> None:
    name, value = next(each for each in person.api.cookies.items() if each[0].endswith("session_token"))
    for forged in (value[:-5] + "AAAA%3D", value.partition(".")[0], "x.y", "-"):
        cookie = {"cookie": f"{name}={forged}"}
        assert_error(api.request(method, path.format(id=conversation_id), headers=cookie), 401, "not_signed_in")
        bearer = {"authorization": f"Bearer {forged}"}
        assert_error(api.request(method, path.format(id=conversation_id), headers=bearer), 401, "not_signed_in")
    assert person.api.get(f"{LIST}/{conversation_id}").status_code == 200


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_an_expired_session_reads_and_changes_nothing(
    person: Person, conversation_id: UUID, owner: psycopg.Connection, method: str, path: str
) -> None:
    expire = """update session set "expiresAt" = now() - interval '1 second' where "userId" = %s"""
    owner.execute(expire, [person.user["id"]])
    answer = person.api.request(method, path.format(id=conversation_id))
    left = owner.execute("select id from conversation where user_id = %s", [person.user["id"]]).fetchall()
    assert_error(answer, 401, "not_signed_in")
    assert left == [(conversation_id,)]


def test_an_outage_is_never_a_sign_out_an_empty_list_or_a_missing_conversation(
    person: Person, conversation_id: UUID, relays: Relays, transport: Transport
) -> None:
    relays.database(transport).refuse()
    for method, path in ROUTES:
        answer = person.api.request(method, path.format(id=conversation_id))
        assert_error(answer, 503, "database_unavailable")
        assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_each_costs_one_round_trip(
    person: Person, conversation_id: UUID, relays: Relays, transport: Transport, method: str, path: str
) -> None:
    warmed_up = person.api.request(method, path.format(id=uuid4()))
    with relays.database(transport).count() as counted:
        answer = person.api.request(method, path.format(id=conversation_id))
    assert warmed_up.status_code in {200, 404}
    assert answer.is_success
    assert (counted.flights, counted.connections) == (1, 0)
