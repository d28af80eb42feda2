"""A container that has answered from one book meets another one: what it says is true of the new one at once."""

from __future__ import annotations

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

from infra.ingestion.store.vocabulary import vocabulary
from shared.http_client import HttpClient
from shared.retrieval.search import Book
from shared.settings.answers import RetrievalSettings

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence


class Store:
    """Holds one passage for whatever is asked, and the words of a book."""

    def __init__(self, *texts: str) -> None:
        self.words: dict[str, Any] | None = None
        self.asked: list[list[str]] = []
        self.fill(*texts)

    def fill(self, *texts: str) -> None:
        self.words = vocabulary(texts)

    def answer(self, searches: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        self.asked.append([each["query"]["text"] for each in searches if "text" in each.get("query", {})])
        return [{"points": list(self._points(each))} for each in searches]

    def _points(self, search: dict[str, Any]) -> Generator[dict[str, Any]]:
        if "must" not in search.get("filter", {}):
            blocks = [{"kind": "paragraph", "text": "Calibrate the arm."}]
            page = {"url": "https://site.test/arm", "path": "arm.md", "title": "Arm", "form": 2, "blocks": blocks}
            yield {"id": "1", "score": 0.5, "payload": page}
        elif self.words is not None:
            names = self.words if search["with_payload"] is True else search["with_payload"]
            yield {"id": "2", "score": 0.0, "payload": {name: self.words[name] for name in names}}


@contextmanager
def book_of(store: Store) -> Generator[Book]:
    class Answer(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            body = json.dumps({"result": store.answer(asked["searches"])}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        settings = RetrievalSettings(url=f"http://127.0.0.1:{server.server_address[1]}")
        client = HttpClient(settings.url)
        try:
            yield Book(client, settings)
        finally:
            client.close()
            server.shutdown()
            thread.join()


def test_a_word_of_the_new_book_is_never_said_to_stand_nowhere() -> None:
    store = Store("Start the platform.")
    with book_of(store) as book:
        assert book.search("How do I calibrate it?").vocabulary.missing("calibrate") == ["calibrate"]
        store.fill("Calibrate the arm.")
        assert book.search("How do I calibrate it?").vocabulary.missing("calibrate") == []


def test_a_word_that_only_the_new_book_spells_is_put_right_and_searched_for() -> None:
    store = Store("Start the platform.")
    with book_of(store) as book:
        book.search("platform")
        store.fill("Calibrate the arm.")
        book.search("calibrat?")
        assert store.asked[-1] == ["calibrate?"] * len(store.asked[-1])


def test_a_question_to_the_same_book_stays_one_request() -> None:
    store = Store("Calibrate the arm.")
    with book_of(store) as book:
        book.search("calibrate")
        store.asked.clear()
        book.search("arm")
        book.search("calibrate")
        assert len(store.asked) == 2


def test_a_store_that_lost_its_words_is_asked_without_them() -> None:
    store = Store("Calibrate the arm.")
    with book_of(store) as book:
        book.search("calibrate")
        store.words = None
        assert book.search("unicorn").vocabulary.missing("unicorn") == []
        assert len(book.search("unicorn").passages) == 1
