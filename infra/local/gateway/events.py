"""Between HTTP and Lambda: API Gateway's payload format 2.0, both ways.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from infra.local.gateway.invocation import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from starlette.types import Scope

    from infra.local.gateway.routes import Match

API_ID = "local"

_TEXT = re.compile(r"(text/|application/(json|xml|javascript)\b|application/[\w.-]+\+(json|xml)\b)", re.IGNORECASE)
"""Content types whose body travels as text; anything else, forms included, travels as Base64."""

_HOP_BY_HOP = {"connection", "content-length", "keep-alive", "transfer-encoding", "upgrade"}
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~\w-]+", re.ASCII)
_FORBIDDEN_IN_VALUES = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_STATUSES = range(200, 600)
_BODILESS = {204, 304}


class MalformedResult(Exception):
    """A function returned something that cannot be turned into an HTTP response."""


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """What goes back to the client.

    Attributes:
        rest: What follows the body, where it is streamed.
    """

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    rest: AsyncGenerator[bytes] | None = None


def new_request_id() -> str:
    """An id of API Gateway's own kind, such as `JKJaXmPLvHcESHA=`; the function's request id is another one."""
    return base64.b64encode(secrets.token_bytes(11)).decode()


def event_from(scope: Scope, body: bytes, match: Match, request_id: str) -> dict[str, Any]:
    """The event that a function gets for one HTTP request.

    Args:
        scope: The request, as ASGI describes it.
        body: All of it.
        match: Its route.
        request_id: From `new_request_id`.
    """
    headers, cookies = _headers(scope)
    query = scope["query_string"].decode("latin-1")
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": match.route.key,
        "rawPath": scope["path"],
        "rawQueryString": query,
        "headers": headers,
        "requestContext": _context(scope, headers, match, request_id),
    }
    optional = {
        "cookies": cookies,
        "queryStringParameters": _query_parameters(query),
        "pathParameters": dict(match.parameters),
    }
    event |= {name: value for name, value in optional.items() if value}
    return event | _body(body, headers.get("content-type", ""))


def _headers(scope: Scope) -> tuple[dict[str, str], list[str]]:
    """Names in lower case, repeated ones joined by commas, cookies apart; and what API Gateway adds."""
    headers: dict[str, str] = {}
    cookies: list[str] = []
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        if name == "cookie":
            cookies += [cookie.strip() for cookie in value.split(";") if cookie.strip()]
        else:
            headers[name] = f"{headers[name]},{value}" if name in headers else value
    host, port = scope["client"] or ("127.0.0.1", 0)
    headers["x-forwarded-for"] = f"{headers['x-forwarded-for']}, {host}" if "x-forwarded-for" in headers else host
    headers["x-forwarded-port"] = str((scope["server"] or ("", port))[1])
    headers["x-forwarded-proto"] = scope["scheme"]
    headers.setdefault("x-amzn-trace-id", f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)}")
    return headers, cookies


def _context(scope: Scope, headers: Mapping[str, str], match: Match, request_id: str) -> dict[str, Any]:
    now = time.time()
    domain = headers.get("host", "").rpartition(":")[0] or headers.get("host", "")
    return {
        "accountId": ACCOUNT,
        "apiId": API_ID,
        "domainName": domain,
        "domainPrefix": domain.partition(".")[0],
        "http": {
            "method": scope["method"],
            "path": scope["path"],
            "protocol": f"HTTP/{scope['http_version']}",
            "sourceIp": (scope["client"] or ("127.0.0.1", 0))[0],
            "userAgent": headers.get("user-agent", ""),
        },
        "requestId": request_id,
        "routeKey": match.route.key,
        "stage": "$default",
        "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
        "timeEpoch": int(now * 1000),
    }


def _query_parameters(query: str) -> dict[str, str]:
    parameters: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        parameters[name] = f"{parameters[name]},{value}" if name in parameters else value
    return parameters


def _body(body: bytes, content_type: str) -> dict[str, Any]:
    if not body:
        return {"isBase64Encoded": False}
    if _TEXT.match(content_type):
        try:
            return {"body": body.decode(), "isBase64Encoded": False}
        except UnicodeDecodeError:
            pass  # not the text that it claims to be: the function gets the bytes and decides
    return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}


def response_from(result: bytes) -> HttpResponse:
    """The HTTP response for what a function returned.

    A result without `statusCode` is itself the body, as JSON, with status 200.

    Raises:
        MalformedResult: API Gateway would answer 500.
    """
    try:
        returned = json.loads(result)
    except ValueError as error:
        raise MalformedResult("not JSON") from error
    if not isinstance(returned, dict) or "statusCode" not in returned:
        return HttpResponse(200, _content([(b"content-type", b"application/json")], 200, result), result)
    return _formatted(returned)  # pyright: ignore[reportUnknownArgumentType] (a function may return anything)


def _formatted(returned: dict[str, Any]) -> HttpResponse:
    try:
        status = _status(returned["statusCode"])
        body = _body_bytes(returned)
        declared: dict[str, object] = returned.get("headers") or {}
        cookies: list[object] = returned.get("cookies") or []
        headers = [_header(name, value) for name, value in declared.items()]
        headers += [_header("set-cookie", cookie) for cookie in cookies]
    except (AttributeError, TypeError, ValueError) as error:
        raise MalformedResult(str(error)) from error
    headers = [(name, value) for name, value in headers if name.decode("latin-1") not in _HOP_BY_HOP]
    if body and not any(name == b"content-type" for name, _ in headers):
        headers.append((b"content-type", b"text/plain;charset=UTF-8"))
    return HttpResponse(status, _content(headers, status, body), b"" if status in _BODILESS else body)


def streamed_response(head: bytes, body: bytes, rest: AsyncGenerator[bytes]) -> HttpResponse:
    """The HTTP response whose status and headers came before a streamed body.

    Raises:
        MalformedResult: API Gateway would answer 502.
    """
    whole = response_from(head)
    headers = [(name, value) for name, value in whole.headers if name != b"content-length"]
    return HttpResponse(whole.status, headers, body, rest)


def _status(value: Any) -> int:  # noqa: ANN401 (a function may return anything)
    status = int(value)
    if status not in _STATUSES:
        raise ValueError("no status of a final response")
    return status


def _body_bytes(returned: dict[str, Any]) -> bytes:
    body = returned.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        body = json.dumps(body)
    if not returned.get("isBase64Encoded"):
        return body.encode()
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise ValueError("body is not Base64") from error


def _header(name: object, value: object) -> tuple[bytes, bytes]:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if not _HEADER_NAME.fullmatch(str(name)) or _FORBIDDEN_IN_VALUES.search(text):
        raise ValueError("a header holds what no header may hold")
    return str(name).lower().encode("ascii"), text.encode("latin-1")


def _content(headers: list[tuple[bytes, bytes]], status: int, body: bytes) -> list[tuple[bytes, bytes]]:
    return headers if status in _BODILESS else [*headers, (b"content-length", str(len(body)).encode())]
