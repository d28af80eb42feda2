"""An event becomes a request to the app, and what the app sends goes out at once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from shared.events import found_warm
from shared.observability import log

if TYPE_CHECKING:
    from starlette.types import Message

    from shared.app import Handler
    from shared.streaming.runtime_api import Invocation


class Server:
    """Answers requests one after the other, all on one event loop: an app may keep things of it.

    Args:
        handler: What the function module exports.
    """

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)

    def answer(self, invocation: Invocation) -> None:
        """Answer one event; it is never left unanswered."""
        try:
            self._loop.run_until_complete(self._answer(invocation))
        except Exception as error:  # noqa: BLE001 (the app's own last line of defence was passed)
            log.exception("an answer broke off")
            invocation.fail(error)

    async def _answer(self, invocation: Invocation) -> None:
        request = self._handler.request_of(invocation.event, invocation.context)
        if request is None:
            invocation.return_whole(found_warm(invocation.event))
            return
        unread: list[Message] = [{"type": "http.request", "body": request.body, "more_body": False}]

        async def receive() -> Message:
            if not unread:
                await asyncio.Event().wait()  # for ever: nobody is told that a client left
            return unread.pop()

        async def send(message: Message) -> None:
            _send(invocation, message)

        await self._handler.app(request.scope, receive, send)


def _send(invocation: Invocation, message: Message) -> None:
    """Lambda calls nothing else in this process meanwhile, so waiting for the socket keeps nobody waiting."""
    if message["type"] == "http.response.start":
        lines = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in message["headers"]]
        cookies = [value for name, value in lines if name == "set-cookie"]
        names = dict.fromkeys(name for name, _ in lines if name != "set-cookie")
        headers = {name: ",".join(value for each, value in lines if each == name) for name in names}
        invocation.begin(message["status"], headers, cookies)
        return
    invocation.send(message.get("body", b""))
    if not message.get("more_body"):
        invocation.end()
