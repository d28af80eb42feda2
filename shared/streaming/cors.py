"""CORS headers of a function behind a REST API, which leaves them to it; an HTTP API writes them itself.

Preflights are answered by the REST API (serverless.yml). The origins are those that may send cookies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.settings.accounts import AuthSettings

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

EXPOSED: Final = b"link,retry-after,server-timing,set-auth-token,x-request-id,x-retry-after"
"""What a page may read, as `exposedResponseHeaders` in serverless.yml has it."""


class CrossOrigin:
    """ASGI middleware: lets pages of the trusted origins read what the app answers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the app."""
        origin = next((value for name, value in scope.get("headers", []) if name == b"origin"), b"")

        async def send_readable(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_trusted(origin):
                message["headers"] = [
                    *message["headers"],
                    (b"access-control-allow-origin", origin),
                    (b"access-control-allow-credentials", b"true"),
                    (b"access-control-expose-headers", EXPOSED),
                    (b"vary", b"origin"),
                ]
            await send(message)

        await self.app(scope, receive, send_readable)


def _is_trusted(origin: bytes) -> bool:
    return origin.decode("latin-1") in AuthSettings.read().trusted_origins
