"""What is wrong with a request is said in our own words, and says where."""

from __future__ import annotations

import asyncio
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest
from pydantic import BaseModel, ValidationError

from functions.chat.question import Question
from infra.openapi import routes
from shared.app import build_app
from shared.complaints import NOT_UNDERSTOOD
from shared.web import APIRouter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import FastAPI
    from fastapi.dependencies.models import Dependant

    from shared.web import APIRoute

LENIENT = ("/api/auth/", "/api/import")
"""Better Auth's routes are as the original is; an import takes what a newer version exported."""

GARBAGE: list[Any] = [None, 7, -1.5, True, "", " ", "x", "x" * 100_000, "a\x00b", [], [7], [{}], {}, {"a": 1}]
ID = "019ac000-0000-7000-8000-000000000000"
UNKNOWN = "unknown_field"


def model_of(route: APIRoute) -> type[BaseModel]:
    annotation = route.dependant.body_params[0].field_info.annotation
    found = [annotation] if isinstance(annotation, type) else annotation.__args__  # pyright: ignore[reportOptionalMemberAccess, reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
    return cast("type[BaseModel]", found[0])


ROUTES = {f"{method} {route.path}": route for _, route in routes() for method in route.methods or ()}
STRICT = {
    name: route for name, route in ROUTES.items() if route.dependant.body_params and not route.path.startswith(LENIENT)
}


def names(model: type[BaseModel]) -> list[str]:
    return [*model.model_json_schema()["properties"]]


FIELDS = [(name, field) for name, route in STRICT.items() for field in names(model_of(route))]


@cache
def without_dependencies(name: str) -> FastAPI:
    """Bodies are checked as ever; whoever asks is nobody, and there is no database."""

    def below(dependant: Dependant) -> Iterator[Dependant]:
        for each in dependant.dependencies:
            yield each
            yield from below(each)

    route = ROUTES[name]
    router = APIRouter()
    router.routes.append(route)
    app = build_app(router)
    app.dependency_overrides |= {each.call: lambda: None for each in below(route.dependant) if each.call}
    return app


def sent(name: str, body: object, query: str = "") -> httpx.Response:
    method, path = name.replace("{id}", ID).split()

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(without_dependencies(name))
        async with httpx.AsyncClient(transport=transport, base_url="http://api.example.com") as client:
            return await client.request(method, path + query, json=body)

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(ask())


def words_of_pydantic(model: type[BaseModel], body: object) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(body)
    return [each["msg"] for each in caught.value.errors()]


def test_there_are_routes_to_ask() -> None:
    assert {"POST /api/chat", "PATCH /api/profile", "PATCH /api/conversations/{id}", "POST /api/replay"} <= {*STRICT}


@pytest.mark.parametrize(("name", "field"), FIELDS)
def test_a_field_that_nobody_knows_is_named_with_the_known_one_that_it_resembles(name: str, field: str) -> None:
    misspelled = f"{field[:-1]}q{field[-1]}"
    answer = sent(name, {misspelled: "x"})
    said = answer.json()

    assert (answer.status_code, said["code"], said["field"]) == (400, UNKNOWN, misspelled)
    assert said["fields"] == [misspelled]
    assert said["message"] == f"{misspelled}: there is no such field. Did you mean `{field}`?"


def test_a_field_that_resembles_none_is_named_alone() -> None:
    assert sent("POST /api/chat", {"message": "Hi", "zzzzzz": 1}).json()["message"] == "zzzzzz: there is no such field."


def test_all_fields_that_nobody_knows_are_named_so_that_a_client_can_ask_again_without_them() -> None:
    turns = [{"role": "user", "content": "Hi"}, {"role": "user", "content": "Hi", "contents": "Hi"}]
    said = sent("POST /api/chat", {"message": 7, "stream": True, "turns": turns, "top_k": 3}).json()

    assert said["code"] == UNKNOWN
    assert {*said["fields"]} == {"stream", "turns.1.contents", "top_k"}


