# Run by locust, which lies in build/bench alone, as matplotlib does: the checker cannot see it.
# pyright: basic, reportMissingImports=false
"""What readers do all day, for locust: `tests/bench/load.py` starts it with a file of readers, words and questions.

Everybody looks at a page, thinks for 10 to 30 seconds, and goes on: most open conversations of theirs, some search, a
few ask. A page that opens asks who is signed in and for the list, as the demonstration page does. Each answer becomes a
line of JSON in the file that CROWD_RESULTS names.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import time
from pathlib import Path
from typing import Any

from locust import FastHttpUser, between, events, task

CROWD = json.loads(Path(os.environ["CROWD_FILE"]).read_text("utf-8"))
RESULTS = Path(os.environ["CROWD_RESULTS"]).open("w", encoding="utf-8")  # noqa: SIM115 (closed when locust quits)
THINK_SECONDS = (10, 30)
GOING_ON = 0.7
"""Share of the questions that go on with a conversation."""

OK = 200

_numbers = itertools.count()


@events.request.add_listener
def note(name: str, response_time: float, response: Any, exception: Exception | None, **_: object) -> None:  # noqa: ANN401 (locust's)
    """One line a request: what it was, how long it took, what the server says about it."""
    headers = {} if response is None else response.headers
    line = {
        "at": time.time(),
        "name": name,
        "milliseconds": response_time,
        "error": repr(exception) if exception else None,
        "id": headers.get("x-request-id"),
        "timing": headers.get("server-timing"),
    }
    RESULTS.write(json.dumps(line) + "\n")


@events.quitting.add_listener
def finish(**_: object) -> None:
    """The last lines."""
    RESULTS.close()


class Reader(FastHttpUser):
    """Somebody with 50 conversations and an address of their own, since requests are counted by address."""

    wait_time = between(*THINK_SECONDS)
    network_timeout = connection_timeout = 30.0

    def on_start(self) -> None:
        number = next(_numbers)
        self.chance = random.Random(number)  # noqa: S311 (the same traffic each time)
        self.headers = {
            "cookie": CROWD["cookies"][number % len(CROWD["cookies"])],
            "origin": self.host,
            "x-reader-address": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
        }
        self.conversations: list[str] = []
        time.sleep(self.chance.uniform(0, THINK_SECONDS[1]))  # nobody comes at the same moment as everybody else
        self.open_page()

    @task(3)
    def open_page(self) -> None:
        self.ask("GET", "/api/auth/get-session", "session")
        self.list_conversations()

    def list_conversations(self) -> None:
        listed = self.ask("GET", "/api/conversations", "list")
        if listed:
            self.conversations = [each["id"] for each in listed["conversations"]]

    @task(4)
    def open_conversation(self) -> None:
        if self.conversations:
            self.ask("GET", f"/api/conversations/{self.chance.choice(self.conversations)}", "open")

    @task(1)
    def search_history(self) -> None:
        self.ask("GET", f"/api/conversations?search={self.chance.choice(CROWD['words'])}", "search history")

    @task(1)
    def search_passages(self) -> None:
        words = self.chance.choice(CROWD["questions"]).replace(" ", "+")
        self.ask("GET", f"/api/search?q={words}", "search passages")

    @task(1)
    def ask_question(self) -> None:
        body = {"message": self.chance.choice(CROWD["questions"])}
        if self.conversations and self.chance.random() < GOING_ON:
            body["conversationId"] = self.chance.choice(self.conversations)
        answer = self.ask("POST", "/api/chat", "ask", body)
        if answer and answer["saved"] != "stored":
            self.complain(f"saved: {answer['saved']}, degraded: {answer['degraded']}")
        self.list_conversations()  # as the page does: a new conversation may have pushed an old one out

    def ask(self, method: str, path: str, name: str, body: dict[str, str] | None = None) -> dict[str, Any] | None:
        """The answer's JSON, or None where it is none of the good ones (which is counted)."""
        with self.rest(method, path, name=name, headers=self.headers, json=body) as answer:
            if answer.status_code != OK:
                answer.failure(f"status {answer.status_code}")
                return None
            return answer.js

    def complain(self, what: str) -> None:
        RESULTS.write(json.dumps({"at": time.time(), "name": "ask", "complaint": what}) + "\n")
