"""The shapes of HTTP requests on AWS: each is answered as the HTTP API answers, and what is none finds it warm."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, cast

import pytest

from shared.app import Handler, build_handler
from shared.events import WARM, Shape, shape_of, without_prefix
from shared.web import APIRouter, Query, Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mangum.types import LambdaContext

    from tests.fixtures.logged import Lines

router = APIRouter()
asked: list[str] = []


@dataclass(frozen=True, slots=True)
class Context:
    """What the app reads of Lambda's context."""

    aws_request_id: str = "an-invocation"

    def get_remaining_time_in_millis(self) -> int:
        return 20_000


@router.post("/books/{id}")
async def seen(request: Request, response: Response, word: Annotated[list[str], Query()]) -> dict[str, Any]:
    asked.append(request.url.path)
    response.headers.append("set-cookie", "a=1; Path=/")
    response.headers.append("set-cookie", "b=2; Path=/")
    return {
        "path": request.url.path,
        "word": word,
        "cookies": request.cookies,
        "accept": request.headers.get("accept"),
        "address": request.client.host if request.client else None,
        "body": (await request.body()).decode(),
    }


@pytest.fixture(scope="module")
def handler() -> Handler:
    return build_handler(router)


CONTEXT: LambdaContext = Context()  # pyright: ignore[reportAssignmentType] (what is read of it)
QUERY = "word=%C3%A4+b&word=c%26d"
HEADERS = {"Accept": "a/b", "Cookie": "x=1; y=2", "X-Forwarded-For": "198.51.100.1, 203.0.113.9", "Host": "evil.test"}
BODY = {"body": "SGVsbG8=", "isBase64Encoded": True}


def http_api(path: str, key: str | None = "POST /books/{id}") -> dict[str, Any]:
    headers = {name.lower(): text for name, text in HEADERS.items() if name != "Cookie"}
    http = {"method": "POST", "path": path, "sourceIp": "203.0.113.9"}
    return {
        "version": "2.0",
        **({"routeKey": key} if key else {}),
        "rawPath": path,
        "rawQueryString": QUERY,
        "headers": headers,
        "cookies": ["x=1", "y=2"],
        "requestContext": {"http": http},
        **BODY,
    }


def rest_api(path: str) -> dict[str, Any]:
    return {
        "resource": "/books/{id}",
        "path": path,
        "httpMethod": "POST",
        "headers": HEADERS,
        "multiValueHeaders": {name: [text] for name, text in HEADERS.items()},
        "queryStringParameters": {"word": "c&d"},
        "multiValueQueryStringParameters": {"word": ["ä b", "c&d"]},
        "pathParameters": {"id": "7"},
        "requestContext": {"identity": {"sourceIp": "203.0.113.9"}, "path": "/prod/books/7"},
        **BODY,
    }


def load_balancer(path: str) -> dict[str, Any]:
    return {
        "requestContext": {"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:one"}},
        "httpMethod": "POST",
        "path": path,
        "multiValueQueryStringParameters": {"word": ["%C3%A4+b", "c%26d"]},
        "multiValueHeaders": {name.lower(): [text] for name, text in HEADERS.items()},
        **BODY,
    }


EVENTS: dict[str, Callable[[], dict[str, Any]]] = {
    "an HTTP API": lambda: http_api("/books/7"),
    "an HTTP API's stage": lambda: http_api("/prod/books/7"),
    "a mapping key": lambda: http_api("/v1/books/7"),
    "a mapping key of two parts": lambda: http_api("/api/v1/books/7"),
    "a mapping key like the route": lambda: http_api("/books/books/7"),
    "a function URL": lambda: http_api("/books/7", "$default"),
    "a REST API": lambda: rest_api("/books/7"),
    "a REST API's base path": lambda: rest_api("/v1/books/7"),
    "payload format 1.0": lambda: {"version": "1.0", **rest_api("/v1/books/7")},
    "a load balancer": lambda: load_balancer("/books/7"),
}


@pytest.mark.parametrize("name", EVENTS)
def test_a_request_is_read_the_same_in_every_shape(handler: Handler, name: str) -> None:
    answer = handler(EVENTS[name](), CONTEXT)
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"]) == {
        "path": "/books/7",
        "word": ["ä b", "c&d"],
        "cookies": {"x": "1", "y": "2"},
        "accept": "a/b",
        "address": "203.0.113.9",
        "body": "Hello",
    }


@pytest.mark.parametrize("name", EVENTS)
def test_both_cookies_of_an_answer_arrive_in_every_shape(handler: Handler, name: str) -> None:
    answer = handler(EVENTS[name](), CONTEXT)
    cookies = answer.get("cookies") or answer["multiValueHeaders"]["set-cookie"]
    assert cookies == ["a=1; Path=/", "b=2; Path=/"]


def test_a_load_balancer_without_multi_value_headers_gets_two_cookies_under_two_spellings(handler: Handler) -> None:
    event = load_balancer("/books/7")
    event["headers"] = {name: texts[0] for name, texts in event.pop("multiValueHeaders").items()}
    event["queryStringParameters"] = {"word": event.pop("multiValueQueryStringParameters")["word"][0]}
    answer = handler(event, CONTEXT)
    cookies = {text for name, text in answer["headers"].items() if name.lower() == "set-cookie"}
    assert (answer["statusDescription"], cookies) == ("200 OK", {"a=1; Path=/", "b=2; Path=/"})
    assert answer["headers"]["x-request-id"] == "an-invocation"


