"""The fixtures that every test may ask for; each lives in the module named for what it brings."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["tests.fixtures.database", "tests.fixtures.platform"]

MADE_ONCE = ("e2e", "package")
"""Folders whose tests share what takes long to make, a browser or all zips: no other worker shall make it again."""


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if group := _group(item):
            item.add_marker(pytest.mark.xdist_group(group))


def _group(item: pytest.Item) -> str | None:
    """Which worker a test belongs to. One for each transport, so that each function is started for it once."""
    folder = item.path.relative_to(Path(__file__).parent).parts[0]
    if folder in MADE_ONCE:
        return folder
    if isinstance(item, pytest.Function) and "platform" in item.fixturenames:
        callspec = getattr(item, "callspec", None)
        return str(callspec.params.get("transport", "http")) if callspec else "http"
    return None
