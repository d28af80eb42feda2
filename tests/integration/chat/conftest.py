"""A small book that the platform's store holds while these tests run."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from infra.ingestion.ingest import ingest

if TYPE_CHECKING:
    import httpx

    from infra.local.platform import Platform
    from tests.fixtures.platform import Person

SITE = "https://wombat.test/docs"
QUEUE_SECONDS = 30.0
CALIBRATE = "How do I calibrate the Wombat arm?"


@dataclass(frozen=True, slots=True)
class Chatting:
    """Asks questions through one client."""

    api: httpx.Client

    def post(self, message: object, **more: object) -> httpx.Response:
        return self.api.post("/api/chat", json={"message": message, **more})

    def ask(self, message: str, **more: object) -> dict[str, Any]:
        answer = self.post(message, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def conversations(self) -> list[dict[str, Any]]:
        return self.api.get("/api/conversations").json()["conversations"]

    def messages(self, conversation_id: str) -> list[dict[str, Any]]:
        return self.api.get(f"/api/conversations/{conversation_id}").json()["messages"]


@pytest.fixture(scope="session", autouse=True)
def book(platform: Platform) -> None:
    ingest([Path(__file__).parent / "book"], platform.qdrant.url, site="wombat", site_url=SITE)


def until_queue_answers(api: httpx.Client) -> None:
    """The local SQS needs some seconds to start, and nothing else waits for it."""
    ends_at = time.monotonic() + QUEUE_SECONDS
    while api.get("/health").json()["components"]["outbox"]["status"] != "ok":
        assert time.monotonic() < ends_at, "the queue does not answer"
        time.sleep(0.2)


@pytest.fixture
def guest(api: httpx.Client) -> Chatting:
    return Chatting(api)


@pytest.fixture
def reader(person: Person) -> Chatting:
    """Somebody who is signed in; the chat's function is warm, and the queue answers."""
    until_queue_answers(person.api)
    reader = Chatting(person.api)
    reader.ask("What is this?", temporary=True)
    return reader
