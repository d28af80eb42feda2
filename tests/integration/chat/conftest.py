"""Readers who ask questions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.fixtures.platform import until_queue_answers

if TYPE_CHECKING:
    import httpx

    from tests.fixtures.platform import Person


PLAIN, STREAMED = "/api/chat", "/stream/api/chat"


@dataclass(frozen=True, slots=True)
class Chatting:
    """Asks questions through one client, of one of the two functions that answer them."""

    api: httpx.Client
    path: str = PLAIN

    def post(self, message: object, **more: object) -> httpx.Response:
        return self.api.post(self.path, json={"message": message, **more})

    def ask(self, message: str, **more: object) -> dict[str, Any]:
        answer = self.post(message, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def conversations(self) -> list[dict[str, Any]]:
        return self.api.get("/api/conversations").json()["conversations"]

    def messages(self, conversation_id: str) -> list[dict[str, Any]]:
        return self.api.get(f"/api/conversations/{conversation_id}").json()["messages"]


@pytest.fixture
def chat_path() -> str:
    """Which function is asked; a module whose tests hold for both gives this fixture its parameters."""
    return PLAIN


@pytest.fixture
def guest(api: httpx.Client, chat_path: str) -> Chatting:
    return Chatting(api, chat_path)


@pytest.fixture
def reader(person: Person, chat_path: str) -> Chatting:
    """Somebody who is signed in; the chat's function is warm, and the queue answers."""
    until_queue_answers(person.api)
    reader = Chatting(person.api, chat_path)
    reader.ask("Which motors does the Wombat arm have?", temporary=True)
    return reader
