from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def imported_by(module: str) -> set[str]:
    program = f"import sys, {module}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 (our own interpreter)
    return set(run.stdout.split())


@pytest.mark.parametrize(
    "module", ["functions.dependencies.callers", "functions.auth.get_session", "functions.auth.sign_out"]
)
def test_whoever_does_not_hash_does_not_import_bcrypt(module: str) -> None:
    assert "bcrypt" not in imported_by(module)
    assert "psycopg" not in imported_by(module), "a transport is imported when it is chosen"
    assert "Crypto" not in imported_by(module), "it is imported with the first JWT"
