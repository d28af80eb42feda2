"""What a REST API hands to a function: payload format 1.0, for a Lambda proxy integration whose answer is streamed.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html. Everything that it
shares with format 2.0 is taken from events.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.local.gateway.events import event_from

if TYPE_CHECKING:
    from starlette.types import Scope

    from infra.local.gateway.routes import Match

AFTER_HEAD = b"\0" * 8
"""Between status and headers, as JSON, and the body of a streamed answer."""


def rest_event_from(scope: Scope, body: bytes, match: Match, request_id: str) -> dict[str, Any]:
    """The event that a function gets for one HTTP request; as `event_from`, of a REST API on a custom domain."""
    event = event_from(scope, body, match, request_id)
    context, headers = event["requestContext"], event["headers"]
    cookies = {"cookie": "; ".join(event["cookies"])} if "cookies" in event else {}
    http = context.pop("http")
    query: dict[str, str] | None = event.get("queryStringParameters")
    return {
        "resource": match.route.resource,
        "path": http["path"],
        "httpMethod": http["method"],
        "headers": headers | cookies,
        "multiValueHeaders": {name: [value] for name, value in (headers | cookies).items()},
        "queryStringParameters": query,
        "multiValueQueryStringParameters": {name: value.split(",") for name, value in query.items()} if query else None,
        "pathParameters": event.get("pathParameters"),
        "stageVariables": None,
        "requestContext": context
        | {
            "resourcePath": match.route.resource,
            "path": http["path"],
            "httpMethod": http["method"],
            "protocol": http["protocol"],
            "identity": {"sourceIp": http["sourceIp"], "userAgent": http["userAgent"]},
        },
        "body": event.get("body"),
        "isBase64Encoded": event["isBase64Encoded"],
    }
