"""An answer that is told while it is made: server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html).

Whatever buffers it hands on a valid answer, only later. After the first byte no status can say that something failed;
the event `error` does, with the body that a status would have had. An answer that ends without `done` or `error` was
cut off on its way.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final, TypeAlias

from shared.errors import AppError
from shared.failures import body_of, foreseen, unforeseen
from shared.web import Response

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import Receive, Scope, Send

EVENT_STREAM: Final = "text/event-stream"

Named: TypeAlias = tuple[str, str]
"""An event: its name, and its data as JSON on one line."""

_QUALITY: Final = re.compile(r"q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*", re.IGNORECASE)


def asks_for_events(accept: str) -> bool:
    """Whether the header `Accept` names events, and JSON not rather; what is malformed in it asks for nothing.

    A range such as `*/*` does not name them: every client that knows nothing of events sends it.
    """
    wanted = _weight(accept, EVENT_STREAM)
    return wanted > 0 and wanted >= _weight(accept, "application/json")


def _weight(accept: str, media_type: str) -> float:
    """RFC 9110 section 12.4.2: 1 unless it says less, 0 where it is not named."""
    for part in accept.split(","):
        name, *parameters = part.split(";")
        if name.strip().lower() == media_type:
            told = [_QUALITY.fullmatch(each.strip()) for each in parameters if each.strip().lower().startswith("q")]
            return min((float(each[1]) if each else 0.0 for each in told), default=1.0)
    return 0.0


class EventStream(Response):
    """Sends events as they come, and does not ask whether somebody still listens: on Lambda nobody would know."""

    media_type = EVENT_STREAM

    def __init__(self, events: Iterator[Named]) -> None:
        self.status_code = 200
        self.background = None
        self.events = events
        self.init_headers({"x-accel-buffering": "no"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request."""
        del receive
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        for name, data in self._foreseen(scope["state"]["request_id"]):
            body = f"event: {name}\ndata: {data}\n\n".encode()
            await send({"type": "http.response.body", "body": body, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _foreseen(self, request_id: str) -> Iterator[Named]:
        """The events, and the event `error` where they end in one."""
        try:
            yield from self.events
        except AppError as error:
            foreseen(error)
            yield "error", json.dumps(body_of(error, request_id))
        except Exception:  # noqa: BLE001 (the last line of defence, as in app.py)
            yield "error", json.dumps(body_of(unforeseen(), request_id))
