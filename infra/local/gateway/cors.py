"""What an HTTP API does about CORS, from `provider.httpApi.cors`.

It answers preflights itself, and replaces whatever CORS headers a function sends
(https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html). That page leaves open what becomes
of one where a route matches OPTIONS, as ANY does. People report that the function gets it
(https://github.com/aws/serverless-application-model/issues/1603), so it does here: what works here works either way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from infra.local.gateway.serverless import section

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Headers = list[tuple[bytes, bytes]]

DEFAULT_HEADERS = (
    "Content-Type",
    "X-Amz-Date",
    "Authorization",
    "X-Api-Key",
    "X-Amz-Security-Token",
    "X-Amz-User-Agent",
    "X-Amzn-Trace-Id",
)
"""What `cors: true` allows (https://www.serverless.com/framework/docs/providers/aws/events/http-api)."""


@dataclass(frozen=True, slots=True)
class Cors:
    """The CORS configuration of the API.

    Attributes:
        origins: Allowed origins; `*` and `https://*` are understood as API Gateway understands them.
        methods: Allowed methods.
        headers: Headers that a request may carry.
        exposed: Headers that a page may read.
        credentials: Whether cookies may be sent along.
        max_age: Seconds that a browser may remember a preflight.
    """

    origins: tuple[str, ...]
    methods: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()
    credentials: bool = False
    max_age: int | None = None

    def preflight_headers(self, origin: str) -> Headers:
        """The headers of a preflight's 204; none at all for an origin that is not allowed."""
        if not self.allows(origin):
            return []
        further = {
            "access-control-allow-methods": ",".join(self.methods),
            "access-control-allow-headers": ",".join(self.headers),
            "access-control-max-age": "" if self.max_age is None else str(self.max_age),
        }
        return self.response_headers(origin) + [(n.encode(), v.encode()) for n, v in further.items() if v]

    def response_headers(self, origin: str) -> Headers:
        """The headers that every answer to an allowed origin carries."""
        if not self.allows(origin):
            return []
        any_origin = "*" in self.origins and not self.credentials
        given = {
            "access-control-allow-origin": "*" if any_origin else origin,
            "access-control-allow-credentials": "true" if self.credentials else "",
            "access-control-expose-headers": ",".join(self.exposed),
        }
        return [(name.encode(), value.encode("latin-1")) for name, value in given.items() if value]

    def allows(self, origin: str) -> bool:
        """Whether pages of this origin may read answers."""
        wildcards = {"*", f"{origin.partition('://')[0]}://*"}
        return bool(origin) and (origin in self.origins or not wildcards.isdisjoint(self.origins))


def without_cors(headers: Headers) -> Headers:
    """The headers of a function's answer, less the CORS headers it sent itself."""
    return [(name, value) for name, value in headers if not name.lower().startswith(b"access-control-")]


def read_cors(document: Mapping[str, Any], methods: Iterable[str]) -> Cors | None:
    """The configuration, or None where the API has none.

    Args:
        document: What `read_serverless` gave.
        methods: Methods of the routes; allowed unless the file says otherwise.
    """
    http_api = section(section(document.get("provider")).get("httpApi"))
    if not http_api.get("cors"):
        return None
    every_method = tuple(sorted({"OPTIONS", *methods}))
    declared = section(http_api["cors"])  # empty for `cors: true`: then every default below holds
    return Cors(
        origins=_words(declared.get("allowedOrigins", ["*"])),
        methods=_words(declared.get("allowedMethods", every_method)),
        headers=_words(declared.get("allowedHeaders", DEFAULT_HEADERS)),
        exposed=_words(declared.get("exposedResponseHeaders", [])),
        credentials=bool(declared.get("allowCredentials", False)),
        max_age=declared.get("maxAge"),
    )


def _words(value: str | Iterable[str]) -> tuple[str, ...]:
    """A list, or one string with commas as an environment variable holds it."""
    texts = [value] if isinstance(value, str) else value
    return tuple(word.strip() for text in texts for word in text.split(",") if word.strip())
