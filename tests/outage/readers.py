"""The readers of a soak: what they do, what they are promised, and what they must never be told."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from shared.uuid7 import uuid7
from tests.fixtures.writers import read_events
from tests.outage.pace import USUAL_SECONDS

if TYPE_CHECKING:
    import httpx

QUESTIONS = (
    "How do I start the platform?",
    "What is a batch?",
    "Where are conversations kept?",
    "And how do I stop it?",
)
CHAT_SECONDS = 8.0
OTHER_SECONDS = 10.0
"""The budget. A chat waits for a batch (1.4 s), the passages (2 s), a batch and the queue (1.6 s) at worst, any other
route for a batch (3.2 s); the rest is for cold starts on a machine at its usual pace."""
STARTS = 3
"""Cold starts that an answer may wait for: its own, and those of the two that stood before it in the line."""

PROMISED_503 = {"database_unavailable", "retrieval_unavailable"}
CONVERSATIONS = 5
STREAMING = 0.3
"""The share of questions that are asked of the function that streams."""

PLAIN: Final = "/api/chat", {"accept": "application/json"}
STREAMED: Final = "/stream/api/chat", {"accept": "text/event-stream"}

REPLACING = 0.2
"""The share of questions that take the place of the last turn, where that is stored."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a reader was promised to find."""

    user_id: str
    conversation_id: str
    question_id: str
    answer_id: str
    saved: str


class Promise(StrEnum):
    """What may be broken; the summary counts each."""

    KEPT = "a turn called stored or queued that is not there exactly once"
    OWN = "something of another user's, or that nobody asked or answered"
    REPLACED = "a turn that was replaced and is not marked, or that is marked and was not replaced"
    DELETED = "a deleted conversation that was revived"
    SIGNED_IN = "a signed-in reader who was told to sign in"
    PROMISED_ERRORS = "an error that is no promised 503, or no answer at all"
    IN_TIME = "an answer over its budget"
    WELL_AGAIN = "something that did not work when everything was well again"


@dataclass(slots=True)
class Ledger:
    """Everything that was promised, counted and complained about.

    Attributes:
        turns: What readers were promised to find, by the id of the question.
        asked: Who asked what, by the id of the question.
        replacing: Whose place a question takes, by its id: the other question's.
        answered: The answers that a question got, by the id of the answer: one of them is the one to be stored.
        gone: Conversations that their readers wanted to delete: nobody counts on them.
        deleted: Those of which they were told that they are not there now: nothing may revive them.
        counts: How often what happened.
        seconds: How long the answers took.
        violations: What was broken, and how.
        chat_seconds: The budget of an answer.
        slow: What took longer than its budget at the machine's usual pace: by how many seconds, and what it was.
    """

    turns: dict[str, Turn] = field(default_factory=dict[str, Turn])
    asked: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    replacing: dict[str, str] = field(default_factory=dict[str, str])
    answered: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    gone: set[str] = field(default_factory=set[str])
    deleted: set[str] = field(default_factory=set[str])
    counts: Counter[str] = field(default_factory=Counter[str])
    seconds: dict[str, list[float]] = field(default_factory=lambda: {"chat": [], "other": []})
    violations: list[tuple[Promise, str]] = field(default_factory=list[tuple[Promise, str]])
    chat_seconds: float = CHAT_SECONDS
    slow: list[tuple[float, str]] = field(default_factory=list[tuple[float, str]])
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def saw(self, what: str, route: str, answer: httpx.Response, seconds: float) -> None:
        """Note an answer, and what is wrong with it."""
        kind, limit = ("chat", self.chat_seconds) if what == "ask" else ("other", OTHER_SECONDS)
        code = answer.json().get("code", "") if answer.status_code >= 400 else ""
        with self._lock:
            self.counts[f"{what} {answer.status_code} {code}".strip()] += 1
            self.seconds[kind].append(seconds)
            if seconds > limit:
                told = f"{route} took {seconds:.1f} s ({answer.headers.get('server-timing')})"
                self.slow.append((seconds - limit, told))
        if answer.status_code == 401:
            self.complain(Promise.SIGNED_IN, route)
        if answer.status_code >= 500 and (answer.status_code != 503 or code not in PROMISED_503):
            self.complain(Promise.PROMISED_ERRORS, f"{route} answered {answer.status_code} {answer.text[:200]}")

    @property
    def replaced(self) -> int:
        """Turns that are promised, and took the place of another one that was stored, in conversations still there."""
        promised = (self.turns.get(each) for each in list(self.replacing))
        return sum(turn is not None and turn.conversation_id not in self.gone for turn in promised)

    def judge(self, start_seconds: float) -> None:
        """Complain about what was late, with what starting a container cost at worst beyond what it usually does."""
        forgiven = STARTS * max(0.0, start_seconds - USUAL_SECONDS)
        for seconds, told in self.slow:
            if seconds > forgiven:
                self.complain(Promise.IN_TIME, f"{told}, {forgiven:.1f} s of it forgiven")

    def complain(self, promise: Promise, how: str) -> None:
        """Note a broken promise."""
        with self._lock:
            self.violations.append((promise, how))


