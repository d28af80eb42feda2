"""What is served of `<docs-chat>` is what its sources give, is small, and is of sound types."""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from infra.bundle import PROJECT
from tests.fixtures.missing import missing

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.smoke

WIDGET = PROJECT / "functions/widget"
BUDGETS = (PROJECT / "specs/budgets.md").read_text("utf-8").partition("## Element")[2]
MOST = {name: int(most) for name, most in re.findall(r"^\| ([\w-]+\.js) \| (\d+) \|$", BUDGETS, re.MULTILINE)}
SCRIPTS = sorted(path.name for path in WIDGET.glob("*.js"))


def run(*words: str | Path) -> None:
    """A tool that npm brings."""
    if not (PROJECT / "node_modules").is_dir() or shutil.which("node") is None:
        missing("the npm packages are not installed (make setup)")
    done = subprocess.run(words, cwd=PROJECT, check=False, capture_output=True, text=True, timeout=300)  # noqa: S603 (our own words)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_served_was_built_from_the_sources_as_they_are(tmp_path: Path) -> None:
    run("node", "infra/packaging/element.mjs", tmp_path)

    built = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    served = {path.name: path.read_bytes() for path in WIDGET.iterdir() if path.suffix in {".js", ".map"}}
    assert sorted(built) == sorted(served)
    assert [name for name in built if built[name] != served[name]] == [], "make element"


def test_the_types_that_the_sources_state_hold() -> None:
    run(PROJECT / "node_modules/.bin/tsc", "-p", "functions/widget/source")


def test_the_types_that_the_owners_desk_states_hold_too() -> None:
    run(PROJECT / "node_modules/.bin/tsc", "-p", "tests/package/desk.tsconfig.json")


def test_there_is_a_budget_for_each_script() -> None:
    assert sorted(MOST) == SCRIPTS


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_keeps_to_its_budget(name: str) -> None:
    assert len(gzip.compress((WIDGET / name).read_bytes(), mtime=0)) <= MOST[name]
