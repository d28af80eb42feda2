"""The shapes in which AWS hands a function its HTTP requests, all read as one: that of HTTP APIs, payload format 2.0.

| shape | known by | comes from |
|---|---|---|
| `http api` | `requestContext.http` | HTTP APIs, function URLs |
| `rest api` | `httpMethod` and `resource` | REST APIs, and HTTP APIs with payload format 1.0 |
| `load balancer` | `requestContext.elb` | an Application Load Balancer, with multi-value headers or without |

What has none of them is no request of anybody's, since no request can take the shape away that AWS gives it: it is
somebody with rights to the function who keeps it warm.

The path is the one that the function's routes know: the key of a mapping of a custom domain and a named stage stand
before it in the event (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-stages.html), and what
belongs to them is told by the template of the route that API Gateway has chosen, never by what a client sent.
"""

from __future__ import annotations

import time
from enum import StrEnum
from http import HTTPStatus
from itertools import product
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    Event: TypeAlias = Mapping[str, Any]

WARM: Final = {"warm": True}
"""The answer to whoever keeps a container warm; nothing was done for it, and nothing is measured."""

STAY_SECONDS: Final = 0.1
"""What a call may stay where a second container shall be there beside it."""

NO_TEMPLATE: Final = "$default"

MALFORMED: Final = (AttributeError, LookupError, TypeError, ValueError)
"""What reading an event ends in that has the shape of a request, and not what belongs into it."""

UNREADABLE: Final = "unreadable"
"""Names the kind of error in what is handed to the app in place of such an event; its text may quote what was sent."""


class Shape(StrEnum):
    """Of an event that is an HTTP request."""

    HTTP_API = "http api"
    REST_API = "rest api"
    LOAD_BALANCER = "load balancer"


def shape_of(event: object) -> Shape | None:
    """Which shape of HTTP request an event has; None where it is none."""
    if not isinstance(event, dict) or not isinstance(context := event.get("requestContext"), dict):  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType] (JSON)
        return None
    http = context.get("http")  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] (as above)
    if isinstance(http, dict) and {"method", "path"} <= http.keys():  # pyright: ignore[reportUnknownMemberType] (as above)
        return Shape.HTTP_API
    if "httpMethod" not in event:
        return None
    if "elb" in context:
        return Shape.LOAD_BALANCER
    return Shape.REST_API if "resource" in event else None


def found_warm(event: object) -> dict[str, bool]:
    """The answer to an event that is no request, after a moment where it asks for that."""
    stay = event.get("staySeconds") if isinstance(event, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType] (JSON)
    if isinstance(stay, (int, float)) and stay > 0:
        time.sleep(min(stay, STAY_SECONDS))
    return dict(WARM)


def nothing_to_read(error: Exception) -> dict[str, Any]:
    """A request that the app is to refuse, whatever it is asked for."""
    http = {"method": "GET", "path": "/", "sourceIp": ""}
    return {
        "version": "2.0",
        "routeKey": NO_TEMPLATE,
        "requestContext": {"http": http},
        "headers": {},
        UNREADABLE: type(error).__name__,
    }


def as_http_api(event: Event, shape: Shape) -> dict[str, Any]:
    """The same request as an HTTP API would have handed it over; where that cannot be told, one of `MALFORMED`."""
    read = {Shape.HTTP_API: _of_http_api, Shape.REST_API: _of_rest_api, Shape.LOAD_BALANCER: _of_load_balancer}[shape]
    request = read(event)
    http = request["requestContext"]["http"]
    for told in ("method", "path", "sourceIp"):
        str.encode(http[told])  # neither another type nor half a character
    http["path"] = request["rawPath"] = without_prefix(
        http["path"], request["routeKey"].partition(" ")[2], request.get("pathParameters") or {}
    )
    return request


def without_prefix(path: str, template: str, parameters: Mapping[str, str]) -> str:
    """The part of the path that the template describes; all of it where the template does not fit its end."""
    if not template.startswith("/"):  # `$default`, or a shape that has no routes
        return path
    wanted, given = template.split("/")[1:], path.split("/")[1:]
    if wanted[-1].endswith("+}"):
        return _without_prefix_of_a_rest(given, wanted[:-1], parameters.get(wanted[-1][1:-2]))
    start = len(given) - len(wanted)
    return f"/{'/'.join(given[start:])}" if start > 0 and _fits(given[start:], wanted) else path


