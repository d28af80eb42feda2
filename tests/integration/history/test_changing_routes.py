"""What changes the history, through the gateway: real function processes, on both transports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import pytest

if TYPE_CHECKING:
    import httpx

    from infra.local.platform import Relays
    from shared.settings.database import Transport
    from tests.fixtures.platform import Person

ALL: Final = "/api/conversations"


@pytest.fixture
def conversation(person: Person) -> dict[str, Any]:
    """Created, with a turn that was appended."""
    created = person.api.post(ALL, json={"title": "Motors"}).json()["conversation"]
    turn = [{"role": "user", "content": "What is a servo?"}, {"role": "assistant", "content": "A motor."}]
    return person.api.post(f"{ALL}/{created['id']}/messages", json={"messages": turn}).json()


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_conversation_is_created_with_what_the_client_says_or_without(person: Person) -> None:
    wanted = {"id": str(uuid4()), "title": "  Motors\n and gears "}
    first, again = (person.api.post(ALL, json=wanted) for _ in range(2))
    bare = person.api.post(ALL)
    assert (first.status_code, again.status_code, bare.status_code) == (201, 201, 201)
    assert first.json() == again.json()
    assert first.json()["evictedId"] is None
    assert first.json()["conversation"].items() >= {"id": wanted["id"], "title": "Motors and gears"}.items()
    assert bare.json()["conversation"]["title"] == "New conversation"
    assert code(person.api.post(ALL, json=wanted | {"title": "Gears"})) == (409, "conflict")
    listed = person.api.get(ALL).json()["conversations"]
    assert listed == [bare.json()["conversation"], first.json()["conversation"]]


def test_the_fifty_first_conversation_names_the_one_that_went(person: Person) -> None:
    answers = [person.api.post(ALL, json={"title": str(n)}).json() for n in range(51)]
    assert [each["evictedId"] for each in answers[:50]] == [None] * 50
    assert answers[50]["evictedId"] == answers[0]["conversation"]["id"]
    assert code(person.api.post(ALL, json={"id": answers[50]["evictedId"]})) == (410, "gone")
    question = {"message": "What is a servo?", "messageId": str(uuid4())}
    asked, again = (person.api.post("/api/chat", json=question).json() for _ in range(2))
    assert asked["evictedId"] == again["evictedId"] == answers[1]["conversation"]["id"]
    assert code(person.api.post(ALL, json={"id": asked["evictedId"]})) == (410, "gone")
    further = question | {"messageId": str(uuid4()), "conversationId": asked["conversationId"]}
    assert "evictedId" not in person.api.post("/api/chat", json=further).json()


def test_a_conversation_is_renamed_pinned_and_continued(person: Person, conversation: dict[str, Any]) -> None:
    page = f"{ALL}/{conversation['conversation']['id']}"
    changed = person.api.patch(page, json={"title": "Servos", "pinned": True})
    assert changed.status_code == 200
    assert changed.json() == conversation["conversation"] | {"title": "Servos", "pinned": True}
    opened = person.api.get(page).json()
    assert opened["messages"] == conversation["messages"]
    assert opened["conversation"] == changed.json()


def test_an_answer_is_rated_and_shows_it(person: Person, conversation: dict[str, Any]) -> None:
    question, answer = (each["id"] for each in conversation["messages"])
    rated = person.api.post(f"/api/messages/{answer}/feedback", json={"value": "down", "comment": " Wrong page "})
    assert rated.status_code == 200
    assert rated.json() == {"messageId": answer, "value": "down", "comment": "Wrong page"}
    opened = person.api.get(f"{ALL}/{conversation['conversation']['id']}").json()
    assert [each["feedback"] for each in opened["messages"]] == [None, "down"]
    assert code(person.api.post(f"/api/messages/{question}/feedback", json={"value": "up"})) == (404, "not_found")


def test_deleting_all_is_for_good(person: Person, conversation: dict[str, Any]) -> None:
    page = f"{ALL}/{conversation['conversation']['id']}"
    assert [person.api.delete(ALL).status_code for _ in range(2)] == [204, 204]
    assert person.api.get(ALL).json()["conversations"] == []
    assert code(person.api.patch(page, json={"pinned": True})) == (410, "gone")


BAD: Final[dict[str, list[Any]]] = {
    f"POST {ALL}": [{"id": "1"}, {"title": ""}, {"title": " \u200b"}, {"title": "x" * 201}, {"title": 1}, []],
    f"PATCH {ALL}/{{id}}": [{}, {"title": None}, {"pinned": "yes"}, {"pinned": 1}, {"title": "\u202e"}],
    f"POST {ALL}/{{id}}/messages": [
        {},
        {"messages": []},
        {"messages": [{"role": "system", "content": "x"}]},
        {"messages": [{"role": "user", "content": " "}]},
        {"messages": [{"role": "user", "content": "x" * 32_001}]},
        {"messages": [{"role": "user", "content": "a\x00b"}]},
        {"messages": [{"role": "user", "content": "x"}] * 21},
        {"messages": [{"id": str(uuid4()), "role": "user", "content": "x"}] * 2},
    ],
    "POST /api/messages/{id}/feedback": [{}, {"value": "sideways"}, {"value": "up", "comment": "x" * 2001}],
}


@pytest.mark.parametrize("route", BAD)
def test_bad_input_is_refused_and_changes_nothing(person: Person, conversation: dict[str, Any], route: str) -> None:
    method, path = route.split()
    before = person.api.get(ALL).json()
    owned = conversation["messages"][1]["id"] if "feedback" in path else conversation["conversation"]["id"]
    for body in BAD[route]:
        assert code(person.api.request(method, path.format(id=owned), json=body)) == (400, "invalid_request"), body
    assert person.api.get(ALL).json() == before


def test_each_change_costs_one_round_trip(
    person: Person, conversation: dict[str, Any], relays: Relays, transport: Transport
) -> None:
    page, answer = f"{ALL}/{conversation['conversation']['id']}", conversation["messages"][1]["id"]
    requests: list[tuple[str, str, dict[str, Any] | None]] = [
        ("POST", ALL, {}),
        ("PATCH", page, {"pinned": True}),
        ("POST", f"{page}/messages", {"messages": [{"role": "user", "content": "And?"}]}),
        ("POST", f"/api/messages/{answer}/feedback", {"value": "up"}),
        ("DELETE", ALL, None),
    ]
    for method, path, body in requests:
        person.api.request(method, path, json=body)  # the function is warm, and each may be repeated
        with relays.database(transport).count() as counted:
            answered = person.api.request(method, path, json=body)
        assert answered.is_success, answered.text
        assert (counted.flights, counted.connections) == (1, 0), (method, path)
