"""A reader with a history, and what they ask of each route; always the same, so that it always costs the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from uuid import UUID, uuid4

import httpx

from shared.answering.feedback_token import Rated, token_for
from shared.auth.accounts.passwords import hashed
from shared.auth.identifiers import new_identifier
from shared.outbox.keeping import user_owner
from shared.outbox.models import WaitingTurn
from shared.outbox.seal import Seal
from tests.integration.budgets.conftest import HOME, SECRET, cookie

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.budgets.conftest import Connection

PASSWORD: Final = "correct horse battery"
QUESTION: Final = "How do I calibrate the arm before I record the first episode with it?"
ANSWER: Final = "To calibrate the arm, move every joint to the middle of its range, then press Enter [1]. " * 8
CONVERSATIONS: Final = 10
MESSAGES: Final = 6

Call: TypeAlias = tuple[str, str, Any]
"""Method, path with its query, body."""

_numbers = count(1)


@cache
def _hash() -> str:
    return hashed(PASSWORD, "bcrypt")


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody with a session and ten conversations of three turns."""

    user_id: str = field(default_factory=new_identifier)
    token: str = field(default_factory=new_identifier)
    conversations: tuple[UUID, ...] = field(default_factory=lambda: tuple(uuid4() for _ in range(CONVERSATIONS)))
    question_id: UUID = field(default_factory=uuid4)
    answer_id: UUID = field(default_factory=uuid4)
    number: int = field(default_factory=lambda: next(_numbers))

    @property
    def email(self) -> str:
        return f"{self.user_id.lower()}@example.com"

    @property
    def address(self) -> str:
        """Nobody else has it, so that no rate limit counts one reader's requests for another."""
        return f"198.51.{100 + self.number // 100}.{100 + self.number % 100}"

    def settle(self, owner: Connection) -> None:
        """Write everything into the tables."""
        owner.execute("delete from asked")  # what other tests asked would be on the owner's desk
        owner.execute("delete from model_spending")  # as above
        owner.execute("delete from model_day")
        owner.execute(
            'insert into "user" (id, name, email, "emailVerified") values (%s, %s, %s, true)',
            [self.user_id, "Ada Lovelace", self.email],
        )
        owner.execute(
            """insert into account (id, "accountId", "providerId", "userId", password, "updatedAt")
            values (%s, %s, 'credential', %s, %s, now())""",
            [self.user_id, self.user_id, self.user_id, _hash()],
        )
        owner.execute(
            """insert into session (id, token, "userId", "expiresAt", "updatedAt", "ipAddress", "userAgent")
            values (%s, %s, %s, now() + interval '7 days', now(), '203.0.113.7', 'Browser/1.0')""",
            [new_identifier(), self.token, self.user_id],
        )
        owner.cursor().executemany(
            """insert into conversation (id, user_id, title, message_count, created_at, updated_at)
            values (%s, %s, %s, %s, now(), now())""",
            [(each, self.user_id, QUESTION[:60], MESSAGES) for each in self.conversations],
        )
        owner.cursor().executemany(
            """insert into message (id, conversation_id, user_id, seq, role, content, created_at)
            values (%s, %s, %s, %s, %s, %s, now())""",
            [self._message(each, seq) for each in self.conversations for seq in range(1, MESSAGES + 1)],
        )

    def asks(self, call: Call, *, of_model: bool = False) -> httpx.Request:
        """The request, as a browser on our own page sends it."""
        method, path, body = call
        headers = {"cookie": cookie(self.token), "user-agent": "Browser/1.0", "x-owner": self.email}
        if of_model:
            headers["x-model"] = "yes"
        if method != "GET":
            headers["origin"] = HOME
        return httpx.Request(method, f"{HOME}{path}", headers=headers, json=body)

    def _message(self, conversation_id: UUID, seq: int) -> tuple[object, ...]:
        role, content = ("user", QUESTION) if seq % 2 else ("assistant", ANSWER)
        last = (
            {MESSAGES - 1: self.question_id, MESSAGES: self.answer_id}
            if conversation_id == self.conversations[0]
            else {}
        )
        return last.get(seq) or uuid4(), conversation_id, self.user_id, seq, role, content


def _one(reader: Reader) -> str:
    return f"/api/conversations/{reader.conversations[0]}"


def _turn(_reader: Reader) -> dict[str, object]:
    said = [("user", QUESTION), ("assistant", ANSWER)]
    return {"messages": [{"id": str(uuid4()), "role": role, "content": content} for role, content in said]}


def _archive(_reader: Reader) -> dict[str, object]:
    at = "2026-01-02T03:04:05.678Z"
    messages = [
        {"id": str(uuid4()), "role": role, "content": content, "createdAt": at}
        for role, content in (("user", QUESTION), ("assistant", ANSWER))
    ]
    conversation = {"id": str(uuid4()), "title": "The arm", "createdAt": at, "updatedAt": at, "messages": messages}
    return {"format": "docs-chatbot-history", "version": 1, "conversations": [conversation]}


