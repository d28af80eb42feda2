from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


CALLERS = ("functions.dependencies.callers", "functions.auth.get_session", "functions.auth.sign_out")


@pytest.fixture(scope="module")
def imported() -> set[str]:
    """What they import together, all in one process."""
    program = f"import sys, {', '.join(CALLERS)}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 (our own interpreter)
    return set(run.stdout.split())


@pytest.mark.parametrize(
    ("package", "why"),
    [
        ("bcrypt", "none of them hashes"),
        ("psycopg", "a transport is imported when it is chosen"),
        ("Crypto", "it is imported with the first JWT"),
    ],
)
def test_whoever_does_not_need_it_does_not_import_it(imported: set[str], package: str, why: str) -> None:
    assert imported >= {*CALLERS}
    assert package not in imported, why
