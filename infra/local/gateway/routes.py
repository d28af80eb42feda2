"""The functions that `serverless.yml` declares, and which of them an HTTP request belongs to.

The rules are those of API Gateway's HTTP APIs: a literal path before one with a variable, a variable before a greedy
one, a named method before ANY, `$default` last
(https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html). That page leaves
open whether a greedy one may stand for nothing. People report that it does, and that it is how a path that ends in a
slash is served (https://github.com/storacha/w3infra/pull/166), since no route may end in one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from infra.local.gateway.serverless import section

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DEFAULT_ROUTE = "$default"
DEFAULT_TIMEOUT_SECONDS = 6
DEFAULT_MEMORY_MEGABYTES = 1024
TASK_ROOT = "/var/task/"
WRAPPER = "AWS_LAMBDA_EXEC_WRAPPER"
STREAM_BASE = "/stream"
"""Base path of the REST API, as a custom domain that both APIs share would map it (specs/guides/aws.md)."""

_PLACEHOLDER = re.compile(r"\\\{(\w+)(\\\+)?\\\}")


@dataclass(frozen=True, slots=True)
class Function:
    """One Lambda function.

    Attributes:
        key: Its name in `serverless.yml`.
        name: Its name in AWS: `<service>-<stage>-<key>`, unless the file gives one.
        handler: `path/to/module.attribute`, from the root of the code.
        timeout: Seconds that one invocation may take.
        memory: Megabytes; told to the function, not enforced.
        wrapper: Program that starts its runtime, from the root of the code (`AWS_LAMBDA_EXEC_WRAPPER`).
    """

    key: str
    name: str
    handler: str
    timeout: float
    memory: int
    wrapper: str | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """One route of the API, such as `GET /api/conversations/{id}`.

    Attributes:
        resource: Path of its own in the REST API that it is of, whose answers are streamed; None in the HTTP API.
    """

    key: str
    method: str
    path: str
    function: Function
    resource: str | None = None

    @property
    def pattern(self) -> re.Pattern[str]:
        """Matches a path as it was sent, percent-encoding included."""
        return re.compile(_PLACEHOLDER.sub(lambda m: f"(?P<{m[1]}>{'.*' if m[2] else '[^/]+'})", re.escape(self.path)))

    @property
    def specificity(self) -> tuple[bool, bool, int, bool, int]:
        """Sorts the most specific route first."""
        variables, greedy = self.path.count("{"), "+}" in self.path
        return self.key == DEFAULT_ROUTE, greedy, variables, self.method == "ANY", -len(self.path)


@dataclass(frozen=True, slots=True)
class Match:
    """A route, and what its variables stand for in one request (decoded)."""

    route: Route
    parameters: Mapping[str, str]


class Routes:
    """Finds the route of a request.

    Args:
        document: What `read_serverless` gave.

    Raises:
        ValueError: The file declares no functions, or not in a form that can be read here.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.functions = [_function(document, key) for key in _functions_section(document)]
        routes = sorted(_routes(document, self.functions), key=lambda route: route.specificity)
        self.methods = sorted({route.method for route in routes})
        self._patterns = [(route, route.pattern) for route in routes if "{" in route.path or route.key == DEFAULT_ROUTE]
        self._literal = {(route.method, route.path): Match(route, {}) for route in routes if "{" not in route.path}

    def find(self, method: str, raw_path: str) -> Match | None:
        """The most specific route for a method and a path as it was sent (still percent-encoded), if there is one."""
        literal = self._literal.get((method, raw_path)) or self._literal.get(("ANY", raw_path))
        if literal:
            return literal
        for route, pattern in self._patterns:
            if route.key == DEFAULT_ROUTE:
                return Match(route, {})
            found = pattern.fullmatch(raw_path) if route.method in {method, "ANY"} else None
            if found:
                return Match(route, {name: unquote(value) for name, value in found.groupdict().items()})
        return None


def _functions_section(document: Mapping[str, Any]) -> dict[str, Any]:
    functions = section(document.get("functions"))
    if not functions:
        raise ValueError("serverless.yml: `functions` is missing or is not a mapping of names to functions")
    return functions


def _function(document: Mapping[str, Any], key: str) -> Function:
    provider, declared = section(document.get("provider")), section(document["functions"][key])
    return Function(
        key=key,
        name=declared.get("name") or f"{document.get('service', 'service')}-local-{key}",
        handler=declared["handler"],
        timeout=float(declared.get("timeout") or provider.get("timeout") or DEFAULT_TIMEOUT_SECONDS),
        memory=int(declared.get("memorySize") or provider.get("memorySize") or DEFAULT_MEMORY_MEGABYTES),
        wrapper=str(section(declared.get("environment")).get(WRAPPER, "")).removeprefix(TASK_ROOT) or None,
    )


def _routes(document: Mapping[str, Any], functions: list[Function]) -> Iterator[Route]:
    for function in functions:
        events: list[object] = section(document["functions"][function.key]).get("events") or []
        declared = [section(event).get("httpApi") for event in events]
        yield from (_route(each, function) for each in declared if each)
        streamed = [section(section(event).get("http")) for event in events]
        yield from (_streamed_route(each, function) for each in streamed if each)


def _streamed_route(declared: dict[str, Any], function: Function) -> Route:
    """Of a REST API, whose integration must say that it streams: nothing else is behind one here."""
    if section(declared.get("response")).get("transferMode") != "STREAM":
        raise ValueError(f"serverless.yml: {function.key}: `http` without `response: {{transferMode: STREAM}}`")
    method, resource = str(declared["method"]).upper(), f"/{str(declared['path']).strip('/')}"
    return Route(f"{method} {resource}", method, f"{STREAM_BASE}{resource}", function, resource)


def _route(declared: str | dict[str, str], function: Function) -> Route:
    """From `GET /path`, `*`, or a mapping with `method` and `path`."""
    if isinstance(declared, dict):
        declared = f"{declared.get('method', '*')} {declared['path']}" if declared.get("path", "*") != "*" else "*"
    if declared.strip() == "*":
        return Route(DEFAULT_ROUTE, "ANY", "", function)
    method, path = declared.split()
    method = "ANY" if method in {"*", "any", "ANY"} else method.upper()
    return Route(f"{method} {path}", method, path, function)
