"""Which tests fit a module: those that name it first, then those of its room; never the tiers, nor the whole suite."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import Final

ELSEWHERE: Final = {"adoption", "conformance", "deploy", "e2e", "model", "outage", "package", "sites"}
"""Folders of tests that take minutes, or that show something about the project as a whole."""

ALSO: Final = {"db": ("tests/contract/test_database.py", "tests/contract/test_faults.py")}
"""Tests of a room that neither name it nor its modules."""

TOPMOST: Final = {"functions", "infra", "shared"}


def close_tests(root: Path, module: str) -> list[str]:
    """Test files that name the module in an import, or are named for it.

    Args:
        root: Of the project.
        module: Its path from there.
    """
    path = PurePosixPath(module)
    dotted = ".".join(path.with_suffix("").parts)
    parent, name = dotted.rpartition(".")[::2]
    imports = re.compile(
        rf"^\s*(from {re.escape(dotted)} import|import {re.escape(dotted)}\b"
        rf"|from {re.escape(parent)} import \(?[^)]*?\b{re.escape(name)}\b)",
        re.MULTILINE,
    )
    return [
        each
        for each in _test_files(root)
        if PurePosixPath(each).stem == f"test_{path.stem}" or imports.search((root / each).read_text("utf-8"))
    ]


def room_tests(root: Path, module: str) -> list[str]:
    """Test files in folders or of names that the module's path names, as `tests/integration/auth` for shared/auth."""
    rooms = {*PurePosixPath(module).with_suffix("").parts} - TOPMOST
    also = {test for room in rooms for test in ALSO.get(room, ())}
    return [each for each in _test_files(root) if each in also or rooms & _words(PurePosixPath(each))]


def _words(path: PurePosixPath) -> set[str]:
    return {*path.parts[1:-1], path.stem.removeprefix("test_")}


def _test_files(root: Path) -> list[str]:
    """All that are asked about a mutant, the quick ones first."""
    found = (path.relative_to(root) for path in (root / "tests").rglob("test_*.py"))
    return sorted(
        (str(path) for path in found if path.parts[1] not in ELSEWHERE),
        key=lambda each: (not each.startswith("tests/unit/"), each),
    )
