"""Inference as Qdrant Cloud does it: texts in the place of vectors become vectors, each model called once a request."""

from __future__ import annotations

import json
import threading
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, Protocol

import qdrant_edge as edge

from infra.local.qdrant.refusals import WrongInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy import float32
    from numpy.typing import NDArray
    from pydantic import JsonValue

    from infra.local.qdrant.bodies import InferenceDocument

BM25: Final = "qdrant/bm25"
MINILM: Final = "sentence-transformers/all-minilm-l6-v2"
BM25_OPTIONS: Final[Mapping[str, type | tuple[type, ...]]] = {
    "k": (int, float),
    "b": (int, float),
    "avg_len": (int, float),
    "language": str,
    "lowercase": bool,
    "ascii_folding": bool,
    "min_token_len": int,
    "max_token_len": int,
    "tokenizer": str,
}
TOKENIZERS: Final = {
    "prefix": edge.TokenizerType.Prefix,
    "whitespace": edge.TokenizerType.Whitespace,
    "word": edge.TokenizerType.Word,
    "multilingual": edge.TokenizerType.Multilingual,
}

Purpose = Literal["query", "document"]
Embedded = list[float] | edge.SparseVector
_Key = tuple[str, str, str]


class Memory(Protocol):
    """What was embedded before, as bytes of 32-bit floats (remembered.py)."""

    def of(self, texts: Sequence[str]) -> dict[str, bytes]:
        """The vectors of those texts that are known."""
        ...

    def add(self, vectors: Mapping[str, bytes]) -> None:
        """Remember more."""
        ...


class DenseModel(Protocol):
    """What turns texts into dense vectors."""

    def embed(self, texts: Sequence[str]) -> NDArray[float32]:
        """Give one row for each text."""
        ...


@dataclass(frozen=True, slots=True)
class Vectors:
    """The vectors of a request's texts."""

    _by_key: dict[_Key, Embedded] = field(default_factory=dict[_Key, Embedded])

    def of(self, document: InferenceDocument) -> Embedded:
        """Give the vector of a text that was embedded with the rest."""
        return self._by_key[_key(document)]


class Inference:
    """Runs the models; MiniLM is read from disk when it is first asked for.

    Args:
        load: Reads MiniLM.
        memory: Of documents. Questions are embedded each time, as what they cost is part of what they take.
    """

    def __init__(self, load: Callable[[], DenseModel], memory: Memory | None = None) -> None:
        self._load = load
        self._memory = memory
        self._loading = threading.Lock()
        self._minilm: DenseModel | None = None

    def embed(self, documents: Iterable[InferenceDocument], purpose: Purpose) -> Vectors:
        """Embed every text of a request, equal ones once.

        Raises:
            WrongInput: No such model, or an option that it does not have.
            ModelMissing: The model's wheel is not installed.
        """
        wanted = {_key(document): document for document in documents}
        for model, _, _ in wanted:
            if model not in {MINILM, BM25}:
                raise WrongInput(f"Unsupported model `{model}`: this stand-in runs {MINILM} and {BM25}")
        dense = {key: document for key, document in wanted.items() if key[0] == MINILM}
        embedded: dict[_Key, Embedded] = dict(zip(dense, self._dense(list(dense.values()), purpose), strict=True))
        for key, document in wanted.items():
            if key[0] == BM25:
                embedded[key] = _sparse(document, purpose)
        return Vectors(embedded)

    def _dense(self, documents: Sequence[InferenceDocument], purpose: Purpose) -> list[list[float]]:
        if not documents:
            return []
        if any(document.options for document in documents):
            raise WrongInput(f"{MINILM} takes no options")
        texts = [document.text for document in documents]
        if self._memory is None or purpose == "query":
            return self._model().embed(texts).tolist()
        return self._remembered(texts, self._memory)

    def _remembered(self, texts: Sequence[str], memory: Memory) -> list[list[float]]:
        known = memory.of(texts)
        missing = [text for text in texts if text not in known]
        if missing:
            fresh = dict(zip(missing, (row.tobytes() for row in self._model().embed(missing)), strict=True))
            memory.add(fresh)
            known |= fresh
        return [array("f", known[text]).tolist() for text in texts]

    def _model(self) -> DenseModel:
        with self._loading:
            if self._minilm is None:
                self._minilm = self._load()
            return self._minilm


def _key(document: InferenceDocument) -> _Key:
    return (document.model.lower(), document.text, json.dumps(document.options or {}, sort_keys=True))


def _sparse(document: InferenceDocument, purpose: Purpose) -> edge.SparseVector:
    model = _bm25(document.options or {})
    return model.embed_query(document.text) if purpose == "query" else model.embed_document(document.text)


def _bm25(options: Mapping[str, JsonValue]) -> edge.Bm25:
    for name, value in options.items():
        if name not in BM25_OPTIONS or not isinstance(value, BM25_OPTIONS[name]):
            raise WrongInput(
                f"{BM25} takes no such option as `{name}`: {json.dumps(value)} (or this stand-in does not)"
            )
    try:
        return edge.Bm25(_bm25_config(options))
    except ValueError as error:
        raise WrongInput(str(error)) from error


def _bm25_config(options: Mapping[str, JsonValue]) -> edge.Bm25Config:
    chosen: dict[str, object] = dict(options)
    if "tokenizer" in chosen:
        if chosen["tokenizer"] not in TOKENIZERS:
            raise WrongInput(f"unknown tokenizer `{chosen['tokenizer']}`")
        chosen["tokenizer"] = TOKENIZERS[str(chosen["tokenizer"])]
    return edge.Bm25Config(**chosen)  # pyright: ignore[reportArgumentType] (kinds were checked against BM25_OPTIONS)
