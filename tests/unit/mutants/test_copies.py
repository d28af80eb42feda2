"""Mutants live in a copy: the project is never touched, whatever becomes of the tests."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.mutants.copies import Copy, copied
from tests.mutants.selection import close_tests, room_tests

if TYPE_CHECKING:
    from pathlib import Path

MODULE = "shared/light.py"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """One module with a test that notices what it says, in a clone with something that git ignores."""
    root = tmp_path / "project"
    files = {
        MODULE: "COLOUR = 'green'\n",
        "tests/unit/test_light.py": "from shared.light import COLOUR\n\ndef test_it():\n    assert COLOUR == 'green'\n",
        "tests/integration/light/test_lamp.py": "def test_it():\n    pass\n",
        "tests/e2e/test_light.py": "",
        ".gitignore": "secret\n.venv\nnode_modules\n",
        "secret": "not to be copied",
        "pyproject.toml": "[tool.pytest.ini_options]\npythonpath = ['.']\n",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    for folder in (".venv", "node_modules"):
        (root / folder).mkdir()
    subprocess.run(["git", "init", "-q", str(root)], check=True)  # noqa: S603, S607 (our own words)
    return root


def ends(copy: Copy, text: str, seconds: float = 120) -> int:
    with copy.changed(MODULE, text):
        return copy.run(["tests/unit/test_light.py"], seconds).status


def test_a_change_is_noticed_in_the_copy_and_gone_afterwards(project: Path) -> None:
    with copied(project) as copy:
        assert not (copy.root / "secret").exists()
        assert ends(copy, "COLOUR = 'red'\n") == 1
        assert ends(copy, "COLOUR = 'green'  # still\n") == 0
        assert (copy.root / MODULE).read_text("utf-8") == "COLOUR = 'green'\n"
    assert not copy.root.exists()
    assert (project / MODULE).read_text("utf-8") == "COLOUR = 'green'\n"


def test_tests_that_never_end_are_ended_and_have_noticed_it(project: Path) -> None:
    with copied(project) as copy, copy.changed(MODULE, "while True:\n    pass\n"):
        assert copy.run(["tests/unit/test_light.py"], 3).notices


def test_tests_that_cannot_run_have_noticed_nothing(project: Path) -> None:
    with copied(project) as copy:
        assert not copy.run(["tests/unit/test_nothing_like_this.py"], 120).notices


def test_the_tests_of_a_module_are_those_that_import_it_then_those_of_its_room(project: Path) -> None:
    assert close_tests(project, MODULE) == ["tests/unit/test_light.py"]
    assert room_tests(project, MODULE) == ["tests/unit/test_light.py", "tests/integration/light/test_lamp.py"]
