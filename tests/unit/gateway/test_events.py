"""Between HTTP and Lambda: payload format 2.0, as API Gateway documents it."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest

from infra.local.gateway.events import MalformedResult, event_from, response_from
from infra.local.gateway.routes import Function, Match, Route

if TYPE_CHECKING:
    from typing import Any

FUNCTION = Function("one", "books-local-one", "functions/one.handler", 3, 256)
MATCH = Match(Route("POST /books/{id}", "POST", "/books/{id}", FUNCTION), {"id": "a b"})
JSON = "application/json"


def event(
    *headers: tuple[str, str], query: str = "", body: bytes = b"", path: str = "/books/a b", match: Match = MATCH
) -> dict[str, Any]:
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        "client": ("127.0.0.1", 5000),
        "server": ("127.0.0.1", 8000),
    }
    return event_from(scope, body, match, "JKJaXmPLvHcESHA=")


def test_the_event_names_its_route_and_its_decoded_path() -> None:
    made = event(("Host", "localhost:8000"), ("User-Agent", "curl/8"))

    assert made["version"] == "2.0"
    assert made["routeKey"] == "POST /books/{id}"
    assert made["rawPath"] == "/books/a b"
    assert made["pathParameters"] == {"id": "a b"}
    assert made["requestContext"]["stage"] == "$default"
    assert made["requestContext"]["requestId"] == "JKJaXmPLvHcESHA="
    assert made["requestContext"]["domainName"] == "localhost"
    assert made["requestContext"]["http"] == {
        "method": "POST",
        "path": "/books/a b",
        "protocol": "HTTP/1.1",
        "sourceIp": "127.0.0.1",
        "userAgent": "curl/8",
    }


def test_the_query_stays_as_sent_beside_its_decoded_parameters() -> None:
    made = event(query="q=caf%C3%A9+au%20lait&tag=a&tag=b&empty=")

    assert made["rawQueryString"] == "q=caf%C3%A9+au%20lait&tag=a&tag=b&empty="
    assert made["queryStringParameters"] == {"q": "café au lait", "tag": "a,b", "empty": ""}


def test_cookies_stand_apart_and_repeated_headers_are_joined() -> None:
    made = event(("X-H", "1"), ("Cookie", "a=1; b=two=2"), ("x-h", "2"), ("Cookie", "c=3"))

    assert made["cookies"] == ["a=1", "b=two=2", "c=3"]
    assert made["headers"]["x-h"] == "1,2"
    assert "cookie" not in made["headers"]


def test_what_is_not_there_is_left_out() -> None:
    made = event(match=Match(MATCH.route, {}))

    assert not {"cookies", "queryStringParameters", "pathParameters", "body"} & made.keys()
    assert made["rawQueryString"] == ""
    assert made["isBase64Encoded"] is False


def test_a_client_cannot_hide_its_address_behind_a_header_of_its_own() -> None:
    made = event(("X-Forwarded-For", "203.0.113.9"))

    assert made["headers"]["x-forwarded-for"] == "203.0.113.9, 127.0.0.1"
    assert made["requestContext"]["http"]["sourceIp"] == "127.0.0.1"


@pytest.mark.parametrize(
    "content_type", [JSON, f"{JSON}; charset=utf-8", "text/plain", "application/problem+json", "application/xml"]
)
def test_a_body_of_text_travels_as_it_is(content_type: str) -> None:
    made = event(("Content-Type", content_type), body='{"name": "Zoë"}'.encode())

    assert (made["body"], made["isBase64Encoded"]) == ('{"name": "Zoë"}', False)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/octet-stream", b"\x00\xff"),
        ("application/x-www-form-urlencoded", b"a=1"),
        ("image/png", b"\x89PNG"),
        (JSON, b"\xff\xfe{}"),  # claims to be text
        ("", b"anything"),
    ],
)
def test_any_other_body_travels_as_base64(content_type: str, body: bytes) -> None:
    made = event(("Content-Type", content_type), body=body)

    assert made["isBase64Encoded"] is True
    assert base64.b64decode(made["body"]) == body


def result(**returned: Any) -> bytes:  # noqa: ANN401 (a function returns what it likes)
    return json.dumps(returned).encode()


def test_status_headers_cookies_and_body_come_back() -> None:
    response = response_from(
        result(statusCode=201, headers={"Content-Type": JSON, "X-N": 3}, cookies=["a=1; Path=/", "b=2"], body='"hé"')
    )

    assert response.status == 201
    assert response.body == '"hé"'.encode()
    assert response.headers == [
        (b"content-type", b"application/json"),
        (b"x-n", b"3"),
        (b"set-cookie", b"a=1; Path=/"),
        (b"set-cookie", b"b=2"),
        (b"content-length", b"5"),
    ]


def test_a_base64_body_comes_back_as_bytes() -> None:
    response = response_from(
        result(statusCode=200, headers={"content-type": "image/png"}, body="iVBORw==", isBase64Encoded=True)
    )

    assert response.body == b"\x89PNG"


def test_a_result_without_a_status_is_itself_the_body() -> None:
    response = response_from(b'{"answer": 42}')

    assert (response.status, response.body) == (200, b'{"answer": 42}')
    assert (b"content-type", b"application/json") in response.headers


def test_a_length_that_the_function_claims_is_not_believed() -> None:
    response = response_from(
        result(statusCode=200, headers={"Content-Length": "999", "connection": "close"}, body="abc")
    )

    assert dict(response.headers) == {b"content-type": b"text/plain;charset=UTF-8", b"content-length": b"3"}


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_without_content_has_neither_body_nor_length(status: int) -> None:
    response = response_from(result(statusCode=status, body="ignored", headers={"etag": "x"}))

    assert response.body == b""
    assert b"content-length" not in dict(response.headers)


@pytest.mark.parametrize(
    "returned",
    [
        b"not json",
        result(statusCode="many"),
        result(statusCode=None),
        result(statusCode=42),
        result(statusCode=200, headers=["a"]),
        result(statusCode=200, headers={"x": "a\r\nset-cookie: b"}),
        result(statusCode=200, headers={"a b": "c"}),
        result(statusCode=200, body="?", isBase64Encoded=True),
        result(statusCode=200, cookies=3),
    ],
)
def test_a_result_that_makes_no_sense_is_refused(returned: bytes) -> None:
    with pytest.raises(MalformedResult):
        response_from(returned)
