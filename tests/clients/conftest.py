"""Programs that npm brings, as package.json beside this file pins them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pytest

from tests.fixtures.missing import missing

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
INSTALLED = HERE / "node_modules" / ".bin"

Run: TypeAlias = "Callable[..., subprocess.CompletedProcess[str]]"


@pytest.fixture(scope="session")
def run() -> Run:
    """Runs one of the programs; whatever it says belongs to the failure."""
    if not INSTALLED.exists():
        reason = "the npm packages of tests/clients are not installed (`make test-clients` installs them)"
        missing(reason)

    def ran(*words: str | Path, folder: Path = HERE, **variables: str) -> subprocess.CompletedProcess[str]:
        program = INSTALLED / words[0] if words[0] != "node" else "node"
        environment = {**os.environ, **variables, "REDOCLY_TELEMETRY": "off", "NO_COLOR": "1"}
        done = subprocess.run(  # noqa: S603 (what package.json pins)
            [program, *words[1:]], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    return ran
