"""The fixtures that every test may ask for; each lives in the module named for what it brings."""

from __future__ import annotations

pytest_plugins = ["tests.fixtures.database", "tests.fixtures.platform"]
