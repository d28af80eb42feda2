"""Handlers ask for their thread's event loop, as Mangum does: no test takes it away from those that come after it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tests.docs.prose import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_what_a_test_runs_leaves_the_event_loop_where_it_was() -> None:
    assert not [where for path in sorted((ROOT / "tests").rglob("test_*.py")) for where in taken_away(path)]


def taken_away(path: Path) -> Iterator[str]:
    """Where `asyncio.run` is called, or a Runner that has not been told how to make its loop."""
    text = path.read_text("utf-8")
    for node in ast.walk(ast.parse(text)) if "asyncio" in text else ():
        if isinstance(node, ast.Call) and ast.unparse(node) == "asyncio.Runner()":
            yield f"{path}:{node.lineno}"
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "asyncio.run":
            yield f"{path}:{node.lineno}"