def _without_prefix_of_a_rest(given: list[str], wanted: list[str], rest: str | None) -> str:
    """The same for a template whose last part takes all that follows."""
    told = [] if rest is None else [len(given) - len(wanted) - len(rest.split("/"))]
    starts = [*told, *range(len(given) - len(wanted))]  # else the first place where the template fits
    fitting = (start for start in starts if start >= 0 and _fits(given[start : start + len(wanted)], wanted))
    return f"/{'/'.join(given[next(fitting, 0) :])}"


def _fits(given: list[str], wanted: list[str]) -> bool:
    return len(given) == len(wanted) and all(
        part == there or part.startswith("{") for part, there in zip(wanted, given, strict=True)
    )


def _of_http_api(event: Event) -> dict[str, Any]:
    context = event["requestContext"]
    return {
        **event,
        "version": "2.0",
        "headers": event.get("headers") or {},
        "routeKey": event.get("routeKey") or NO_TEMPLATE,
        "requestContext": {**context, "http": {**context["http"]}},
    }


def _of_rest_api(event: Event) -> dict[str, Any]:
    query = _several(event, "multiValueQueryStringParameters", "queryStringParameters")
    return _request(
        event,
        route=f"{event['httpMethod']} {event['resource']}",
        query=urlencode(query, doseq=True),
        source=_object(_object(event, "requestContext"), "identity").get("sourceIp") or "",
    )


def _of_load_balancer(event: Event) -> dict[str, Any]:
    """A load balancer hands the query over as it came, and adds the address it saw to the end of a header."""
    query = _several(event, "multiValueQueryStringParameters", "queryStringParameters")
    forwarded = [text for name, text in _header_lines(event) if name == "x-forwarded-for"]
    return _request(
        event,
        route=NO_TEMPLATE,
        query="&".join(f"{name}={text}" for name, texts in query.items() for text in texts),
        source=without_port(",".join(forwarded).rpartition(",")[2].strip()),
    )


def without_port(told: str) -> str:
    """An address after which a port may stand, as in `198.51.100.7:443` and `[2001:db8::7]:443`."""
    if told.startswith("["):
        return told[1:].partition("]")[0]
    return told.partition(":")[0] if told.count(":") == 1 else told


def _request(event: Event, *, route: str, query: str, source: str) -> dict[str, Any]:
    lines = list(_header_lines(event))
    names = {name for name, _ in lines}
    http = {"method": event["httpMethod"], "path": event.get("path") or "/", "sourceIp": source}
    return {
        "version": "2.0",
        "routeKey": route,
        "rawQueryString": query,
        "headers": {name: ",".join(_of(lines, name)) for name in names - {"cookie"}},
        "cookies": list(_of(lines, "cookie")),
        "pathParameters": event.get("pathParameters"),
        "requestContext": {**event["requestContext"], "http": http},
        "body": event.get("body"),
        "isBase64Encoded": event.get("isBase64Encoded", False),
    }


def _header_lines(event: Event) -> Iterator[tuple[str, str]]:
    headers = _several(event, "multiValueHeaders", "headers")
    return ((name.lower(), text) for name, texts in headers.items() for text in texts)


def _of(lines: Iterable[tuple[str, str]], wanted: str) -> Iterator[str]:
    return (text for name, text in lines if name == wanted)


def _several(event: Event, many: str, one: str) -> dict[str, list[str]]:
    """All texts of each name: what a shape may tell in two ways, or with a null."""
    return _object(event, many) or {name: [text] for name, text in _object(event, one).items()}


def _object(event: Event, name: str) -> dict[str, Any]:
    return event.get(name) or {}


def answer_in(shape: Shape, event: Event, answer: dict[str, Any]) -> dict[str, Any]:
    """An answer of payload format 2.0 in the shape in which the request came."""
    if shape is Shape.HTTP_API:
        return answer
    headers = _object(answer, "headers")
    cookies: list[str] = answer.get("cookies", [])
    translated = {
        "statusCode": answer["statusCode"],
        "body": answer.get("body", ""),
        "isBase64Encoded": answer.get("isBase64Encoded", False),
    }
    if shape is Shape.LOAD_BALANCER:
        translated["statusDescription"] = f"{answer['statusCode']} {HTTPStatus(answer['statusCode']).phrase}"
        if "multiValueHeaders" not in event:  # then it takes one text for a name; names of other cases are others
            return {**translated, "headers": {**headers, **dict(zip(_spellings("set-cookie"), cookies, strict=False))}}
    several = {name: [text] for name, text in headers.items()} | ({"set-cookie": cookies} if cookies else {})
    return {**translated, "multiValueHeaders": several}


def _spellings(name: str) -> Iterator[str]:
    """The same name in capitals and small letters, each time another way."""
    return ("".join(letters) for letters in product(*({letter: 0, letter.upper(): 0} for letter in name)))
