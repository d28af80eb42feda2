"""A platform whose queue answers, and a reader who is signed in."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.integration.chat.conftest import Chatting, book

if TYPE_CHECKING:
    import httpx

    from tests.fixtures.platform import Person

__all__ = ["book"]

PATIENCE_SECONDS = 30.0


@pytest.fixture
def reader(person: Person) -> Chatting:
    """Somebody who is signed in; the chat is warm, and the queue answers."""
    until_queue_answers(person.api)
    reader = Chatting(person.api)
    reader.ask("What is this?", temporary=True)
    return reader


def until_queue_answers(api: httpx.Client) -> None:
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while api.get("/health").json()["components"]["outbox"]["status"] != "ok":
        assert time.monotonic() < ends_at, "the queue does not answer"
        time.sleep(0.2)
