"""The fixtures that every test may ask for; each lives in the module named for what it brings."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["tests.fixtures.database", "tests.fixtures.platform"]

ONE_WORKER = ("e2e", "package")
"""What shares something that takes long to make (a browser, all zips): no other worker shall make it again."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        folder = item.path.relative_to(Path(__file__).parent).parts[0]
        if folder in ONE_WORKER:
            item.add_marker(pytest.mark.xdist_group(folder))
