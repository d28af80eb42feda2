"""Cookies count only where API and stream share a domain; at an address that AWS gave, the stream takes bearer tokens.

A browser sends a cookie to the host that set it. What comes with cookies at `….execute-api.….amazonaws.com` was put
together by somebody else than a browser, or by one that was made to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Receive, Scope, Send

OF_AWS: Final = (".amazonaws.com", ".amazonaws.com.cn", ".on.aws")


class BearerOnly:
    """ASGI middleware: no cookie reaches the app by an address that no domain is shared with."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the app."""
        if _domain(scope.get("aws.event", {})).endswith(OF_AWS):
            scope["headers"] = [each for each in scope["headers"] if each[0] != b"cookie"]
        await self.app(scope, receive, send)


def _domain(event: Mapping[str, Any]) -> str:
    """Under which API Gateway was asked: its own word, and no header."""
    return str(event.get("requestContext", {}).get("domainName") or "").lower()
