"""At an address that AWS gave, nobody is signed in by a cookie: API and stream share no domain there."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from shared.app import build_handler
from shared.streaming.bearer_only import BearerOnly
from shared.web import APIRouter, Request

if TYPE_CHECKING:
    from mangum.types import LambdaContext

router = APIRouter()
CONTEXT = cast("LambdaContext", SimpleNamespace(aws_request_id="one", get_remaining_time_in_millis=lambda: 9_000))


@router.post("/api/chat")
async def shown(request: Request) -> dict[str, Any]:
    return {"cookies": request.cookies, "authorization": request.headers.get("authorization")}


handler = build_handler(router, around=BearerOnly)


def answered(domain: str | None) -> str:
    headers = {"Cookie": "session=abc", "Authorization": "Bearer abc", "Host": "chat.site.test"}
    event = {
        "resource": "/api/chat",
        "path": "/api/chat",
        "httpMethod": "POST",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "requestContext": {"domainName": domain, "identity": {"sourceIp": "203.0.113.9"}, "resourcePath": "/api/chat"},
        "body": None,
        "isBase64Encoded": False,
    }
    return handler(event, CONTEXT)["body"]


@pytest.mark.parametrize(
    "domain",
    [
        "f6g7h8i9j0.execute-api.us-east-1.amazonaws.com",
        "F6G7H8I9J0.EXECUTE-API.cn-north-1.amazonaws.com.cn",
        "abcdef.lambda-url.eu-west-1.on.aws",
    ],
)
def test_an_address_of_awss_takes_bearer_tokens_and_no_cookies(domain: str) -> None:
    assert answered(domain) == '{"cookies":{},"authorization":"Bearer abc"}'


@pytest.mark.parametrize("domain", ["chat.site.test", "127.0.0.1", "amazonaws.com.site.test", None])
def test_a_domain_of_the_sites_own_takes_both(domain: str | None) -> None:
    assert answered(domain) == '{"cookies":{"session":"abc"},"authorization":"Bearer abc"}'
