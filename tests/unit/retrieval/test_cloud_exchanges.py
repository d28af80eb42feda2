"""A multilingual model of Qdrant Cloud: what the chat sends for a question, and what it makes of the reply.

The exchanges were written by hand after Qdrant's public documentation, which each of them names, not recorded. The
stand-in answers exactly these requests, in this order, and nothing else.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from shared.answering.models import Ask, Mode
from shared.answering.turn.chat import Chat
from shared.errors import RetrievalUnavailable
from shared.http_client import HttpClient
from shared.retrieval.search import Book
from shared.settings.answers import RetrievalSettings
from shared.uuid7 import uuid7

if TYPE_CHECKING:
    from collections.abc import Generator

    from shared.answering.models import Reply

FOLDER = Path(__file__).parents[2] / "fixtures/qdrant/exchanges"
MODEL = "intfloat/multilingual-e5-small"
UNEXPECTED = {"status": 400, "body": {"status": {"error": "not expected"}}}
ANSWERED = {
    "german": ("Was muss ich vor dem ersten Gebrauch bewegen?", "Diese Dokumentation ist auf Englisch"),
    "urdu": ("پہلے استعمال سے پہلے کیا ہلانا ہے؟", "یہ دستاویزات انگریزی میں ہیں"),
}


def exchanges(name: str) -> list[dict[str, Any]]:
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))["exchanges"]


@contextmanager
def cloud(expected: list[dict[str, Any]]) -> Generator[tuple[str, list[dict[str, Any]]]]:
    """Qdrant as the exchanges have it, and what it was asked; 400 to whatever else is asked."""
    left, received = list(expected), list[dict[str, Any]]()

    class Exchanging(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            names = left[0]["request"]["headers"] if left else ()
            told = {name: self.headers[name] for name in names}
            received.append({"method": "POST", "path": self.path, "headers": told, "body": body})
            known = bool(left) and received[-1] == left[0]["request"]
            reply: dict[str, Any] = left.pop(0)["reply"] if known else UNEXPECTED
            sent = json.dumps(reply["body"]).encode()
            self.send_response(reply["status"])
            self.send_header("content-length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Exchanging) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", received
        finally:
            server.shutdown()
            thread.join()


def book_at(url: str) -> Book:
    settings = RetrievalSettings.read(
        {"QDRANT_URL": url, "QDRANT_API_KEY": "a-key", "DENSE_MODEL": MODEL, "RETRIEVAL_THRESHOLD": "0.79"}
    )
    return Book(HttpClient(url), settings)


def asked(question: str, url: str) -> Reply:
    chat = Chat(book_at(url).search, None, 50)
    return chat.reply(Ask(question, conversation_id=uuid7(), message_id=uuid7()))


@pytest.mark.parametrize("name", ANSWERED)
def test_a_question_in_any_language_is_answered_from_english_passages(name: str) -> None:
    question, lead = ANSWERED[name]
    expected = exchanges(name)
    with cloud(expected) as (url, received):
        answer = asked(question, url).answer

    assert received == [each["request"] for each in expected]
    assert answer.mode is Mode.EXTRACTIVE
    assert answer.text.startswith(lead)
    assert "Move each joint through its whole range" in answer.text
    assert answer.sources[0].url == "https://book.example.com/arm#calibrate"


def test_a_model_that_the_cluster_does_not_have_is_an_outage_of_the_search() -> None:
    with cloud(exchanges("unknown-model")) as (url, _), pytest.raises(RetrievalUnavailable) as raised:
        book_at(url).search("How do I calibrate the arm?")

    assert "Qdrant answered 500" in str(raised.value.__cause__)


@pytest.mark.parametrize("name", sorted(each.stem for each in FOLDER.glob("*.json")))
def test_what_the_replies_say_of_usage_has_the_form_of_qdrants_own_client(name: str) -> None:
    from qdrant_client.http.models import Usage  # noqa: PLC0415 (seconds of whoever collects tests)

    for each in exchanges(name):
        if usage := each["reply"]["body"]["usage"]:
            Usage.model_validate(usage)


def test_other_models_are_asked_in_the_words_of_the_reader() -> None:
    with cloud([]) as (url, received):
        settings = RetrievalSettings.read({"QDRANT_URL": url})
        with pytest.raises(RetrievalUnavailable):
            Book(HttpClient(url), settings).search("How do I calibrate the arm?")

    *_, search = received
    assert search["body"]["searches"][1]["query"]["text"] == "How do I calibrate the arm?"
