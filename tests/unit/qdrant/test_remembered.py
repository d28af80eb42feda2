"""The stand-in embeds a document once for all platforms of the tests, and a question each time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from infra.local.qdrant.inference import Inference
from infra.local.qdrant.remembered import AT_ONCE, CODE, Remembered, version
from tests.unit.qdrant.test_inference import LengthModel, dense

if TYPE_CHECKING:
    from pathlib import Path


def test_what_another_process_has_embedded_is_not_embedded_again(tmp_path: Path) -> None:
    first, second = LengthModel(), LengthModel()
    Inference(lambda: first, Remembered(tmp_path)).embed([dense("a"), dense("bcd")], "document")

    vectors = Inference(lambda: second, Remembered(tmp_path)).embed([dense("bcd"), dense("ef"), dense("a")], "document")

    assert (first.asked, second.asked) == ([["a", "bcd"]], [["ef"]])
    assert [vectors.of(dense(text)) for text in ("a", "ef", "bcd")] == [[1.0], [2.0], [3.0]]


def test_a_question_is_embedded_each_time_though_a_document_says_the_same(tmp_path: Path) -> None:
    model = LengthModel()
    inference = Inference(lambda: model, Remembered(tmp_path))
    inference.embed([dense("a")], "document")
    for _ in range(2):
        inference.embed([dense("a")], "query")
    assert model.asked == [["a"]] * 3


def test_many_texts_are_known_again(tmp_path: Path) -> None:
    texts = [str(number) for number in range(2 * AT_ONCE + 1)]
    remembered = Remembered(tmp_path)
    remembered.add({text: text.encode() for text in texts})
    assert remembered.of([*texts, "unknown"]) == {text: text.encode() for text in texts}


def test_several_may_write_at_once(tmp_path: Path) -> None:
    def write(number: int) -> None:
        Remembered(tmp_path).add({"the same": b"v", str(number): b"w"})

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(16)))
    assert len(Remembered(tmp_path).of(["the same", *map(str, range(16))])) == 17


def test_another_version_of_the_model_or_its_code_remembers_nothing_of_this_one(tmp_path: Path) -> None:
    changed = tmp_path / CODE[0].name
    changed.write_text(CODE[0].read_text("utf-8") + "# changed\n", "utf-8")
    assert version() != version([changed, *CODE[1:]])