class Reader:
    """One signed-in reader; one thing at a time."""

    def __init__(self, api: httpx.Client, user_id: str, ledger: Ledger, seed: int) -> None:
        self.api = api
        self.user_id = user_id
        self.lock = threading.Lock()
        self.receipts: list[tuple[str, Turn]] = []
        self._ledger = ledger
        self._chance = random.Random(seed)  # noqa: S311 (the same traffic for the same seed)
        self._conversations: list[str] = []
        self._stored: set[str] = set()
        self._last: dict[str, Turn] = {}
        self._habits = {
            self.ask: 62,
            self.list_all: 14,
            self.open_one: 12,
            self.delete_one: 3,
            self.search: 5,
            self.read_session: 4,
        }

    def do_something(self) -> None:
        """Mostly ask; sometimes look at the history, or delete something."""
        if self.receipts and self._chance.random() < 0.3:
            return self.hand_in()
        return self._chance.choices(list(self._habits), list(self._habits.values()))[0]()

    def ask(self) -> None:
        """A question, now and then sent twice, or in place of the last one."""
        conversation = self._conversation()
        question = {
            "message": self._chance.choice(QUESTIONS),
            "conversationId": conversation,
            "messageId": str(uuid7()),
        }
        self._ledger.asked[question["messageId"]] = self.user_id, question["message"]
        last = self._last.pop(conversation, None)
        if last and self._chance.random() < REPLACING:
            question["replaces"] = self._chance.choice([last.question_id, last.answer_id])
            self._ledger.replacing[question["messageId"]] = last.question_id
        for _ in range(self._chance.choice([1, 1, 1, 1, 2])):
            path, headers = STREAMED if self._chance.random() < STREAMING else PLAIN
            answer = self._call("ask", "POST", path, json=question, headers=headers)
            if answer.status_code == 200:
                self._promised(question, self._reply(answer))

    def list_all(self) -> None:
        """The list is never empty for somebody who has something in it."""
        answer = self._call("list", "GET", "/api/conversations")
        if answer.status_code == 200:
            listed = {each["id"] for each in answer.json()["conversations"]}
            if lost := self._stored - listed - self._ledger.gone:
                self._ledger.complain(Promise.KEPT, f"the list of {self.user_id} lacks {lost}")

    def open_one(self) -> None:
        """A conversation of which something is stored."""
        if self._stored:
            conversation = self._chance.choice(sorted(self._stored))
            answer = self._call("open", "GET", f"/api/conversations/{conversation}")
            if answer.status_code == 404:
                self._ledger.complain(Promise.KEPT, f"{conversation} was not found")

    def delete_one(self) -> None:
        """Gone for good, or at least nobody counts on it any more."""
        if self._conversations:
            conversation = self._conversations.pop()
            self._stored.discard(conversation)
            self._ledger.gone.add(conversation)
            answer = self._call("delete", "DELETE", f"/api/conversations/{conversation}")
            if answer.status_code in {204, 404}:  # 404: nothing of it is stored, but a turn of it may wait
                self._ledger.deleted.add(conversation)

    def search(self) -> None:
        """Needs no account, and no database."""
        self._call("search", "GET", "/api/search", params={"q": self._chance.choice(QUESTIONS)})

    def read_session(self) -> None:
        """The session is there, or cannot be read right now; `null` would be a sign-out."""
        answer = self._call("session", "GET", "/api/auth/get-session")
        if answer.status_code == 200 and answer.json() is None:
            self._ledger.complain(Promise.SIGNED_IN, "GET /api/auth/get-session answered null")

    def hand_in(self) -> None:
        """The oldest receipt."""
        receipt, turn = self.receipts[0]
        answer = self._call("replay", "POST", "/api/replay", json={"receipt": receipt})
        if answer.status_code == 200:
            self._ledger.turns[turn.question_id] = turn
        if answer.status_code != 503:
            self.receipts.pop(0)
        if answer.status_code not in {200, 503} and turn.conversation_id not in self._ledger.gone:
            self._ledger.complain(Promise.KEPT, f"a receipt was answered {answer.status_code} {answer.text}")

    def _reply(self, answer: httpx.Response) -> dict[str, Any]:
        if not answer.headers["content-type"].startswith("text/event-stream"):
            return answer.json()
        self._ledger.counts["streamed"] += 1
        name, reply = read_events(answer.text)[-1]
        if name != "done":
            self._ledger.complain(Promise.PROMISED_ERRORS, f"a stream ended with {name} {reply}")
        return reply

    def _promised(self, question: dict[str, str], reply: dict[str, Any]) -> None:
        self._ledger.counts.update([f"saved {reply['saved']}", f"mode {reply['mode']}"])
        self._ledger.counts.update(f"without {each}" for each in reply["degraded"])
        self._ledger.answered.setdefault(reply["messageId"], set()).add(reply["answer"])
        ids = question["conversationId"], question["messageId"], reply["messageId"]
        turn = Turn(self.user_id, *ids, reply["saved"])
        if reply["saved"] != "no":
            self._ledger.turns.setdefault(turn.question_id, turn)
        elif "receipt" in reply:
            self.receipts.append((reply["receipt"], turn))
        else:
            self._ledger.complain(Promise.KEPT, f"a turn without a receipt was not kept: {reply['degraded']}")
        if reply["saved"] == "stored":
            self._stored.add(turn.conversation_id)
            self._last[turn.conversation_id] = turn  # what waits cannot be replaced until it is stored
        else:
            self._last.pop(turn.conversation_id, None)

    def _conversation(self) -> str:
        if (len(self._conversations) < CONVERSATIONS and self._chance.random() < 0.3) or not self._conversations:
            self._conversations.append(str(uuid7()))
        return self._chance.choice(self._conversations)

    def _call(self, what: str, method: str, path: str, **more: Any) -> httpx.Response:  # noqa: ANN401 (as httpx)
        began = time.perf_counter()
        answer = self.api.request(method, path, **more)
        self._ledger.saw(what, f"{method} {path}", answer, time.perf_counter() - began)
        return answer
