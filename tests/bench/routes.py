"""What a reader does through the API, one request each, for benchmarks that count or time requests."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

QUESTION: Final = "How is a conversation stored?"
PASSWORD: Final = "correct horse battery"
LIST: Final = "/api/conversations"
PATIENCE_SECONDS: Final = 30.0


@dataclass(slots=True)
class Reader:
    """Somebody with a client and one conversation.

    Attributes:
        api: Carries the reader's cookies.
        conversation: Id of a conversation that stays.
        answer: Id of an answer in it.
    """

    api: httpx.Client
    email: str = ""
    conversation: str = ""
    answer: str = ""

    def sign_up(self) -> None:
        """Become somebody new, with one conversation of one turn."""
        self.email = f"{uuid.uuid4()}@example.com"
        self.send("POST", "/api/auth/sign-up/email", {"name": "Ada", "email": self.email, "password": PASSWORD})
        asked = self.send("POST", "/api/chat", {"message": QUESTION}).json()
        self.conversation, self.answer = asked["conversationId"], asked["messageId"]
        self.send("PATCH", f"{LIST}/{self.conversation}", {"pinned": True})  # however many others are made, it stays

    def created(self) -> str:
        """Id of a new conversation."""
        return self.send("POST", "/api/conversations", {"id": str(uuid.uuid4())}).json()["conversation"]["id"]

    def send(self, method: str, path: str, body: Any = None) -> httpx.Response:  # noqa: ANN401 (any JSON)
        """Send a request whose answer has to be a good one."""
        answer = self.api.request(method, path, json=body)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer


@dataclass(frozen=True, slots=True)
class Request:
    """One request: `{}` in the path stands for what `prepare` returns.

    Attributes:
        timed: Whether its latency is of interest; hashing passwords would hide what the network costs.
        guest: Sent without cookies.
        prepare: Makes what the request needs, and is itself neither counted nor timed.
        body: Made anew for each request.
    """

    name: str
    method: str
    path: str
    timed: bool = False
    guest: bool = False
    prepare: Callable[[Reader], str] = field(default=lambda _: "")
    body: Callable[[Reader], Any] = field(default=lambda _: None)

    def prepared(self, reader: Reader) -> Callable[[], httpx.Response]:
        """What sends the request, everything else being done."""
        path, body = self.path.replace("{}", self.prepare(reader)), self.body(reader)
        return lambda: reader.send(self.method, path, body)


def _conversation(reader: Reader) -> str:
    return reader.conversation


def _answer(reader: Reader) -> str:
    return reader.answer


def _signed_in_again(reader: Reader) -> str:
    reader.send("POST", "/api/auth/sign-in/email", _credentials(reader))
    return ""


def _credentials(reader: Reader) -> dict[str, str]:
    return {"email": reader.email, "password": PASSWORD}


def _newcomer(_: Reader) -> dict[str, str]:
    return {"name": "Bob", "email": f"{uuid.uuid4()}@example.com", "password": PASSWORD}


def _turn(_: Reader) -> dict[str, Any]:
    said = [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": "In one batch."}]
    return {"messages": [{"id": str(uuid.uuid4()), **each} for each in said]}


def _archive(_: Reader) -> dict[str, Any]:
    at = "2026-01-01T00:00:00.000Z"
    message: dict[str, Any] = {"sources": [], "status": "complete", "mode": None, "createdAt": at, "feedback": None}
    one: dict[str, Any] = {
        "id": str(uuid.uuid4()),
        "role": "user",
        "content": QUESTION,
        "feedbackComment": None,
        **message,
    }
    conversation = {"id": str(uuid.uuid4()), "title": "A", "pinned": False, "createdAt": at, "updatedAt": at}
    return {
        "format": "docs-chatbot-history",
        "version": 1,
        "conversations": [{**conversation, "messages": [one]}],
    }


REQUESTS: Final = (
    Request("alive", "GET", "/health/live"),
    Request("search passages", "GET", "/api/search?q=motor", timed=True, guest=True),
    Request("ask, guest", "POST", "/api/chat", guest=True, body=lambda _: {"message": QUESTION}),
    Request("session", "GET", "/api/auth/get-session", timed=True),
    Request("sessions", "GET", "/api/auth/list-sessions"),
    Request("profile", "GET", "/api/profile"),
    Request("profile, change", "PATCH", "/api/profile", body=lambda _: {"consent": True, "background": "student"}),
    Request("list", "GET", LIST, timed=True),
    Request("search history", "GET", f"{LIST}?search=stored", timed=True),
    Request("open", "GET", f"{LIST}/{{}}", timed=True, prepare=_conversation),
    Request("create", "POST", LIST, timed=True, body=lambda _: {"id": str(uuid.uuid4())}),
    Request("append", "POST", f"{LIST}/{{}}/messages", timed=True, prepare=_conversation, body=_turn),
    Request("rename", "PATCH", f"{LIST}/{{}}", prepare=_conversation, body=lambda _: {"title": "Storing"}),
    Request(
        "rate",
        "POST",
        "/api/messages/{}/feedback",
        prepare=_answer,
        body=lambda _: {"value": "up"},
    ),
    Request("delete", "DELETE", f"{LIST}/{{}}", prepare=Reader.created),
    Request("ask", "POST", "/api/chat", timed=True, body=lambda _: {"message": QUESTION}),
    Request(
        "ask on",
        "POST",
        "/api/chat",
        timed=True,
        body=lambda reader: {"message": QUESTION, "conversationId": reader.conversation},
    ),
    Request("export", "GET", "/api/export"),
    Request("import", "POST", "/api/import", body=_archive),
    Request("sign in", "POST", "/api/auth/sign-in/email", body=_credentials),
    Request("sign up", "POST", "/api/auth/sign-up/email", guest=True, body=_newcomer),
    Request("sign out", "POST", "/api/auth/sign-out", prepare=_signed_in_again),
)
"""In an order that can be repeated: signing in undoes signing out."""
