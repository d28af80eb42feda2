"""The official clients of the Model Context Protocol use our server, by its newest revision and the one before."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from infra.bundle import PROJECT
from tests.clients.conftest import HERE
from tests.fixtures.platform import CALIBRATE, SITE

if TYPE_CHECKING:
    from pathlib import Path

    from infra.local.platform import Platform
    from tests.clients.conftest import Run

pytestmark = pytest.mark.smoke

PYTHON = "mcp==2.3.0"


@pytest.fixture(scope="module")
def python() -> Path:
    """An interpreter with the official Python client, in an environment of its own."""
    folder = PROJECT / "build" / "clients" / PYTHON
    if not (folder / "done").exists():
        uv = [sys.executable, "-m", "uv"]
        found = folder / "bin" / "python"
        subprocess.run([*uv, "venv", "-q", "--allow-existing", str(folder)], check=True)  # noqa: S603 (ours)
        install = [
            *uv,
            "pip",
            "install",
            "-q",
            "--system-certs",
            "--only-binary",
            ":all:",
            "--python",
            str(found),
            PYTHON,
        ]
        subprocess.run(install, check=True)  # noqa: S603 (ours)
        (folder / "done").touch()
    return folder / "bin" / "python"


def assert_works(said: dict[str, Any]) -> None:
    assert said["tools"] == ["search_docs", "read_section", "ask_docs"]
    assert said["first"].startswith(SITE)
    assert said["section"]
    assert (said["answered"], said["wrong"]) == (True, True)
    assert said["pages"] >= 3
    assert said["page"] > 100


def test_the_javascript_clients_list_search_read_and_ask(run: Run, platform: Platform) -> None:
    said = json.loads(run("node", HERE / "mcp_client.mjs", API=platform.url("http"), QUESTION=CALIBRATE).stdout)

    assert {*said} == {"newest", "before"}
    for each in said.values():
        assert_works(each)
    assert (said["newest"]["unknown"], said["before"]["unknown"]) == (-32602, -32002)


def test_the_python_client_lists_searches_reads_and_asks(python: Path, platform: Platform, tmp_path: Path) -> None:
    program = shutil.copy(HERE / "mcp_client.py.source", tmp_path / "client.py")
    variables = {**os.environ, "API": platform.url("http"), "QUESTION": CALIBRATE, "NO_PROXY": "127.0.0.1"}
    done = subprocess.run([python, program], env=variables, capture_output=True, text=True, check=False)  # noqa: S603 (ours)
    assert done.returncode == 0, done.stderr

    said = json.loads(done.stdout)
    assert len(said) == 2
    for each in said.values():
        assert_works(each)