def _receipt(reader: Reader) -> dict[str, object]:
    turn = WaitingTurn(
        user_owner(reader.user_id),
        *(uuid4(), uuid4(), QUESTION, ANSWER, (), "complete", "extractive"),
        datetime.now(UTC),
    )
    return {"receipt": Seal.of(SECRET, "receipt").closed(turn.written())}


def _new_person(reader: Reader) -> dict[str, object]:
    return {"name": "Ada Lovelace", "email": f"new-{reader.email}", "password": PASSWORD}


def _continued(reader: Reader) -> dict[str, object]:
    return {"message": QUESTION, "conversationId": str(reader.conversations[0]), "messageId": str(uuid4())}


CALLS: Final[dict[str, Callable[[Reader], Call]]] = {
    "GET /api/auth/get-session": lambda _: ("GET", "/api/auth/get-session", None),
    "POST /api/auth/sign-up/email": lambda reader: ("POST", "/api/auth/sign-up/email", _new_person(reader)),
    "POST /api/auth/sign-in/email": lambda reader: (
        "POST",
        "/api/auth/sign-in/email",
        {"email": reader.email, "password": PASSWORD},
    ),
    "POST /api/auth/sign-out": lambda _: ("POST", "/api/auth/sign-out", {}),
    "GET /api/auth/list-sessions": lambda _: ("GET", "/api/auth/list-sessions", None),
    "POST /api/auth/update-user": lambda _: ("POST", "/api/auth/update-user", {"name": "Augusta Ada King"}),
    "GET /api/profile": lambda _: ("GET", "/api/profile", None),
    "PATCH /api/profile": lambda _: ("PATCH", "/api/profile", {"consent": True, "language": "en", "theme": "dark"}),
    "GET /api/conversations": lambda _: ("GET", "/api/conversations", None),
    "GET /api/conversations?search=": lambda _: ("GET", "/api/conversations?search=calibrate", None),
    "POST /api/conversations": lambda _: ("POST", "/api/conversations", {"id": str(uuid4()), "title": "The arm"}),
    "GET /api/conversations/{id}": lambda reader: ("GET", _one(reader), None),
    "PATCH /api/conversations/{id}": lambda reader: ("PATCH", _one(reader), {"pinned": True}),
    "POST /api/conversations/{id}/messages": lambda reader: ("POST", f"{_one(reader)}/messages", _turn(reader)),
    "DELETE /api/conversations/{id}": lambda reader: ("DELETE", _one(reader), None),
    "DELETE /api/conversations": lambda _: ("DELETE", "/api/conversations", None),
    "POST /api/messages/{id}/feedback": lambda reader: (
        "POST",
        f"/api/messages/{reader.answer_id}/feedback",
        {"value": "up"},
    ),
    "POST /api/messages/{id}/feedback, taken back": lambda reader: (
        "POST",
        f"/api/messages/{reader.answer_id}/feedback",
        {"value": None},
    ),
    "POST /api/messages/{id}/feedback, a guest's": lambda reader: (
        "POST",
        f"/api/messages/{reader.answer_id}/feedback",
        {"value": "up", "feedbackToken": token_for(Rated(reader.answer_id, "extractive", None), SECRET)},
    ),
    "POST /api/chat": lambda reader: ("POST", "/api/chat", _continued(reader)),
    "POST /api/chat, a new conversation": lambda _: ("POST", "/api/chat", {"message": QUESTION}),
    "POST /api/chat, replacing": lambda reader: (
        "POST",
        "/api/chat",
        {**_continued(reader), "replaces": str(reader.answer_id)},
    ),
    "POST /api/chat, written by a model": lambda reader: ("POST", "/api/chat", _continued(reader)),
    "POST /api/chat, temporary": lambda _: ("POST", "/api/chat", {"message": QUESTION, "temporary": True}),
    "POST /api/chat/{id}/stop": lambda reader: ("POST", f"/api/chat/{reader.question_id}/stop", None),
    "GET /api/suggestions": lambda _: ("GET", "/api/suggestions", None),
    "GET /api/search": lambda _: ("GET", "/api/search?q=calibrate", None),
    "GET /api/owner/questions": lambda _: ("GET", "/api/owner/questions", None),
    "GET /api/owner/usage": lambda _: ("GET", "/api/owner/usage", None),
    "GET /api/owner/passages": lambda _: ("GET", "/api/owner/passages", None),
    "GET /api/export": lambda _: ("GET", "/api/export", None),
    "POST /api/import": lambda reader: ("POST", "/api/import", _archive(reader)),
    "POST /api/replay": lambda reader: ("POST", "/api/replay", _receipt(reader)),
}
"""What specs/budgets.md calls a request, and what is sent for it."""
