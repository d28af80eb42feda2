from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from shared.errors import RetrievalUnavailable
from shared.http_client import HttpClient
from shared.observability import request_timings
from shared.retrieval.blocks import Code, Paragraph
from shared.retrieval.models import Passage, one_of_each_page
from shared.retrieval.search import Book, found
from shared.settings.answers import RetrievalSettings

if TYPE_CHECKING:
    from collections.abc import Generator


def point(score: float = 0.5, **payload: object) -> dict[str, Any]:
    blocks = [{"kind": "paragraph", "text": "Calibrate the arm."}]
    usual = {"url": "https://site.test/arm", "path": "docs/arm.mdx", "title": "Arm", "form": 2, "blocks": blocks}
    return {"id": "1", "score": score, "payload": {**usual, **payload}}


def settings(url: str = "http://127.0.0.1:1") -> RetrievalSettings:
    return RetrievalSettings(url=url, api_key=None, collection="docs", dense_model="m", threshold=0.52)


@contextmanager
def qdrant(status: int, body: bytes) -> Generator[RetrievalSettings]:
    """A server on loopback that gives one answer to everything."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield settings(f"http://127.0.0.1:{server.server_address[1]}")
        finally:
            server.shutdown()
            thread.join()


def ask(against: RetrievalSettings) -> Any:  # noqa: ANN401 (either a result or an error)
    client = HttpClient(against.url)
    try:
        return Book(client, against).search("How do I calibrate the arm?")
    finally:
        client.close()


def test_a_passage_is_read_from_its_payload() -> None:
    one = point(score=0.7, anchor="calibrate", heading_path=["Arm", "Calibrate"])

    [passage] = found(
        settings(), ("arm?", "arm?"), [[one], [{"id": "1", "score": 0.9}], [{"id": "1", "score": 4.5}]]
    ).passages

    assert passage == Passage(
        url="https://site.test/arm#calibrate",
        page="docs/arm",
        title="Arm",
        heading_path=("Arm", "Calibrate"),
        blocks=(Paragraph("Calibrate the arm."),),
        score=0.7,
        cosine=0.9,
        words=4.5,
    )
    assert passage.label == "Arm: Calibrate"


@pytest.mark.parametrize("path", ["docs/v1.2", "docs/v1.2.md", "docs/v1.2.mdx"])
def test_a_page_is_named_by_its_path_without_the_ending(path: str) -> None:
    [passage] = found(settings(), ("arm?", "arm?"), [[point(path=path)], [], []]).passages

    assert passage.page == "docs/v1.2"


def test_an_address_that_has_its_anchor_gets_no_second_one() -> None:
    [passage] = found(settings(), ("arm?", "arm?"), [[point(url="https://a.test/b#c", anchor="c")], [], []]).passages

    assert passage.url == "https://a.test/b#c"


@pytest.mark.parametrize("lost", [{"url": None}, {"blocks": []}])
def test_a_passage_without_address_or_text_is_passed_over(lost: dict[str, Any]) -> None:
    outcome = found(settings(), ("arm?", "arm?"), [[point(**lost), point()], [], []])

    assert len(outcome.passages) == 1


def test_a_passage_of_the_form_before_has_the_blocks_of_its_text() -> None:
    older = "Calibrate it [here](https://a.test).\n\n```bash\ngo <arm>\n```\n\nThen\nstop."

    [passage] = found(settings(), ("arm?", "arm?"), [[point(form=None, blocks=None, text=older)], [], []]).passages

    assert passage.blocks == (Paragraph("Calibrate it here."), Code("go <arm>"), Paragraph("Then stop."))


def test_passages_with_equal_scores_always_come_in_the_same_order() -> None:
    points = [point(path=path, position=place) for path, place in (("b", 1), ("a", 2), ("a", 1))]

    orders = [
        [(each.page, each.position) for each in found(settings(), ("arm?", "arm?"), [order, [], []]).passages]
        for order in (points, points[::-1])
    ]

    assert orders == [[("a", 1), ("a", 2), ("b", 1)]] * 2


@pytest.mark.parametrize(
    ("question", "cosine", "expected"),
    [("calibrate arm", 0.2, True), ("calibrate arm", 0.05, False), ("paint flowers", 0.5, False)],
)
def test_cosine_and_words_together_decide_whether_a_question_is_on_topic(
    question: str, cosine: float, *, expected: bool
) -> None:
    outcome = found(settings(), (question, question), [[point()], [{"id": "1", "score": cosine}], []])

    assert (outcome.confidence, outcome.on_topic) == (cosine, expected)


def test_a_word_that_had_to_be_put_right_tells_less_of_a_questions_subject() -> None:
    results = [[point()], [{"id": "1", "score": 0.15}], []]

    typed, repaired = (
        found(settings(), (each, "calibrate arm"), results).on_topic for each in ("calibrate arm", "celibate charm")
    )

    assert (typed, repaired) == (True, False)


def test_a_heading_that_is_named_counts_even_where_no_passage_holds_all_of_the_question() -> None:
    question = "difference between the arm and grippers of other makers"

    named, other = (
        found(settings(), (question, question), [[point(title=title)], [{"id": "1", "score": 0.43}], []]).on_topic
        for title in ("Arm", "Arm of the future")
    )

    assert (named, other) == (True, False)


def test_an_empty_collection_is_no_error_but_answers_nothing() -> None:
    outcome = found(settings(), ("arm?", "arm?"), [[], [], []])

    assert (outcome.passages, outcome.confidence, outcome.on_topic) == ((), 0.0, False)


@pytest.mark.parametrize(("text", "expected"), [("روبوٹ کو کیلیبریٹ کریں", True), ("موسم اچھا ہے", False)])
def test_where_only_words_can_judge_half_of_them_must_be_in_a_passage(text: str, *, expected: bool) -> None:
    question = "روبوٹ کیلیبریٹ؟"
    outcome = found(settings(), (question, question), [[point(blocks=[{"kind": "paragraph", "text": text}])]])

    assert outcome.on_topic is expected


def test_one_passage_that_is_none_of_ours_does_not_keep_the_others_from_readers() -> None:
    bad = [point(blocks=[{"kind": "table", "rows": 7}]), point(position="first"), point(blocks=["text"])]
    outcome = found(settings(), ("Arm?", "Arm?"), [[*bad, point()], [], []])

    assert [each.text for each in outcome.passages] == ["Calibrate the arm."]


def test_a_search_and_its_time_are_known() -> None:
    nothing: list[dict[str, Any]] = []
    lists = ([point()], [{"id": "1", "score": 0.8}], nothing, nothing)
    answer = {"result": [{"points": points} for points in lists]}
    with qdrant(200, json.dumps(answer).encode()) as server, request_timings() as spent:
        outcome = ask(server)

    assert outcome.confidence == 0.8
    assert outcome.passages[0].text == "Calibrate the arm."
    assert spent["qdrant"] > 0


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, b'{"status":{"error":"Not found: Collection `docs` doesn\'t exist!"}}'),
        (401, b"unauthorized"),
        (500, b"{}"),
        (200, b"not json"),
        (200, b'{"result": null}'),
        (200, b'{"result": []}'),
        (200, b'{"result": [{"points": [{"id": 1}]}]}'),
        (200, b'{"result": [{"points": 7}, {"points": 7}, {"points": 7}]}'),
    ],
)
def test_whatever_is_no_result_means_that_the_book_cannot_be_searched(status: int, body: bytes) -> None:
    with qdrant(status, body) as server, pytest.raises(RetrievalUnavailable) as caught:
        ask(server)

    assert caught.value.__cause__ is not None


def test_a_missing_collection_is_named_in_the_cause_and_not_in_the_message() -> None:
    with qdrant(404, b"{}") as server, pytest.raises(RetrievalUnavailable) as caught:
        ask(server)

    assert "docs" in str(caught.value.__cause__)
    assert caught.value.message == RetrievalUnavailable.sentence


def test_a_closed_port_means_that_the_book_cannot_be_searched() -> None:
    with pytest.raises(RetrievalUnavailable):
        ask(settings())


def test_each_page_is_taken_once_with_its_best_passage() -> None:
    a1, b, a2 = (
        Passage("u", page, "t", (), (Paragraph(text),), 1.0) for page, text in (("a", "1"), ("b", "2"), ("a", "3"))
    )

    assert one_of_each_page([a1, b, a2]) == [a1, b]


def test_what_a_multilingual_model_finds_near_is_about_the_question_in_any_script() -> None:
    question = "روبوٹ کو کیسے کیلیبریٹ کریں؟"
    near = [[point()], [point(0.8)], []]
    multilingual = replace(settings(), dense_model="intfloat/multilingual-e5-small")

    assert found(multilingual, (question, question), near).on_topic
    assert not found(settings(), (question, question), near).on_topic