@pytest.mark.parametrize("told", ["203.0.113.9:51023", "[2001:db8::9]:51023", "2001:db8::9", "203.0.113.9"])
def test_a_load_balancer_may_tell_the_readers_port_too(handler: Handler, told: str) -> None:
    event = load_balancer("/books/7")
    event["multiValueHeaders"]["x-forwarded-for"] = [f"198.51.100.1:80, {told}"]
    read = json.loads(handler(event, CONTEXT)["body"])
    assert read["address"] == ("2001:db8::9" if "db8" in told else "203.0.113.9")


def test_headers_and_query_may_be_null(handler: Handler) -> None:
    event = rest_api("/books/7") | dict.fromkeys(
        ("headers", "multiValueHeaders", "queryStringParameters", "multiValueQueryStringParameters", "body")
    )
    assert handler(event, CONTEXT)["statusCode"] == 400  # `word` is missing, and nothing else


@pytest.mark.parametrize(
    "event",
    [
        {},
        None,
        [],
        "warm",
        {"source": "serverless-plugin-warmup"},
        {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}},
        {"warmer": True, "concurrency": 3},
        {"Records": [{"body": "{}"}]},
        {"version": "2.0", "requestContext": None},
        {"requestContext": {"connectionId": "a-web-socket", "eventType": "MESSAGE"}},
        {"requestContext": {"http": {"method": "GET"}}},
    ],
)
def test_what_has_the_shape_of_no_request_is_answered_without_work(handler: Handler, event: dict[str, Any]) -> None:
    before = len(asked)
    assert handler(event, CONTEXT) == WARM
    assert len(asked) == before


@pytest.mark.parametrize("name", EVENTS)
def test_no_body_header_or_query_makes_a_request_a_warm_up(handler: Handler, name: str) -> None:
    event = EVENTS[name]()
    event["body"], event["isBase64Encoded"] = '{"source": "serverless-plugin-warmup"}', False
    event["headers"] = {**(event.get("headers") or {}), "source": "serverless-plugin-warmup"}
    assert shape_of(event) in set(Shape)
    assert handler(event, CONTEXT) != WARM


NONSENSE: list[Any] = [None, 7, "half a character: \ud800", [], [None], {"a": None}, {"a": ["b"]}, "there: is no port"]
"""For any part of an event."""

UNDERSTOOD = {200, 400, 404, 405}


def parts_of(event: Any) -> Iterator[list[str | int]]:  # noqa: ANN401 (JSON)
    """The way to each part of an event, from its top."""
    pairs: Iterable[tuple[str | int, Any]] = ()
    if isinstance(event, dict):
        pairs = cast("dict[str, Any]", event).items()
    elif isinstance(event, list):
        pairs = enumerate(cast("list[Any]", event))
    for name, part in pairs:
        yield [name]
        yield from ([name, *rest] for rest in parts_of(part))


@pytest.mark.parametrize("name", ["an HTTP API", "a function URL", "a REST API", "a load balancer"])
def test_a_part_that_makes_no_sense_is_the_callers_fault_and_never_a_crash(handler: Handler, name: str) -> None:
    crashed: list[object] = []
    for *way, last in parts_of(EVENTS[name]()):
        for nonsense in NONSENSE:
            event: Any = deepcopy(EVENTS[name]())
            part = event
            for each in way:
                part = part[each]
            part[last] = nonsense
            answer = handler(event, CONTEXT)
            if answer != WARM and answer["statusCode"] not in UNDERSTOOD:
                crashed.append((*way, last, nonsense, answer))
    assert not crashed


def test_an_unreadable_request_is_refused_like_any_other_and_quoted_nowhere(handler: Handler, lines: Lines) -> None:
    event = load_balancer("/books/7")
    event["body"] = "secret, and no base64"
    context: LambdaContext = Context("this-one")  # pyright: ignore[reportAssignmentType] (what is read of it)
    answer = handler(event, context)
    assert (answer["statusCode"], answer["statusDescription"]) == (400, "400 Bad Request")
    body = json.loads(answer["body"])
    assert (body["code"], body["requestId"]) == ("invalid_request", "this-one")
    assert answer["multiValueHeaders"]["x-request-id"] == ["this-one"]
    logged = [json.loads(line) for line in lines.written]
    assert {(each["request_id"], each["route"]) for each in logged} == {("this-one", "$default")}, "not another's"
    assert [each["message"] for each in logged] == ["an event like a request cannot be read: Error", "answered"]


@pytest.mark.parametrize(
    ("path", "template", "parameters", "left"),
    [
        ("/api/auth/x/y", "/api/auth/{proxy+}", {"proxy": "x/y"}, "/api/auth/x/y"),
        ("/v1/api/auth/x/y", "/api/auth/{proxy+}", {"proxy": "x/y"}, "/api/auth/x/y"),
        ("/v1/api/auth/x/y", "/api/auth/{proxy+}", {}, "/api/auth/x/y"),
        ("/api/auth/api/auth/x", "/api/auth/{proxy+}", {"proxy": "x"}, "/api/auth/x"),
        ("/api/auth/api/auth/x", "/api/auth/{proxy+}", {"proxy": "api/auth/x"}, "/api/auth/api/auth/x"),
        ("/v1/x", "/{proxy+}", {"proxy": "x"}, "/x"),
        ("/elsewhere/7", "/books/{id}", {"id": "7"}, "/elsewhere/7"),
        ("/", "/books/{id}", {}, "/"),
        ("", "/books/{id}", {}, ""),
        ("/v1/books/7", "", {}, "/v1/books/7"),
    ],
)
def test_only_what_stands_before_the_route_is_taken_off_a_path(
    path: str, template: str, parameters: dict[str, str], left: str
) -> None:
    assert without_prefix(path, template, parameters) == left
