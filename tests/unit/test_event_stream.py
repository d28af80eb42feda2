from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from shared.errors import DatabaseUnavailable
from shared.event_stream import EventStream, asks_for_events
from tests.fixtures.writers import read_events

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import Message

ACCEPT = {
    "text/event-stream": True,
    "Text/Event-Stream": True,
    "text/event-stream, application/json": True,
    "application/json, text/event-stream": True,
    "text/event-stream;q=0.5": True,
    "text/event-stream ; q=0.5, */*": True,
    "application/json;q=0.9, text/event-stream;q=0.1": False,
    "text/event-stream;q=0": False,
    "text/event-stream;q=0.000": False,
    "text/event-stream;q=much": False,
    "text/event-stream;q=": False,
    "text/event-stream;q=-1": False,
    "text/event-stream;q=2": False,
    "": False,
    "*/*": False,
    "text/*": False,
    "application/json": False,
    "text/event-streams": False,
    "text/event-stream/x": False,
    ",;,=;q": False,
    "\x00": False,
}


@pytest.mark.parametrize(("accept", "expected"), ACCEPT.items())
def test_events_are_sent_to_who_names_them(accept: str, expected: bool) -> None:  # noqa: FBT001 (of pytest)
    assert asks_for_events(accept) is expected


def sent(events: Iterator[tuple[str, str]]) -> list[Message]:
    messages: list[Message] = []

    async def send(message: Message) -> None:
        messages.append(message)

    async def receive() -> Message:
        raise AssertionError("it asked whether somebody still listens")

    scope: dict[str, Any] = {"type": "http", "state": {"request_id": "r-1"}}
    with pytest.raises(StopIteration):  # it waits for nothing, so its first step is its last
        EventStream(events)(scope, receive, send).__await__().send(None)
    return messages


def body_of(messages: list[Message]) -> str:
    return b"".join(each["body"] for each in messages[1:]).decode()


def test_each_event_is_sent_as_soon_as_it_is_there() -> None:
    messages = sent(iter([("sources", "{}"), ("delta", '{"text":"a"}')]))

    start, *bodies = messages
    assert start["status"] == 200
    assert dict(start["headers"])[b"content-type"] == b"text/event-stream; charset=utf-8"
    assert b"content-length" not in dict(start["headers"])
    assert [each["body"] for each in bodies] == [
        b"event: sources\ndata: {}\n\n",
        b'event: delta\ndata: {"text":"a"}\n\n',
        b"",
    ]
    assert [each["more_body"] for each in bodies] == [True, True, False]


def failing(error: Exception) -> Iterator[tuple[str, str]]:
    yield "sources", "{}"
    raise error


@pytest.mark.parametrize(
    ("error", "code"), [(DatabaseUnavailable(), "database_unavailable"), (KeyError(1), "internal")]
)
def test_what_fails_after_the_first_event_is_told_by_an_event(error: Exception, code: str) -> None:
    [_, (name, body)] = read_events(body_of(sent(failing(error))))

    assert name == "error"
    assert set(body) == {"message", "code", "requestId"}
    assert (body["code"], body["requestId"]) == (code, "r-1")
