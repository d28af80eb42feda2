from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import qdrant_edge as edge

from infra.local.qdrant.bodies import InferenceDocument
from infra.local.qdrant.inference import BM25, MINILM, Inference
from infra.local.qdrant.refusals import WrongInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class LengthModel:
    """A dense model whose vector is the text's length; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked.append(list(texts))
        return np.array([[len(text)] for text in texts], np.float32)


def dense(text: str) -> InferenceDocument:
    return InferenceDocument(text=text, model=MINILM)


def sparse(text: str, **options: float | str | bool) -> InferenceDocument:
    return InferenceDocument(text=text, model=BM25, options=dict(options) or None)


def test_the_dense_model_is_called_once_with_each_text_once() -> None:
    model = LengthModel()
    vectors = Inference(lambda: model).embed([dense("a"), dense("bcd"), dense("a"), sparse("a")], "query")
    assert model.asked == [["a", "bcd"]]
    assert vectors.of(dense("bcd")) == [3.0]


def test_the_dense_model_is_loaded_only_when_it_is_asked() -> None:
    loaded: list[LengthModel] = []

    def load() -> LengthModel:
        loaded.append(LengthModel())
        return loaded[-1]

    inference = Inference(load)
    inference.embed([sparse("only words")], "query")
    assert not loaded
    inference.embed([dense("a")], "query")
    inference.embed([dense("b")], "query")
    assert len(loaded) == 1


def test_a_models_name_may_be_written_in_capitals() -> None:
    document = InferenceDocument(text="ab", model="sentence-transformers/all-MiniLM-L6-v2")
    assert Inference(LengthModel).embed([document], "query").of(document) == [2.0]


def test_bm25_weighs_a_documents_words_and_counts_a_questions_words_as_one() -> None:
    inference = Inference(LengthModel)
    document = inference.embed([sparse("hello hello world")], "document").of(sparse("hello hello world"))
    question = inference.embed([sparse("hello hello world")], "query").of(sparse("hello hello world"))
    assert isinstance(document, edge.SparseVector)
    assert isinstance(question, edge.SparseVector)
    saturation = 1.2 * (1 - 0.75 + 0.75 * 3 / 256)
    expected = [2 * 2.2 / (2 + saturation), 2.2 / (1 + saturation)]
    # the ids are murmur3 of the stems, the same that Qdrant's server and fastembed give
    assert dict(zip(document.indices, document.values, strict=True)) == pytest.approx(
        {613153351: expected[0], 74040069: expected[1]}
    )
    assert set(question.values) == {1.0}
    assert set(question.indices) == set(document.indices)


def test_bm25_takes_qdrants_options() -> None:
    inference = Inference(LengthModel)
    short, long = sparse("hello", avg_len=1), sparse("hello", avg_len=1000)
    vectors = inference.embed([short, long], "document")
    weights = [vector.values[0] for vector in map(vectors.of, (short, long)) if isinstance(vector, edge.SparseVector)]
    assert weights[0] < weights[1]


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        (InferenceDocument(text="a", model="openai/gpt"), "Unsupported model `openai/gpt`"),
        (InferenceDocument(text="a", model=MINILM, options={"dim": 3}), "takes no options"),
        (sparse("a", language="klingon"), "unsupported language"),
        (sparse("a", avg_len="long"), "`avg_len`"),
        (sparse("a", colour="red"), "`colour`"),
        (sparse("a", tokenizer="magic"), "unknown tokenizer"),
        (sparse("a", b=7), "b"),
    ],
)
def test_what_no_model_can_do_is_refused(document: InferenceDocument, complaint: str) -> None:
    with pytest.raises(WrongInput, match=complaint):
        Inference(LengthModel).embed([document], "document")