def test_no_answer_grows_with_what_was_sent() -> None:
    body = {f"{number}{'x' * 10_000}": 1 for number in range(1000)}

    said = sent("POST /api/chat", body)

    assert said.json()["code"] == UNKNOWN
    assert len(said.content) < 10_000


def test_a_field_inside_another_is_named_with_the_known_one_that_it_resembles() -> None:
    said = sent("POST /api/conversations/{id}/messages", {"messages": [{"rol": "user", "content": "Hi"}]}).json()

    assert said["message"] == "messages.0.rol: there is no such field. Did you mean `role`?"


@pytest.mark.parametrize(
    ("alias", "field", "value"),
    [
        ("question", "message", "Why?"),
        ("query", "message", "Why?"),
        ("selected_text", "selectedText", "URDF"),
        ("session_id", "conversationId", ID),
        ("conversation_id", "conversationId", ID),
    ],
)
def test_what_others_call_a_field_is_taken_for_it_but_not_beside_it(alias: str, field: str, value: str) -> None:
    question = {"message": "Hi"}
    assert Question.model_validate(question | {field: value}) == Question.model_validate(
        {alias: value} if field == "message" else question | {alias: value}
    )
    both = sent("POST /api/chat", question | {field: value, alias: value})

    assert (both.status_code, both.json()["code"], both.json()["field"]) == (400, "invalid_request", alias)
    assert both.json()["message"] == f"{alias}: means `{field}`, which is there as well"


@pytest.mark.parametrize(("name", "field"), FIELDS)
def test_whatever_stands_in_a_field_is_refused_in_our_own_words(name: str, field: str) -> None:
    for each in GARBAGE:
        body = {"message": "Hi", field: each} if name == "POST /api/chat" else {field: each}
        answer = sent(name, body)
        if answer.status_code == 400:  # else it was no garbage for this field
            said = answer.json()
            assert said["code"] == "invalid_request"
            assert said["message"].startswith(f"{said['field']}: " if "field" in said else "The body ")
            assert NOT_UNDERSTOOD not in said["message"]
            assert not [msg for msg in words_of_pydantic(model_of(STRICT[name]), body) if msg in said["message"]]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "q: is missing"),
        ("?q=", "q: must not be empty"),
        ("?q=a%00", "q: has not the form that is expected"),
        ("?q=a&limit=0", "limit: must be at least 1"),
        ("?q=a&limit=21", "limit: must be at most 20"),
        ("?q=a&limit=many", "limit: must be a whole number"),
    ],
)
def test_the_query_is_spoken_of_as_a_body_is(query: str, message: str) -> None:
    answer = sent("GET /api/search", None, query)
    assert (answer.status_code, answer.json()["message"]) == (400, message)


QUESTIONS: list[tuple[Any, str]] = [
    ([], "The body must be an object."),
    ("text", "The body must be an object."),
    (None, "The body is missing."),
    ({}, "message: is missing"),
    ({"message": " "}, "message: must not be empty"),
    ({"message": "x" * 4001}, "message: must have at most 4000 characters"),
    ({"message": "Hi", "conversationId": "nope"}, "conversationId: must be a UUID"),
    ({"message": "Hi", "temporary": "yes"}, "temporary: must be true or false"),
    ({"message": "Hi", "turns": [{"role": "x", "content": ""}]}, "turns.0.role: must be 'user' or 'assistant'"),
    ({"message": "Hi", "turns": [{}] * 13}, "turns: must have at most 12 entries"),
    ({"message": "a\x00"}, "message: must not contain the character NUL, which Postgres cannot store"),
]


@pytest.mark.parametrize(("body", "message"), QUESTIONS)
def test_what_is_wrong_with_a_question_is_said_to_a_person(body: object, message: str) -> None:
    assert sent("POST /api/chat", body).json()["message"] == message
